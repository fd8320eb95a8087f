from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, load_lifter, save_lifter
from canonpose.lifter.sigma import SigmaConfig, SigmaNetwork, TrainedUncertainty, save_uncertainty
from canonpose.lifter.trained import FILES
from canonpose.skeleton import layout
from synthetic_people import RING3, bodies, keypoints, turning

COCO = layout("coco17")


def lifter_of(seed=0):
    torch.manual_seed(seed)
    return TrainedLifter(Lifter(len(COCO), LifterConfig(width=12)), COCO)


def uncertainty_of(seed=0):
    torch.manual_seed(seed)
    network = SigmaNetwork(len(COCO), COCO.root_index, SigmaConfig(width=8)).eval()
    network.scale.fill_(0.1)
    return TrainedUncertainty(network, COCO, {"views": 7})


def footage(frames=6):
    pixels = RING3.see(turning(bodies(frames, COCO)))[:, 0]
    return keypoints(pixels, COCO, "c0", fps=25.0)


@pytest.fixture
def run(tmp_path):
    save_lifter(lifter_of(), tmp_path)
    save_uncertainty(uncertainty_of(), tmp_path, FILES.weights_hash(tmp_path))
    return tmp_path


def test_lift_says_sigma_where_the_run_has_it(run):
    loaded = load_lifter(run)
    assert loaded.uncertainty.facts == {"views": 7}
    seen = footage()
    hidden = replace(seen, scores=seen.scores * (np.arange(6) != 2)[:, None])
    poses = lift(hidden, loaded, device="cpu")
    others = np.delete(np.arange(len(COCO)), COCO.root_index)
    shown = np.delete(poses.sigma, 2, axis=0)
    assert (shown[:, others] > 0).all()
    assert not shown[:, COCO.root_index].any()
    assert np.isnan(poses.sigma[2]).all()
    # In the poses' unit, and as the network that was saved says.
    tall = lift(hidden, loaded, subject_height=2.0, device="cpu")
    np.testing.assert_allclose(tall.sigma, 2 * poses.sigma, rtol=1e-5)
    same = replace(lifter_of(), uncertainty=uncertainty_of())
    np.testing.assert_array_equal(lift(hidden, same, device="cpu").sigma, poses.sigma)


def test_without_it_there_is_none(tmp_path):
    save_lifter(lifter_of(), tmp_path)
    assert lift(footage(), load_lifter(tmp_path), device="cpu").sigma is None


def test_of_other_weights_it_says_nothing(run):
    save_lifter(lifter_of(seed=1), run)
    assert load_lifter(run).uncertainty is None


def test_damaged_files_are_told(run):
    (run / "uncertainty.safetensors").write_bytes(b"no")
    with pytest.raises(InputError, match="uncertainty"):
        load_lifter(run)
