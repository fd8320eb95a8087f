"""``canonpose pack``, and ``canonpose train`` on what it wrote."""

import pytest

from canonpose.cli.main import main
from canonpose.training.log import read_log
from synthetic_people import capture, write_capture

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

TINY = ["--lifter.width", "8", "--device", "cpu", "--epochs", "1", "--start-from", "nothing"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_capture(capture(20)[0], tmp_path_factory.mktemp("made") / "footage")


@pytest.fixture(scope="module")
def store(folder, tmp_path_factory):
    store = tmp_path_factory.mktemp("packed") / "store"
    assert main(["pack", str(folder), "-o", str(store), "--static-cameras"]) == 0
    return store


def test_packed_footage_is_trained_on(store, tmp_path, capsys):
    run = tmp_path / "run"
    assert main(["train", str(store), "-o", str(run), *TINY, "--memory", "0"]) == 0
    assert "20 samples, 1 epochs" in capsys.readouterr().out
    assert read_log(run)[0]["camera"] > 0  # the store knows that the cameras stood still


def test_what_is_packed_is_told(folder, tmp_path, capsys):
    assert main(["pack", str(folder), "-o", str(tmp_path / "store"), "--cameras", "c0,c2"]) == 0
    assert "samples: 20, takes: 1, cameras: 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cameras", "c0,c1"], "--cameras: was decided when"),
        (["--person", "c0=1"], "--person: was decided when"),
        (["--refine"], "--refine: solves the footage, and this is packed"),
        (["--static-cameras", "--moving-cameras"], "contradict each other"),
    ],
)
def test_options_that_come_too_late(store, tmp_path, capsys, options, said):
    assert main(["train", str(store), "-o", str(tmp_path / "run"), *TINY, *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("command", ["train", "pack"])
def test_the_same_footage_twice(folder, store, tmp_path, capsys, command):
    (tmp_path / "link").symlink_to(given := store if command == "train" else folder)
    for twice in ([given, given], [given, tmp_path / "link"]):
        assert main([command, *map(str, twice), "-o", str(tmp_path / "out")]) == 2
        assert f"is the same footage as {given}" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_packed_and_other_footage_together(folder, store, tmp_path, capsys):
    assert main(["train", str(folder), str(store), "-o", str(tmp_path / "run"), *TINY]) == 2
    assert "is not packed" in capsys.readouterr().err
