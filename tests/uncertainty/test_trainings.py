from dataclasses import replace

import pytest

from canonpose.lifter import LifterConfig
from canonpose.refining import RefineConfig, refine
from canonpose.refining.stages import FIRST_STAGE
from canonpose.training import preset, train
from canonpose.uncertainty.trainings import trained_alike
from refining.scenes import solution_of
from solving.rigs import scene

pytestmark = pytest.mark.filterwarnings("ignore::canonpose.errors.InputWarning")

COLD = preset("fast", lifter=LifterConfig(width=16), epochs=2, min_steps=0, start_from="nothing")
STUDENT = RefineConfig(epochs=3, min_steps=0, virtual_views=1)


@pytest.fixture(scope="module")
def shown():
    return scene(frames=25, people=2)


@pytest.fixture(scope="module")
def first(shown, tmp_path_factory):
    """A lifter of the footage, and the settings that start from it."""
    run = tmp_path_factory.mktemp("first")
    return train(shown.capture, run, COLD, device="cpu"), replace(COLD, start_from=str(run))


@pytest.mark.parametrize(
    ("name", "epochs"), [(FIRST_STAGE, [1, 2, 1, 2, 3]), ("pretrained", [1, 2, 3])]
)
def test_it_has_the_stages_that_the_lifter_had(shown, first, name, epochs):
    lifter, config = first
    solved = solution_of(shown)
    student = refine(
        shown.capture, lifter, None, STUDENT, solved=solved, training=config, name=name,
        device="cpu",
    )  # fmt: skip
    told = []
    alike = trained_alike(
        student, shown.capture, solved, device="cpu", progress=lambda one: told.append(one.epoch)
    )
    assert told == epochs
    assert "refined" in alike.provenance


def test_a_self_supervised_lifter_has_one(shown, first):
    told = []
    alike = trained_alike(
        first[0],
        shown.capture,
        solution_of(shown),
        device="cpu",
        progress=lambda one: told.append(one.epoch),
    )
    assert told == [1, 2]
    assert "refined" not in alike.provenance
