"""From videos to 3D by commands."""

import numpy as np

from canonpose.cli.main import main
from canonpose.exporters.npz import load_poses
from synthetic_videos import DISCS, moving_disc, write_video

SMALL = ["--epochs", "1", "--lifter.width", "16", "--device", "cpu"]


def test_train_and_lift_videos(tmp_path, capsys):
    take = tmp_path / "footage"
    take.mkdir()
    for camera in ("left", "right"):
        write_video(take / f"{camera}.mp4", moving_disc(40))
    run, out = tmp_path / "run", tmp_path / "out.npz"
    assert main(["train", str(take), "-o", str(run), *DISCS, *SMALL]) == 0, capsys.readouterr().err
    assert main(["lift", str(take / "left.mp4"), "-m", str(run), "-o", str(out), *DISCS]) == 0
    poses = load_poses(out)
    assert poses.positions.shape == (40, 3, 3)
    assert np.isfinite(poses.positions).all()
    assert (poses.fps, poses.image_size) == (25, (64, 48))
