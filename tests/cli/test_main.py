import os
import subprocess
import sys

import pytest

from canonpose.cli.main import COMMANDS, main
from synthetic_files import body, view, write_npz


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"canonpose {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], []])
def test_overview(arguments, capsys):
    assert main(arguments) == (0 if arguments else 2)
    said = capsys.readouterr().out
    assert all(f"  {command} " in said for command in COMMANDS)


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("canonpose 0")


def test_unknown_command(capsys):
    assert main(["dance"]) == 2
    out, said = capsys.readouterr()
    assert not out
    assert "no command 'dance'" in said
    known = ", ".join(COMMANDS)
    assert known in " ".join(said.split())


@pytest.mark.parametrize(
    "arguments",
    [["train"], ["lift", "a.npz"], ["report"], ["train", "a", "-o", "b", "--fast"],
     ["train", "a", "-o", "b", "--epochs", "many"]],
)  # fmt: skip
def test_wrong_options_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "nowhere", "-o", "run"], "nowhere"),
        (["train", "empty", "-o", "run"], "empty"),
        (["train", "empty", "-o", "run", "--preset", "quick"], "unknown preset 'quick'"),
        (["lift", "no.npz", "-m", "empty", "-o", "out.npz"], "empty: holds no trained lifter"),
        (["evaluate", "no.npz", "--reference", "ref.npz"], "no.npz"),
        (["report", "no.npz", "-o", "report.html"], "no.npz"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    arguments, says, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert says in said
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_as_a_process(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "canonpose", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    bad = run("report", "missing.npz", "-o", "report.html")
    assert bad.returncode == 2
    assert "missing.npz" in bad.stderr
    assert "Traceback" not in bad.stderr


def test_names_that_are_no_text_are_told_all_the_same(tmp_path):
    name = os.fsdecode(b"c\xe9.npz")
    write_npz(tmp_path / name, view(body(3, 0), 0))
    process = subprocess.run(
        [sys.executable, "-m", "canonpose", "lift", name, "-o", os.fsdecode(b"out\xe9.npz")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    assert "out\\udce9.npz" in process.stdout
