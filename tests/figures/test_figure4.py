import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.figures import figure4
from canonpose.figures.comparison import overlay, scored_joints
from canonpose.metrics import evaluate, rigid_aligned_errors

from .lifted import COCO, DOTS, lifted, moved, truth, with_positions, without_frames

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
ODD = [1, 3, 5]


def two_methods(skeleton=COCO):
    """In odd frames the first has one wrist far off, the second all joints a little."""
    exact = lifted(8, skeleton=skeleton)
    random = np.random.default_rng(0)
    shaken = with_positions(exact, exact.positions + random.normal(0, 0.05, exact.positions.shape))
    wrist = exact
    for frame in ODD:
        wrist = moved(wrist, "right_wrist", 0.4, slice(frame, frame + 1))
    return {"wrist": [wrist], "shaken": [shaken]}, [truth(exact)]


@pytest.mark.parametrize("ending", HEADS)
def test_picks_and_picture(tmp_path, ending):
    methods, references = two_methods()
    drawn = figure4(methods, references, tmp_path / f"a.{ending}", columns=2, apart=0.0)
    assert (tmp_path / f"a.{ending}").read_bytes().startswith(HEADS[ending])
    assert (drawn.found, drawn.frames, drawn.note, len(drawn.columns)) == (3, 8, "", 2)
    for column in drawn.columns:
        assert column.frame in ODD
        assert column.methods == ("wrist", "shaken")
        assert column.p_mpjpe[0] < column.p_mpjpe[1]
        assert column.worst[0] >= 180 > column.worst[1]
        assert column.correct == (False, True)
        assert column.worst_joints[0] == "right_wrist"


def test_the_numbers_are_those_of_the_evaluation(tmp_path):
    methods, references = two_methods()
    drawn = figure4(methods, references, tmp_path / "a.png", columns=1)
    frame = drawn.columns[0].frame
    only = slice(frame, frame + 1)
    for name, number in zip(drawn.columns[0].methods, drawn.columns[0].p_mpjpe, strict=True):
        poses, reference = methods[name][0], references[0]
        places = poses.skeleton.indices(reference.joints)
        errors = rigid_aligned_errors(
            poses.positions[only][:, places].astype(np.float64), reference.positions[only]
        )
        assert number == pytest.approx(errors.mean(), abs=1e-6)


def test_errors_pool_to_the_p_mpjpe_of_evaluate():
    methods, references = two_methods()
    poses = methods["wrist"][0]
    laid = overlay(poses, references[0], scored_joints([poses], references, None))
    score = evaluate(poses, references[0]).overall.p_mpjpe
    assert np.nanmean(laid.errors) == pytest.approx(score, rel=1e-6)


def test_an_exact_pose_lies_on_its_reference_and_unscored_ends_are_left_out():
    poses = lifted(4)
    laid = overlay(poses, truth(poses), ("nose", "left_wrist", "right_wrist", "left_ankle"))
    np.testing.assert_allclose(laid.aligned, laid.reference, atol=1e-2)
    assert "left_ear" not in laid.skeleton
    assert {"left_knee", "neck", "pelvis"} <= set(laid.skeleton.joints)


def test_where_there_are_none_the_nearest_is_drawn_and_named(tmp_path):
    methods, references = two_methods()
    drawn = figure4(methods, references, tmp_path / "a.svg", threshold=5000.0)
    assert (drawn.found, len(drawn.columns)) == (0, 1)
    assert drawn.note.startswith("No frame has the lower P-MPJPE and the worse CP at 5000 mm")
    assert "No frame has the lower P-MPJPE" in (tmp_path / "a.svg").read_text()
    assert drawn.columns[0].correct == (True, True)


def test_a_column_is_not_the_same_pose_from_another_camera(tmp_path):
    methods, references = two_methods()
    twice = {name: [*poses, *poses] for name, poses in methods.items()}
    drawn = figure4(
        twice, [*references, truth(lifted(8))], tmp_path / "a.png", apart=1.0, columns=9
    )
    assert drawn.found == 6
    assert sorted(column.frame for column in drawn.columns) == ODD


def test_frames_without_a_pose_are_skipped(tmp_path):
    methods, references = two_methods()
    holes = {"wrist": [without_frames(methods["wrist"][0], [0, 1])], "shaken": methods["shaken"]}
    drawn = figure4(holes, references, tmp_path / "a.png", apart=0.0)
    assert (drawn.frames, drawn.found) == (6, 2)


def test_joints_that_the_reference_does_not_trust_do_not_count(tmp_path):
    methods, references = two_methods()
    references[0].valid[:, references[0].joints.index("right_wrist")] = False
    with pytest.raises(InputError, match="nothing to draw"):
        figure4(methods, references, tmp_path / "a.png")


def test_dots_alone(tmp_path):
    figure4(*two_methods(DOTS), tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()


def test_errors_are_one_sentence(tmp_path):
    methods, references = two_methods()
    path = tmp_path / "a.png"
    with pytest.raises(InputError, match="compares two methods"):
        figure4({"one": methods["wrist"]}, references, path)
    with pytest.raises(InputError, match="1 recordings and there are 2"):
        figure4(methods, references * 2, path)
    with pytest.raises(InputError, match="'tail' is not in it"):
        figure4(methods, references, path, joints=["tail"])
    with pytest.raises(InputError, match="shares 2 joints"):
        figure4(methods, references, path, joints=["nose", "left_hip"])
    with pytest.raises(InputError, match="has 8 frames"):
        figure4(methods, [truth(lifted(7))], path)
    assert not path.exists()
