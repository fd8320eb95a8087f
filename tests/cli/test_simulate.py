import pytest

from canonpose.cli import evaluate, lift, simulate, train
from canonpose.errors import InputError
from canonpose.readers import read_capture
from virtual.movers import mover, write_motion


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    for number in range(2):
        write_motion(mover(30, seed=number), folder / f"walk{number}.npz")
    return folder


@pytest.mark.filterwarnings("ignore")
def test_from_motion_to_scores(tmp_path, clips, capsys):
    out, run = tmp_path / "out", tmp_path / "run"
    simulate.main([str(clips), "-o", str(out), "--cameras", "3", "--noise.swaps", "0.1"])
    assert "takes: 2, frames: 60, cameras: 3" in capsys.readouterr().out
    train.main([str(out), "-o", str(run), "--lifter.width", "8", "--epochs", "1"])
    poses = tmp_path / "poses.npz"
    view = str(out / "walk1" / "cam2.npz")
    layout = ["--layout", str(out / "skeleton.toml")]
    lift.main([view, "-m", str(run), "-o", str(poses), *layout])
    truth = str(out / "truth" / "walk1" / "cam2.npz")
    capsys.readouterr()
    evaluate.main([str(poses), "--reference", truth, "--reference-frame", "camera"])
    assert "N-MPJPE" in capsys.readouterr().out


@pytest.mark.parametrize("rig", ["ring", "random"])
@pytest.mark.parametrize("motion", ["static", "ptz", "handheld"])
def test_rigs_and_movements(tmp_path, clips, rig, motion):
    out = tmp_path / "out"
    simulate.main([str(clips), "-o", str(out), "--rig", rig, "--motion", motion, "--every", "3"])
    capture = read_capture(out)
    assert (len(capture.cameras), len(capture)) == (4, 20)
    assert capture.static_cameras == (motion == "static")


def test_cameras_of_a_calibration(tmp_path, clips):
    first, second = tmp_path / "first", tmp_path / "second"
    simulate.main([str(clips), "-o", str(first), "--cameras", "2", "--angles", "0,70"])
    calibration = str(first / "cameras.json")
    simulate.main([str(clips), "-o", str(second), "--calibration", calibration])
    assert (second / "cameras.json").read_text() == (first / "cameras.json").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--angles", "a,b"], "--angles a,b"),
        (["--angles", "0,90"], "one angle for each"),
        (["--every", "0"], "--every 0"),
        (["--noise.bones", "3"], "bones"),
    ],
)
def test_wrong_options(tmp_path, clips, options, message):
    with pytest.raises((InputError, SystemExit), match=message if "bones" not in message else None):
        simulate.main([str(clips), "-o", str(tmp_path / "out"), *options])
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(tmp_path, clips):
    with pytest.raises(InputError, match="is there already"):
        simulate.main([str(clips), "-o", str(clips)])


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no motion file"):
        simulate.main([str(tmp_path / "none"), "-o", str(tmp_path / "out")])
