from dataclasses import replace

import pytest
import torch

from canonpose.geometry.normalisation import normalise
from canonpose.refining import solved_labels
from canonpose.refining.bodies import bodies_of, relative_images, sightings_of
from canonpose.refining.config import RefineConfig
from canonpose.refining.torso import torso_frames
from canonpose.refining.virtual_views import VirtualViews
from refining.scenes import solution_of
from solving.rigs import SKELETON, scene

ROOT = SKELETON.root_index
PLAIN = RefineConfig(exchange=0.0, bend=0.0, noise=0.0, approach=0.0)


@pytest.fixture(scope="module")
def labels():
    shown = scene(frames=15, people=2, noise=4.0)
    return solved_labels(solution_of(shown), shown.capture)


def views_of(labels, config=PLAIN):
    return VirtualViews(bodies_of(labels, config.trusted), sightings_of(labels), config, SKELETON)


def draw(labels, config=PLAIN, count=40, seed=0):
    return views_of(labels, config)(count, torch.Generator().manual_seed(seed))


def bones(poses):
    ends = torch.from_numpy(SKELETON.bone_indices)
    return (poses[:, ends[:, 0]] - poses[:, ends[:, 1]]).norm(dim=-1)


def test_bodies_are_the_solved_world(labels):
    bodies = bodies_of(labels, 0.01)
    assert len(bodies.positions) == len(labels)
    seen = labels.turns[3, 1] @ bodies.positions[3].T
    torch.testing.assert_close(seen.T, labels.positions[3, 1], atol=1e-5, rtol=1e-5)


def test_errors_of_exact_detections_are_small_and_of_others_as_large_as_they_are():
    exact, off = scene(frames=15), scene(frames=15, noise=12.0)
    found = [sightings_of(solved_labels(solution_of(one), one.capture)) for one in (exact, off)]
    small, large = (one.errors[..., : ROOT - 1, :].std() for one in found)
    # Derived joints are means of images, not images of means.
    assert small < 0.003
    # 12 pixels at 1200 pixels focal length and 4 metres, and as much again from the root's mean.
    assert 0.03 < large < 0.07


def test_virtual_views_are_images_of_their_labels(labels):
    views = draw(labels)
    sight = sightings_of(labels)
    depth = sight.places[:, 2].median()
    place = torch.tensor([0.0, 0.0, float(depth)]).expand(40, 3)
    images = relative_images(views.labels, place)
    about = normalise(images, torch.ones(images.shape[:2]), ROOT).positions
    # The place differs a little: that much is perspective.
    assert (about - views.positions).norm(dim=-1).median() < 0.03
    assert not views.labels[:, ROOT].any()


def test_bodies_keep_their_bones_however_they_are_turned(labels):
    recorded = labels.positions[:, 0]
    mirrored = recorded[:, torch.from_numpy(SKELETON.mirror_indices)]
    lengths = bones(torch.cat([recorded, mirrored]))
    off = (bones(draw(labels).labels)[:, None] - lengths).abs().amax(-1)
    assert off.amin(1).max() < 1e-5


def test_branches_of_other_moments_give_new_poses_of_the_same_bones(labels):
    config = replace(PLAIN, exchange=0.5, tilt=0.0)
    drawn, known = draw(labels, config).labels, labels.positions[:, 0]
    # This person's bones are of one length at all moments; what is farther apart is not.
    torch.testing.assert_close(bones(drawn).mean(0), bones(known).mean(0), rtol=0.02, atol=1e-3)
    across = SKELETON.indices(("left_wrist", "right_ankle"))
    reach, reaches = (
        (one[:, across[0]] - one[:, across[1]]).norm(dim=-1) for one in (drawn, known)
    )
    assert ((reach[:, None] - reaches).abs().amin(1) > 1e-4).sum() > 20


def test_bent_bodies_are_new_and_keep_their_bones(labels):
    def legs(poses):
        ends = [SKELETON.indices((f"{side}_hip", f"{side}_ankle")) for side in ("left", "right")]
        return torch.stack([(poses[:, a] - poses[:, b]).norm(dim=-1) for a, b in ends], dim=-1)

    def nearest(measure):
        """How far every drawn body is from the recorded one that is most like it."""
        return (measure(drawn)[:, None] - measure(recorded)).abs().amax(-1).amin(1)

    recorded = labels.positions[:, 0]
    recorded = torch.cat([recorded, recorded[:, torch.from_numpy(SKELETON.mirror_indices)]])
    drawn = draw(labels, replace(PLAIN, bend=20.0)).labels
    assert nearest(bones).max() < 1e-5
    assert nearest(legs).median() > 1e-3
    drawn = draw(labels).labels
    assert nearest(legs).max() < 1e-5


def test_joints_that_are_not_solved_are_neither_seen_nor_labelled(labels):
    wrist = SKELETON.index("left_wrist")
    valid = labels.valid.clone()
    valid[:, :, wrist] = False
    views = draw(replace(labels, valid=valid), replace(PLAIN, exchange=0.5))
    assert not views.scores[views.weights == 0].any()
    # Of a body that was mirrored it is the other wrist.
    unknown = views.weights[:, [wrist, SKELETON.index("right_wrist")]] == 0
    assert (unknown.sum(1) == 1).all()
    assert unknown.any(0).all()


def test_without_places_there_is_no_perspective(labels):
    views = draw(replace(labels, places=torch.full_like(labels.places, torch.nan)))
    images = normalise(views.labels[..., :2], torch.ones(views.labels.shape[:2]), ROOT).positions
    torch.testing.assert_close(images, views.positions, atol=1e-3, rtol=1e-3)


def test_the_draw_depends_on_the_generator_alone(labels):
    config = RefineConfig()
    first, again, other = (draw(labels, config, seed=seed) for seed in (3, 3, 4))
    assert all(torch.equal(part, again.parts[name]) for name, part in first.parts.items())
    assert not torch.equal(first.positions, other.positions)


def test_branches_are_held_to_the_torso_as_they_were(labels):
    config = replace(PLAIN, exchange=1.0, aligned=True)
    drawn, known = draw(labels, config).labels, labels.positions[:, 0]
    known = torch.cat([known, -known[:, torch.from_numpy(SKELETON.mirror_indices)]])
    arm = SKELETON.indices(("left_shoulder", "left_elbow"))
    # How far the upper arm is raised, against the torso; a mirror image of a whole body keeps it.
    raised, known_raised = (
        (torso_frames(one, SKELETON)[..., 2] * (one[:, arm[1]] - one[:, arm[0]])).sum(-1)
        for one in (drawn, known)
    )
    turned = -known_raised[len(labels) :]
    both = torch.cat([known_raised[: len(labels)], turned])
    assert (raised[:, None] - both).abs().amin(1).median() < 0.01
