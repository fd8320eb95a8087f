from dataclasses import replace

import pytest

from canonpose.cli.main import main
from canonpose.readers.capture_toml import read_capture_toml
from synthetic_people import capture, write_capture

OWN = "# mine\nstatic_cameras = true  # tripods\n"


def begun_late(take, camera, frames):
    """The take as if one camera had started so many frames after the others."""
    views = {}
    for name, view in take.views.items():
        kept = slice(frames, None) if name == camera else slice(None, -frames)
        views[name] = replace(view, positions=view.positions[kept], scores=view.scores[kept])
    return replace(take, views=views)


@pytest.fixture
def footage(tmp_path):
    synthetic, _ = capture(200)
    take = begun_late(synthetic.takes[0], "c1", 12)
    folder = write_capture(replace(synthetic, takes=(take,)), tmp_path / "footage")
    (folder / "capture.toml").write_text(OWN)
    return folder


def test_offsets_are_written_and_comments_kept(footage, capsys):
    assert main(["sync", str(footage)]) == 0
    said = capsys.readouterr().out
    assert "offsets: c1 = -12" in said and "sure" in said
    assert read_capture_toml(footage).offsets == {"c1": -12}
    assert (footage / "capture.toml").read_text().startswith(OWN)
    assert (footage / "sync.png").read_bytes().startswith(b"\x89PNG")
    assert main(["sync", str(footage)]) == 0
    assert "nothing to change" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(footage, capsys):
    picture = footage.parent / "curves.png"
    assert main(["sync", str(footage), "--dry-run", "--curves", str(picture)]) == 0
    assert "-12" in capsys.readouterr().out
    assert (footage / "capture.toml").read_text() == OWN
    assert picture.exists() and not (footage / "sync.png").exists()


def test_the_picture_does_not_go_over_the_capture(footage, capsys):
    """Nothing is read or detected before that is known."""
    for source in (*footage.glob("*/c1.npz"), footage / "capture.toml"):
        before = source.read_bytes()
        assert main(["sync", str(footage), "--curves", str(source)]) == 2
        said = capsys.readouterr()
        assert f"{source}: would be written over {source}" in said.err
        assert not said.out
        assert source.read_bytes() == before


def test_wrong_footage_is_refused_and_the_other_take_written(footage, capsys):
    good = footage / next(path.name for path in footage.iterdir() if path.is_dir())
    bad = footage / "mixed"
    bad.mkdir()
    stranger = write_capture(capture(200, seed=5)[0], footage.parent / "stranger")
    (bad / "c0.npz").write_bytes((good / "c0.npz").read_bytes())
    (bad / "c1.npz").write_bytes(next(stranger.rglob("c1.npz")).read_bytes())
    assert main(["sync", str(footage), "--cameras", "c0,c1"]) == 2
    said = capsys.readouterr()
    assert "take 'mixed': no shift is found surely" in said.err
    settings = read_capture_toml(footage)
    assert settings.offsets_of(good.name) == {"c1": -12}
    assert settings.offsets_of("mixed") == {}


@pytest.mark.parametrize("person", ["c1", "c7=1"])
def test_a_wrong_person_is_named(footage, capsys, person):
    assert main(["sync", str(footage), "--person", person]) == 2
    assert person.split("=")[0] in capsys.readouterr().err
    assert (footage / "capture.toml").read_text() == OWN
