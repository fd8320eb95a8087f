import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.skeleton import layout
from canonpose.virtual import Motion, read_motion
from virtual.movers import mover, write_motion

TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


class TestReadMotion:
    def test_positions_names_and_rate(self, tmp_path):
        motion = mover()
        read = read_motion(write_motion(motion, tmp_path / "walk.npz"))
        assert read.skeleton.joints == motion.skeleton.joints
        assert (read.name, read.fps, read.skeleton.root) == ("walk", 25.0, "pelvis")
        np.testing.assert_allclose(read.positions, motion.positions, atol=1e-6)

    def test_z_up_is_turned_to_y_up(self, tmp_path):
        motion = mover()
        file = write_motion(motion, tmp_path / "walk.npz", positions=motion.positions @ TO_Z_UP.T)
        np.testing.assert_allclose(read_motion(file).positions, motion.positions, atol=1e-6)

    def test_the_axis_can_be_given(self, tmp_path):
        motion = mover()
        file = write_motion(motion, tmp_path / "walk.npz", positions=motion.positions @ TO_Z_UP.T)
        lying = read_motion(file, up="y").positions
        np.testing.assert_allclose(lying, motion.positions @ TO_Z_UP.T, atol=1e-6)

    def test_a_lying_world_is_refused(self, tmp_path):
        motion = mover()
        sideways = motion.positions[..., [1, 2, 0]]
        with pytest.raises(InputError, match="which axis is up"):
            read_motion(write_motion(motion, tmp_path / "walk.npz", positions=sideways))

    def test_the_pelvis_is_derived_from_the_hips(self, tmp_path):
        motion = mover(skeleton=layout("coco17"))
        read = read_motion(write_motion(motion, tmp_path / "walk.npz"))
        assert read.skeleton.derived["pelvis"] == ("left_hip", "right_hip")
        hips = read.positions[:, read.skeleton.indices(("left_hip", "right_hip"))]
        pelvis = read.positions[:, read.skeleton.root_index]
        np.testing.assert_allclose(pelvis, hips.mean(1), atol=1e-9)

    def test_joints_that_are_not_valid_are_nan(self, tmp_path):
        motion = mover()
        valid = np.ones(motion.positions.shape[:2], dtype=bool)
        valid[3, 5] = False
        read = read_motion(write_motion(motion, tmp_path / "walk.npz", valid=valid))
        assert np.isnan(read.positions[3, 5]).all()
        assert np.isnan(read.positions).any(-1).sum() == 1

    def test_a_rest_pose_before_the_motion_is_cut_off(self, tmp_path):
        motion = mover()
        positions = motion.positions.copy()
        positions[0] += np.array([3.0, 0, 0])
        read = read_motion(write_motion(motion, tmp_path / "walk.npz", positions=positions))
        np.testing.assert_allclose(read.positions, positions[1:], atol=1e-6)
        assert "frames 1 to 59 of 60" in read.notes[0]
        whole = read_motion(tmp_path / "walk.npz", steady=False)
        assert len(whole) == 60 and not whole.notes

    def test_what_is_missing_is_named(self, tmp_path):
        motion = mover()
        with pytest.raises(InputError, match="frame rate"):
            read_motion(write_motion(motion, tmp_path / "a.npz", fps=None))
        names = [f"marker{place}" for place in range(len(motion.skeleton))]
        with pytest.raises(InputError, match="neither a pelvis nor hips"):
            read_motion(write_motion(motion, tmp_path / "b.npz", joint_names=names), up="y")
        (tmp_path / "c.fbx").write_bytes(b"")
        with pytest.raises(InputError, match=r"c\.fbx: is no motion file"):
            read_motion(tmp_path / "c.fbx")


class TestFeet:
    def footed(self, side_of_ankle):
        """Canonpose16 with a foot joint on each side, before or behind the ankle."""
        motion = mover()
        joints = motion.skeleton.joints
        at = {joint: motion.positions[:, place] for place, joint in enumerate(joints)}
        left = at["left_hip"] - at["right_hip"]
        feet = []
        for side in ("left", "right"):
            forward = np.cross(left, at[f"{side}_knee"] - at[f"{side}_ankle"])
            forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
            feet.append(at[f"{side}_ankle"] + 0.12 * side_of_ankle * forward)
        positions = np.concatenate([motion.positions, np.stack(feet, axis=1)], axis=1)
        return positions, (*joints, "left_foot", "right_foot")

    @pytest.mark.parametrize(("direction", "name"), [(1, "left_big_toe"), (-1, "left_foot")])
    def test_a_foot_before_the_ankle_is_a_toe(self, tmp_path, direction, name):
        positions, joints = self.footed(direction)
        file = write_motion(
            mover(), tmp_path / "walk.npz", positions=positions, joint_names=np.array(joints)
        )
        read = read_motion(file)
        assert read.skeleton.joints[-2] == name
        assert read.skeleton.parents[name] == "left_ankle"


def test_a_slice_keeps_the_time():
    motion = mover(60)
    thinned = motion[10::3]
    assert isinstance(thinned, Motion)
    assert thinned.fps == pytest.approx(25 / 3)
    np.testing.assert_array_equal(thinned.positions, motion.positions[10::3])
