import subprocess
import sys

import pytest

from canonpose.cli.main import COMMANDS, main


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
