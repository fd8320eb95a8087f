"""The demo's job, on people whose 3D is known."""

import json
import signal
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.demo import run_demo
from canonpose.demo.run import calibrated_reference
from canonpose.lifter import LifterConfig
from canonpose.readers import read_capture
from canonpose.refining import RefineConfig, rounds
from canonpose.training import PRESETS
from canonpose.training.checkpoint import CHECKPOINT
from refining.scenes import solution_of
from solving.rigs import scene
from synthetic_people import Ring, capture, write_capture

RING = Ring(distance=4.0)
TINY = replace(PRESETS["fast"], lifter=LifterConfig(width=8), epochs=3, min_steps=0)


@pytest.fixture
def footage(tmp_path):
    made, worlds = capture(60, ring=RING)
    folder = write_capture(made, tmp_path / "footage")
    (folder / "capture.toml").write_text("static_cameras = true\n")
    return read_capture(folder), write_calibration(RING, tmp_path), worlds[0]


def write_calibration(ring, folder):
    cameras = [
        {
            "name": f"c{view}",
            "size": [1920, 1920],
            "matrix": [[1200, 0, 960], [0, 1200, 960], [0, 0, 1]],
            "distortions": [0, 0, 0, 0, 0],
            "rotation": Rotation.from_matrix(rotation).as_rotvec().tolist(),
            "translation": [0, 0, ring.distance],
        }
        for view, rotation in enumerate(ring.rotations)
    ]
    calibration = folder / "calibration.json"
    calibration.write_text(json.dumps(cameras))
    return calibration


def test_the_reference_is_where_the_people_are(footage):
    made, calibration, world = footage
    reference = calibrated_reference(made, calibration)
    assert reference.joints == made.skeleton.detected  # derived ones are derived where scored
    assert reference.valid.all()
    detected = world[:, : len(reference.joints)] * 1000
    np.testing.assert_allclose(reference.positions, detected, atol=1)


@pytest.mark.filterwarnings("ignore:the chirality vote is close")
def test_it_leaves_everything_and_goes_on_where_it_stopped(footage, tmp_path):
    made, calibration, _ = footage
    said = []
    whole = run_demo(made, calibration, tmp_path / "whole", TINY, say=said.append)
    names = {"c0.npz", "c3.npz", "reference.npz", "cps.png", "report.html", "run"}
    assert names <= {path.name for path in (tmp_path / "whole").iterdir()}
    assert whole.evaluation.overall.frames_scored == 4 * 60
    assert whole.evaluation.overall.n_mpjpe > 0  # the calibration's frame is known
    assert any("4 uncalibrated cameras" in sentence for sentence in said)

    folder, epochs = tmp_path / "whole", []  # an older demo has finished here
    with pytest.raises(KeyboardInterrupt):
        run_demo(
            made, calibration, folder, TINY, progress=lambda *_: signal.raise_signal(signal.SIGINT)
        )
    assert (folder / "run" / CHECKPOINT).exists()
    again = run_demo(
        made, calibration, folder, TINY, progress=lambda _, progress: epochs.append(progress.epoch)
    )
    assert epochs == [2, 3]
    assert not (folder / "run" / CHECKPOINT).exists()
    for name, value in again.lifter.network.state_dict().items():
        assert value.equal(whole.lifter.network.state_dict()[name])


@pytest.mark.filterwarnings("ignore:the chirality vote is close")
def test_it_refines_and_goes_on_in_the_stage_that_was_stopped(tmp_path, monkeypatch):
    shown = scene(frames=40)
    monkeypatch.setattr(rounds, "solve", lambda *_, **more: solution_of(shown))
    calibration = write_calibration(shown.ring, tmp_path)
    folder, refining = tmp_path / "demo", RefineConfig(epochs=2, min_steps=0)

    def stop(stage, _):
        if stage == rounds.STAGES[0]:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_demo(shown.capture, calibration, folder, TINY, refining, progress=stop)
    told = []
    go_on = partial(run_demo, shown.capture, calibration, folder, TINY, refining)
    go_on(progress=lambda stage, one: told.append((stage, one.epoch)))
    assert told == [(rounds.STAGES[0], 2)]
    card = json.loads((folder / "run" / "lifter.json").read_text())
    assert card["provenance"]["refined"]["settings"]["epochs"] == 2
