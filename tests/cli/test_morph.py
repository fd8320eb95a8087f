import numpy as np
import pytest

from canonpose.cli.main import main as canonpose
from canonpose.cli.morph import main as morph
from canonpose.errors import InputError
from canonpose.morphing import apply_morphing, load_morphing
from canonpose.readers import read_capture, read_keypoints
from canonpose.skeleton import layout
from synthetic_people import capture, write_capture

SHORT = ["--network.width", "8", "--epochs", "1", "--device", "cpu"]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Captures of the same people as ``seen`` (COCO) and ``true`` (the paper's joints)."""
    monkeypatch.chdir(tmp_path)
    for name, skeleton in (("seen", "coco17"), ("true", "canonpose16")):
        write_capture(capture(20, people=2, skeleton=layout(skeleton))[0], tmp_path / name)
    (tmp_path / "seen" / "capture.toml").write_text(
        'static_cameras = true\ntrim = true\n[offsets]\nc1 = 2\n[subjects]\nt0 = "anna"\n'
    )
    (tmp_path / "true" / "capture.toml").write_text("trim = true\n[offsets]\nc1 = 2\n")
    return tmp_path


def test_captures_end_to_end(folders, capsys):
    morph(["train", "seen", "true", "-o", "morph", *SHORT])
    said = capsys.readouterr().out
    assert "108 poses, coco17 to canonpose16: mean error" in said
    assert "trained morphing: morph" in said
    morph(["apply", "seen", "-m", "morph", "-o", "out", "--device", "cpu"])
    assert "18 of 18 frames morphed to canonpose16: out/t0/c0.npz" in capsys.readouterr().out
    before, after = read_capture("seen"), read_capture("out")
    assert after.skeleton == layout("canonpose16")
    assert after.static_cameras is True
    assert [take.subject for take in after.takes] == ["anna", ""]
    # The offset of c1 was used when the capture was read, and is not used again.
    model = load_morphing("morph")
    for first, second in zip(before.takes, after.takes, strict=True):
        for camera, view in first.views.items():
            wanted = apply_morphing(view, model)
            assert np.allclose(second.views[camera].positions, wanted.positions, atol=1e-3)
            assert second.views[camera].fps == view.fps


@pytest.mark.filterwarnings("ignore")
def test_a_lifter_can_be_trained_and_used_on_the_result(folders):
    morph(["train", "seen", "true", "-o", "morph", *SHORT])
    morph(["apply", "seen", "-m", "morph", "-o", "out"])
    tiny = ["--lifter.width", "8", "--epochs", "1", "--device", "cpu"]
    assert canonpose(["train", "out", "-o", "run", *tiny]) == 0
    morph(["apply", "seen/t0/c1.npz", "-m", "morph", "-o", "c1.npz"])
    assert canonpose(["lift", "c1.npz", "-m", "run", "-o", "poses.npz", "--device", "cpu"]) == 0


def test_one_camera(folders, capsys):
    view = "seen/t0/c0.npz"
    morph(["train", view, "true/t0/c0.npz", "-o", "morph", *SHORT])
    morph(["apply", view, "-m", "morph", "-o", "out.npz"])
    assert "20 of 20 frames morphed to canonpose16: out.npz" in capsys.readouterr().out
    assert read_keypoints("out.npz").skeleton == layout("canonpose16")
    with pytest.raises(InputError, match=r"out.npz: is there already"):
        morph(["apply", view, "-m", "morph", "-o", "out.npz"])
    morph(["apply", view, "-m", "morph", "-o", "out.npz", "--overwrite"])
    with pytest.raises(InputError, match=r"end in .npz"):
        morph(["apply", view, "-m", "morph", "-o", "out"])


def test_one_camera_is_read_as_its_capture_toml_says(folders):
    """Its layout in a file that does not tell, and its frame rate."""
    (folders / "true/t0/c0.npz").replace(true := folders / "true.npz")
    view = folders / "seen/t0/c0.npz"
    arrays = {name: array for name, array in np.load(view).items() if name != "joint_names"}
    np.savez(view, **arrays)
    (folders / "seen" / "capture.toml").write_text('layout = "coco17"\nfps = 12.5\n')
    morph(["train", str(view), str(true), "-o", "morph", *SHORT])
    assert load_morphing("morph").source == layout("coco17")
    morph(["apply", str(view), "-m", "morph", "-o", "out.npz"])
    assert read_keypoints("out.npz").fps == 12.5


def test_an_own_skeleton_is_written_beside(folders, capsys):
    (folders / "own.toml").write_text(
        'root = "left_hip"\njoints = ["left_hip", "left_knee", "right_hip", "right_knee"]\n'
    )
    true = ["true/t0/c0.npz", "--true-layout", "own.toml"]
    morph(["train", "seen/t0/c0.npz", *true, "-o", "morph", *SHORT])
    morph(["apply", "seen/t0/c0.npz", "-m", "morph", "-o", "out.npz"])
    assert "read it with --layout out.toml" in capsys.readouterr().out
    read = read_keypoints("out.npz", layout="out.toml")
    assert (read.skeleton.root, len(read.skeleton)) == ("left_hip", 4)
    morph(["apply", "seen", "-m", "morph", "-o", "out"])
    assert read_capture("out").skeleton.to_dict() == read.skeleton.to_dict()


def test_released(folders):
    options = ["--preset", "released", "--network.width", "4", "--epochs", "1"]
    morph(["train", "seen", "true", "-o", "morph", *options])
    training = load_morphing("morph").training
    assert (training["loss"], training["learning_rate"], training["rotation"]) == (
        "squared",
        1e-4,
        0.0,
    )
    assert training["network"] == {
        "width": 4,
        "blocks": 2,
        "input_activation": False,
        "confidences": False,
    }


def test_nothing_is_overwritten(folders):
    morph(["train", "seen", "true", "-o", "morph", *SHORT])
    with pytest.raises(InputError, match="--overwrite"):
        morph(["train", "seen", "true", "-o", "morph", *SHORT])
    morph(["train", "seen", "true", "-o", "morph", *SHORT, "--overwrite"])
    with pytest.raises(InputError, match="true: is there already"):
        morph(["apply", "seen", "-m", "morph", "-o", "true"])


def test_what_is_read_is_not_overwritten_even_where_asked(folders):
    (folders / "own.toml").write_text('root = "left_hip"\njoints = ["left_hip", "left_knee"]\n')
    true = ["true/t0/c0.npz", "--true-layout", "own.toml"]
    morph(["train", "seen/t0/c0.npz", *true, "-o", "morph", *SHORT])
    apply = ["apply", "seen/t0/c0.npz", "-m", "morph", "--overwrite"]
    before = (folders / "seen/t0/c0.npz").read_bytes()
    with pytest.raises(InputError, match=r"seen/../seen/t0/c0.npz: would be written over"):
        morph([*apply, "-o", "seen/../seen/t0/c0.npz"])
    assert (folders / "seen/t0/c0.npz").read_bytes() == before
    with pytest.raises(InputError, match=r"own.toml: would be written over"):
        morph([*apply, "--layout", "own.toml", "-o", "own.npz"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "nowhere", "true", "-o", "m"], "nowhere"),
        (["train", "seen", "true/t0/c0.npz", "-o", "m"], "two of a kind"),
        (["train", "seen", "true/t0", "-o", "m"], "no take 't1'"),
        (["train", "seen/t0/c0.npz", "short.npz", "-o", "m"], "has 20 frames, short.npz has 5"),
        (["train", "seen", "true", "-o", "m", "--preset", "quick"], "unknown preset 'quick'"),
        (["apply", "seen", "-m", "seen", "-o", "m"], "holds no trained morphing"),
        (["apply", "true/t0/c0.npz", "-m", "morph", "-o", "m.npz"], "'canonpose16'"),
        (["apply", "seen", "-m", "morph", "-o", "m", "--person", "1"], "capture.toml"),
    ],
)
def test_bad_input_is_one_sentence(folders, arguments, says):
    arrays = dict(np.load("true/t0/c0.npz"))
    arrays |= {name: arrays[name][:5] for name in ("keypoints", "scores")}
    np.savez("short.npz", **arrays)
    if "morph" in arguments:
        morph(["train", "seen", "true", "-o", "morph", *SHORT])
    with pytest.raises(InputError) as caught:
        morph(arguments)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (folders / "m").exists()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["train"], ["apply", "a", "-m", "b"]])
def test_wrong_options_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        morph(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err


def test_help(capsys):
    for arguments in (["--help"], ["train", "--help"], ["apply", "--help"]):
        with pytest.raises(SystemExit) as stop:
            morph(arguments)
        assert stop.value.code == 0
        assert "canonpose morph" in capsys.readouterr().out
