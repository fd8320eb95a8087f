from dataclasses import replace

import pytest
import torch

from canonpose.geometry.projection import rotate
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.refining import RefineConfig, refine, solved_labels
from canonpose.refining.bodies import bodies_of, sightings_of
from canonpose.refining.kept import KeptKnowledge
from canonpose.refining.label_loss import label_loss
from canonpose.refining.virtual_views import VirtualViews
from canonpose.training import preset
from canonpose.training.start import TAKEN_OVER
from refining.scenes import solution_of
from solving.rigs import SKELETON, scene

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

WIDTH = LifterConfig(width=32)
CONFIG = RefineConfig(epochs=20, min_steps=0, virtual_views=1, kept_views=2)


@pytest.fixture(scope="module")
def shown():
    return scene(frames=24, noise=2.0)


@pytest.fixture(scope="module")
def views(shown):
    labels = solved_labels(solution_of(shown), shown.capture)
    return VirtualViews(bodies_of(labels, CONFIG.trusted), sightings_of(labels), CONFIG, SKELETON)


def lifter_of(new_joints=()):
    torch.manual_seed(0)
    facts = {TAKEN_OVER: {"lifter": "another", "new_joints": list(new_joints)}}
    return TrainedLifter(Lifter(len(SKELETON), WIDTH).eval(), SKELETON, provenance=facts)


def drawn(views, lifter, seed=0, config=CONFIG):
    return KeptKnowledge(lifter, views, config)(50, torch.Generator().manual_seed(seed))


def test_labels_are_what_the_lifter_says(views):
    lifter = lifter_of()
    kept = drawn(views, lifter)
    poses, rotation = lift_with_mirror_image(lifter, kept.positions, kept.scores)
    torch.testing.assert_close(kept.labels, rotate(rotation, poses).detach())
    assert not kept.labels.requires_grad
    assert ((kept.weights > 0) == (kept.scores > 0)).all()


def test_joints_that_it_never_saw_have_no_label(views):
    new = ("left_wrist", "right_wrist")
    kept = drawn(views, lifter_of(new))
    hidden = torch.tensor([joint in new for joint in SKELETON.joints])
    assert not kept.weights[:, hidden].any()
    assert kept.weights[:, ~hidden].any()


def test_bodies_are_bent_more_than_those_of_the_footage(views):
    lifter, near = lifter_of(), replace(CONFIG, kept_bend=0.0, kept_tilt=0.0)
    there, plain = (drawn(views, lifter, config=config) for config in (CONFIG, near))
    assert (there.positions - plain.positions).norm(dim=-1).mean() > 0.02


def test_a_student_forgets_less(shown):
    """Of two students of one lifter, the one that is told to keep it says more nearly the same."""
    training = preset("fast", lifter=WIDTH, epochs=2, min_steps=0, start_from="nothing")
    quick = replace(CONFIG, epochs=40, learning_rate=5e-3)
    start = refine(
        shown.capture, lifter_of(), None, quick,
        solved=solution_of(shown), training=training, device="cpu",
    )  # fmt: skip
    other = scene(frames=8, people=2, noise=2.0)
    solved = solution_of(other)
    labels = solved_labels(solved, other.capture)
    bodies = bodies_of(labels, CONFIG.trusted)
    kept = drawn(VirtualViews(bodies, sightings_of(labels), CONFIG, SKELETON), start, seed=1)

    def off(known):
        student = refine(
            other.capture, start, None, quick,
            solved=solved, known=known, training=training, device="cpu",
        )  # fmt: skip
        with torch.no_grad():
            poses, rotation = lift_with_mirror_image(student, kept.positions, kept.scores)
        loss = label_loss(rotate(rotation, poses), kept.labels, kept.weights, SKELETON.root_index)
        return float(loss), student.provenance["refined"]["known"]

    forgetful, nothing = off(None)
    faithful, facts = off(start)
    assert faithful < 0.7 * forgetful
    assert nothing is None
    assert facts["lifter"] == "self-supervised"
