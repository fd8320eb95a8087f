from dataclasses import replace

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.datamodel import Poses
from canonpose.exporters.npz import load_poses, save_poses
from canonpose.metrics import evaluate
from canonpose.metrics.plots import plot_reliability
from canonpose.metrics.reliability import Reliability
from canonpose.readers.reference import Reference, write_reference
from canonpose.skeleton import layout
from synthetic_people import bodies

COCO = layout("coco17")


def lifted(frames=400, seed=0, times=1.0):
    """Poses in body heights whose joints err along one axis as much as they say, and the truth."""
    random = np.random.default_rng(seed)
    true = bodies(frames, COCO, seed=seed)
    sigma = np.tile(np.where(np.arange(frames) % 2, 0.01, 0.05)[:, None], (1, len(COCO)))
    sigma[:, COCO.root_index] = 0
    off = np.zeros(true.shape)
    off[..., 2] = sigma * random.standard_normal(sigma.shape)
    poses = Poses(
        positions=(true / 1.75 + off).astype(np.float32),
        scores=np.ones(sigma.shape),
        canonical=true.astype(np.float32),
        rotation=np.tile(np.eye(3), (frames, 1, 1)),
        keypoints=true[..., :2],
        skeleton=COCO,
        units="body_height",
        camera="c0",
        sigma=(times * sigma).astype(np.float32),
    )
    return poses, Reference(true * 1000, np.ones(sigma.shape, dtype=bool), COCO.joints)


def test_errors_as_large_as_they_are_said_to_be():
    poses, reference = lifted()
    found = evaluate(poses, reference, reference_frame="camera").reliability
    assert found.share_within == pytest.approx(0.683, abs=0.02)
    assert len(found.errors) == 400 * (len(COCO) - 1)
    said, really = found.by_size(2)
    # In mm of a body of 1.75 m.
    np.testing.assert_allclose(said, [17.5, 87.5], rtol=0.05)
    np.testing.assert_allclose(really, said, rtol=0.1)


@pytest.mark.parametrize(("times", "share"), [(0.5, 0.38), (2.0, 0.95)])
def test_sigma_that_is_too_small_or_too_large_shows(times, share):
    poses, reference = lifted(times=times)
    found = evaluate(poses, reference, reference_frame="camera").reliability
    assert found.share_within == pytest.approx(share, abs=0.03)


def test_nothing_is_said_without_sigma_or_frame():
    poses, reference = lifted(frames=5)
    silent = replace(poses, sigma=None)
    assert evaluate(silent, reference, reference_frame="camera").reliability is None
    assert evaluate(poses, reference).reliability is None


def test_a_picture(tmp_path):
    values = np.abs(np.random.default_rng(0).standard_normal(100))
    plot_reliability(Reliability(values, np.ones(100)), tmp_path / "r.png")
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_sigma_goes_through_files_and_the_command_tells(tmp_path, capsys):
    poses, reference = lifted(frames=50)
    save_poses(poses, tmp_path / "p.npz")
    np.testing.assert_array_equal(load_poses(tmp_path / "p.npz").sigma, poses.sigma)
    write_reference(reference, tmp_path / "r.npz")
    arguments = ["--reference", str(tmp_path / "r.npz"), "--reference-frame", "camera"]
    assert main(["evaluate", str(tmp_path / "p.npz"), *arguments]) == 0
    assert "within one sigma: " in capsys.readouterr().out
    assert (tmp_path / "reliability.png").exists()
