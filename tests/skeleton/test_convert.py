import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canonpose.skeleton import convert, layout, layout_names
from canonpose.skeleton.convert import complete

layouts = st.sampled_from(layout_names()).map(layout)
seeds = st.integers(0, 2**16)


def people(skeleton, seed, missing=0.2):
    """[2, 5, joint, 2] positions and [2, 5, joint] scores of the detected joints."""
    random = np.random.default_rng(seed)
    positions = random.normal(size=(2, 5, len(skeleton.detected), 2)).astype(np.float32)
    scores = random.uniform(0.1, 1, positions.shape[:-1]).astype(np.float32)
    gone = random.random(scores.shape) < missing
    positions[gone], scores[gone] = np.nan, 0
    return positions, scores


@given(layouts, seeds)
def test_to_itself_changes_nothing(skeleton, seed):
    positions, scores = complete(*people(skeleton, seed), skeleton)
    again, again_scores = convert(positions, scores, skeleton, skeleton)
    np.testing.assert_array_equal(again, positions)
    np.testing.assert_array_equal(again_scores, scores)
    assert again.dtype == again_scores.dtype == np.float32


@given(layouts, layouts, seeds)
def test_there_and_back_keeps_what_both_have(first, second, seed):
    positions, scores = complete(*people(first, seed), first)
    there = convert(positions, scores, first, second)
    back, back_scores = convert(*there, second, first)
    shared = [joint for joint in first.joints if joint in second]
    places = first.indices(shared)
    np.testing.assert_array_equal(back[..., places, :], positions[..., places, :])
    np.testing.assert_array_equal(back_scores[..., places], scores[..., places])


@given(layouts, layouts, seeds)
def test_nan_and_score_0_go_together(first, second, seed):
    positions, scores = convert(*complete(*people(first, seed), first), first, second)
    np.testing.assert_array_equal(np.isnan(positions).any(-1), scores == 0)
    absent = [j for j in second.joints if j not in first and j not in second.derived]
    assert np.isnan(positions[..., second.indices(absent), :]).all()


@given(layouts, seeds)
def test_swapping_sides_and_deriving_joints_commute(skeleton, seed):
    positions, scores = people(skeleton, seed)
    swap = skeleton.mirror_indices[: len(skeleton.detected)]
    mirrored = complete(positions[..., swap, :], scores[..., swap], skeleton)
    whole = complete(positions, scores, skeleton)
    np.testing.assert_allclose(
        mirrored[0], whole[0][..., skeleton.mirror_indices, :], rtol=1e-5, atol=1e-6
    )
    np.testing.assert_array_equal(mirrored[1], whole[1][..., skeleton.mirror_indices])


def test_a_derived_joint_is_the_mean_with_the_lowest_score():
    coco = layout("coco17")
    positions, scores = people(coco, 0, missing=0)
    hips = coco.indices(["left_hip", "right_hip"])
    scores[..., hips] = (0.3, 0.9)
    out, out_scores = complete(positions, scores, coco)
    np.testing.assert_allclose(
        out[..., coco.index("pelvis"), :], positions[..., hips, :].mean(-2), rtol=1e-6
    )
    np.testing.assert_allclose(out_scores[..., coco.index("pelvis")], 0.3, rtol=1e-6)


def test_the_papers_16_joints_from_halpe26_and_from_coco17():
    paper = layout("canonpose16")
    for name, lacking in (("halpe26", set()), ("coco17", {"head_top"})):
        source = layout(name)
        positions, scores = complete(*people(source, 1, missing=0), source)
        out, _ = convert(positions, scores, source, paper)
        missing = {j for j in paper.joints if np.isnan(out[..., paper.index(j), :]).all()}
        assert missing == lacking
