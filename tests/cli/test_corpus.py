"""Many files by one command."""

import json
import os
import shutil

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.skeleton import layout


@pytest.fixture
def corpus(tmp_path):
    names = layout("coco17").detected
    for name in ("a/one", "a/two", "b/one"):
        path = tmp_path / "in" / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        keypoints = np.random.default_rng(0).uniform(0, 100, (5, len(names), 2))
        scores = np.ones((5, len(names)))
        np.savez(path, keypoints=keypoints, scores=scores, joint_names=names)
    return tmp_path / "in"


def lift(corpus, out, *more):
    return main(["lift", "--each", str(corpus), "-o", str(out), "--workers", "1", *more])


def test_lift_each(corpus, tmp_path, capsys):
    out = tmp_path / "out"
    assert lift(corpus, out) == 0
    written = {str(path.relative_to(out)) for path in out.glob("*/*.npz")}
    assert written == {"a/one.npz", "a/two.npz", "b/one.npz"}
    capsys.readouterr()
    assert lift(corpus, out) == 0
    assert capsys.readouterr().out.count("by an earlier run") == 3


def test_files_that_do_not_tell_their_rate(corpus, tmp_path, capsys):
    assert lift(corpus, tmp_path / "out") == 0
    assert " ".join(capsys.readouterr().err.split()).count("; --fps says it") == 3
    assert lift(corpus, tmp_path / "out", "--fps", "25") == 0
    said = capsys.readouterr()
    assert "by an earlier run" not in said.out and "--fps" not in said.err
    assert lift(corpus, tmp_path / "out", "--fps", "-1") == 2
    assert "--fps -1: must be a number above 0" in capsys.readouterr().err


def test_failures_are_listed_and_mended(corpus, tmp_path, capsys):
    out = tmp_path / "out"
    good = (corpus / "a" / "two.npz").read_bytes()
    (corpus / "a" / "two.npz").write_text("nothing")
    assert lift(corpus, out) == 2
    said = capsys.readouterr()
    assert "1 of 3 files failed" in said.err.replace("\n", " ")
    assert "1 failed" in said.out and "bad input" in said.out
    (line,) = (out / "failures.jsonl").read_text().splitlines()
    failure = json.loads(line)
    assert failure["file"].endswith("two.npz") and failure["end"] == "bad input"
    assert failure["attempts"] == 1 and "two.npz" in failure["message"]
    (corpus / "a" / "two.npz").write_bytes(good)
    assert lift(corpus, out) == 0
    assert (out / "failures.jsonl").read_text() == ""


def test_a_folder_is_not_taken_for_its_own_results(corpus):
    assert lift(corpus, corpus / "poses") == 0
    assert lift(corpus, corpus / "poses") == 0
    assert len(list(corpus.rglob("*.npz"))) == 6


def test_input_is_not_written_over(corpus, monkeypatch, capsys):
    before = {path: path.read_bytes() for path in corpus.rglob("*.npz")}
    monkeypatch.chdir(corpus / "a")
    for command in (
        ["--each", "one.npz", "two.npz", "-o", "."],
        ["--each", "*.npz", "../b/one.npz", "-o", "../a"],
        ["one.npz", "-o", "../a/one.npz"],
        ["../a", "-o", "two.npz"],
        ["one.npz", "two.npz", "--static-cameras", "-o", "out.npz", "--overlay", "two.npz"],
        ["one.npz", "-o", "../b/one.npz", "--overlay", "o.mp4", "--video", "../b/one.npz"],
    ):
        assert main(["lift", *command]) == 2, command
        said = capsys.readouterr().err.replace("\n", " ")
        assert "would be written over" in said or "would both be written" in said, said
    assert {path: path.read_bytes() for path in corpus.rglob("*.npz")} == before


def test_names_that_are_no_text(corpus, tmp_path, capsys):
    odd = os.fsdecode(b"odd\xe9")
    shutil.copy(corpus / "b" / "one.npz", corpus / "b" / f"{odd}.npz")
    (corpus / "b" / f"bad {odd}.npz").write_text("nothing")
    assert lift(corpus / "b", tmp_path / "out") == 2
    assert (tmp_path / "out" / f"{odd}.npz").exists()
    (line,) = (tmp_path / "out" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["file"].endswith(r"bad odd\udce9.npz")
    assert r"odd\udce9.npz: 5 of 5 frames lifted" in capsys.readouterr().out


def test_a_list(corpus, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text(f"{corpus}/a/one.npz\n{corpus}/b/one.npz\n")
    out = tmp_path / "out"
    assert main(["lift", "--each", "--list", str(listed), "-o", str(out)]) == 0
    assert {str(path.relative_to(out)) for path in out.glob("*/*.npz")} == {
        "a/one.npz",
        "b/one.npz",
    }
