from dataclasses import replace

import pytest
import torch

import canonpose
from canonpose.inference.frames import lifted_frames
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.footage import footage_for
from canonpose.lifter.sigma import features_of
from canonpose.refining import solved_labels
from canonpose.uncertainty.errors import lifting_errors
from refining.scenes import solution_of
from solving.rigs import SKELETON, scene


@pytest.fixture(scope="module")
def shown():
    return scene(frames=8, noise=4.0)


@pytest.mark.parametrize("mirror_image", [True, False])
def test_errors_are_those_of_what_lift_gives(shown, mirror_image):
    torch.manual_seed(3)
    network = Lifter(len(SKELETON), LifterConfig(width=32, mirror_image=mirror_image)).eval()
    lifter = TrainedLifter(network, SKELETON, {}, {})
    labels = solved_labels(solution_of(shown), shown.capture)
    chosen = torch.arange(len(labels)) == 2
    found = lifting_errors(lifter, labels, chosen, trusted=1.0)
    for place, camera in enumerate(shown.capture.cameras):
        view = shown.capture.takes[0].views[camera]
        seen = footage_for(view, SKELETON).normalised
        given = torch.from_numpy(canonpose.lift(view, lifter).positions).float()
        expected = features_of(seen.positions, seen.scores, given)[2]
        torch.testing.assert_close(found.features[place], expected, atol=1e-5, rtol=1e-5)


def test_a_lifter_that_says_the_label_has_no_error(shown):
    labels = solved_labels(solution_of(shown), shown.capture)
    chosen = torch.ones(len(labels), dtype=torch.bool)
    torch.manual_seed(3)
    network = Lifter(len(SKELETON), LifterConfig(width=32)).eval()
    lifter = TrainedLifter(network, SKELETON, {}, {})
    said = lifted_frames(_as_poses(labels), lifter).in_camera.unflatten(0, labels.valid.shape[:2])
    found = lifting_errors(lifter, replace(labels, positions=said), chosen, trusted=10.0)
    known = found.errors.isfinite()
    assert known.any()
    assert found.errors[known].max() < 1e-5
    assert not known[:, SKELETON.root_index].any()


def _as_poses(labels):
    samples = labels.samples
    return canonpose.geometry.normalisation.NormalisedPoses(
        samples.positions.flatten(0, 1),
        samples.scores.flatten(0, 1),
        torch.ones(samples.scores.shape[:2].numel()),
    )
