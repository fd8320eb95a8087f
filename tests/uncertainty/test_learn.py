from dataclasses import replace

import numpy as np
import pytest

import canonpose.uncertainty.learn
from canonpose.cli.main import main
from canonpose.errors import InputError
from canonpose.exporters.captures import write_capture
from canonpose.inference import lift
from canonpose.lifter import LifterConfig, load_lifter
from canonpose.skeleton import layout
from canonpose.training import preset, train
from canonpose.uncertainty import UncertaintyConfig, learn_uncertainty
from refining.scenes import solution_of
from solving.rigs import SKELETON, scene

TINY = replace(preset("fast"), lifter=LifterConfig(width=16), epochs=1, min_steps=60)
FAST = UncertaintyConfig(steps=60, epochs=15)


@pytest.fixture(scope="module")
def shown():
    """People, a lifter of theirs, and what they truly are."""
    made = scene(frames=25, people=3)
    lifter = train(made.capture, None, TINY, device="cpu")
    return made, lifter, solution_of(made, sigma=1e-3)


@pytest.mark.filterwarnings("ignore::canonpose.errors.InputWarning")
def test_new_footage_is_as_far_off_as_sigma_says(shown):
    made, lifter, solved = shown
    parts = []
    learned = learn_uncertainty(
        made.capture,
        lifter,
        FAST,
        solved=solved,
        device="cpu",
        progress=lambda part, progress: parts.append(part),
    )
    assert len(set(parts)) == 3 + 3  # without one, and without two
    assert np.mean(learned.facts["share_within_by_part"]) == pytest.approx(0.683, abs=0.01)
    knowing = replace(lifter, uncertainty=learned)
    new = scene(frames=40, seed=3, people=4)
    inside = []
    for view, keypoints in enumerate(new.capture.takes[3].views.values()):
        poses = lift(keypoints, knowing, device="cpu")
        true = new.worlds[3] - new.worlds[3][:, [SKELETON.root_index]]
        true = true @ new.ring.rotations[view].T / 1.75
        fit = (poses.positions * true).sum((1, 2)) / (poses.positions**2).sum((1, 2))
        off = np.linalg.norm(poses.positions * fit[:, None, None] - true, axis=-1)
        inside.append(np.delete(off <= poses.sigma, SKELETON.root_index, axis=1))
    # One new person, of whom all frames look alike.
    assert 0.45 < np.mean(inside) < 0.9


def test_other_joints_are_refused(shown):
    made, lifter, _ = shown
    with pytest.raises(InputError, match="footage that it was trained on"):
        learn_uncertainty(made.capture, replace(lifter, skeleton=layout("body25")), FAST)


@pytest.mark.filterwarnings("ignore::canonpose.errors.InputWarning")
def test_the_command_writes_beside_the_lifter(shown, tmp_path, monkeypatch, capsys):
    made, lifter, solved = shown
    run = tmp_path / "run"
    canonpose.save_lifter(lifter, run)
    write_capture(made.capture, tmp_path / "capture")
    monkeypatch.setattr(canonpose.uncertainty.learn, "solve", lambda *_, **__: solved)
    options = ["--static-cameras", "--steps", "5", "--epochs", "1", "--device", "cpu"]
    assert main(["uncertainty", str(tmp_path / "capture"), "-m", str(run), *options]) == 0
    assert "within sigma, by part" in capsys.readouterr().out
    assert load_lifter(run).uncertainty is not None
