import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.virtual import read_motion
from canonpose.virtual.files.bvh import read_bvh
from canonpose.virtual.files.c3d import read_c3d

BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 0.0 0.0 0.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT LeftUpLeg
  {
    OFFSET 10.0 -5.0 0.0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT LeftLeg
    {
      OFFSET 0.0 -40.0 0.0
      CHANNELS 3 Zrotation Xrotation Yrotation
      JOINT LeftFoot
      {
        OFFSET 0.0 -40.0 0.0
        CHANNELS 3 Zrotation Xrotation Yrotation
        End Site
        {
          OFFSET 0.0 -5.0 12.0
        }
      }
    }
  }
  JOINT RightUpLeg
  {
    OFFSET -10.0 -5.0 0.0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0.0 -40.0 0.0
    }
  }
  JOINT Head
  {
    OFFSET 0.0 70.0 0.0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0.0 15.0 0.0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.05
0 90 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
1 91 2 90 0 0 0 30 0 0 0 0 0 0 0 0 0 0 0 0 0
"""


@pytest.fixture
def bvh(tmp_path):
    path = tmp_path / "walk.bvh"
    path.write_text(BVH)
    return path


class TestBvh:
    def test_known_positions(self, bvh):
        pytest.importorskip("bvhio")
        raw = read_bvh(bvh)
        first = dict(zip(raw.joints, raw.positions[0], strict=True))
        for joint, place in {
            "Hips": (0, 90, 0),
            "LeftLeg": (10, 45, 0),
            "LeftFoot_End": (10, 0, 12),
            "Head_End": (0, 175, 0),
        }.items():
            np.testing.assert_allclose(first[joint], place, atol=1e-4)
        # The hips turn a quarter about z: +x becomes +y, and what hangs down points to +x. The
        # thigh turns by 30 degrees about its x, which brings half of its length to -z.
        second = dict(zip(raw.joints, raw.positions[1], strict=True))
        np.testing.assert_allclose(second["LeftUpLeg"], (1 + 5, 91 + 10, 2), atol=1e-4)
        knee = (6 + 40 * np.cos(np.pi / 6), 101, 2 - 20)
        np.testing.assert_allclose(second["LeftLeg"], knee, atol=1e-4)
        assert raw.fps == pytest.approx(20)
        assert raw.parents["LeftFoot"] == "LeftLeg"

    def test_as_motion(self, bvh):
        pytest.importorskip("bvhio")
        motion = read_motion(bvh)
        joints = motion.skeleton.joints
        assert {"pelvis", "left_hip", "left_knee", "left_ankle", "head_top"} <= set(joints)
        assert motion.skeleton.parents["left_ankle"] == "left_knee"
        knee = motion.positions[0, motion.skeleton.index("left_knee")]
        np.testing.assert_allclose(knee, (0.1, 0.45, 0), atol=1e-6)  # centimetres, by the body

    @pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.85, 0.9, 0.97])
    def test_cut_off(self, bvh, share):
        pytest.importorskip("bvhio")
        bvh.write_text(BVH[: int(share * len(BVH))])
        with pytest.raises(InputError, match=r"walk\.bvh: .*export it again"):
            read_motion(bvh)

    def test_not_text(self, bvh):
        pytest.importorskip("bvhio")
        bvh.write_bytes(b"\xff\xfe\x00\x81" * 20)
        with pytest.raises(InputError, match="no BVH file"):
            read_bvh(bvh)


class TestC3d:
    def write(self, path, positions, labels, units="mm"):
        ezc3d = pytest.importorskip("ezc3d")
        file = ezc3d.c3d()
        point = file["parameters"]["POINT"]
        point["RATE"]["value"] = [100]
        point["LABELS"]["value"] = tuple(labels)
        point["UNITS"]["value"] = [units]
        points = np.ones((4, len(labels), len(positions)))
        points[:3] = positions.transpose(2, 1, 0)
        file["data"]["points"] = points
        file.write(str(path))
        return path

    def test_known_positions(self, tmp_path):
        positions = np.arange(90.0).reshape(10, 3, 3)
        positions[4, 1] = np.nan
        raw = read_c3d(self.write(tmp_path / "a.c3d", positions, ("LHJC", "RHJC", "LTOE")))
        np.testing.assert_allclose(raw.positions, positions)
        assert (raw.joints, raw.fps, raw.units) == (("LHJC", "RHJC", "LTOE"), 100.0, "mm")

    def test_as_motion(self, tmp_path):
        labels = ("LHJC", "RHJC", "LKJC", "LAJC", "LSJC")
        body = np.array([(90, 0, 900), (-90, 0, 900), (90, 0, 480), (90, 0, 80), (170, 0, 1400)])
        file = self.write(tmp_path / "a.c3d", np.tile(body, (5, 1, 1)).astype(float), labels)
        motion = read_motion(file)
        assert motion.skeleton.joints[-1] == "pelvis"
        np.testing.assert_allclose(motion.positions[0, -1], (0, 0.9, 0), atol=1e-6)

    @pytest.mark.parametrize("size", [0, 3, 300, 600, 1400, 2000, 3000])
    def test_cut_off(self, tmp_path, size):
        positions = np.arange(1800.0).reshape(200, 3, 3)
        file = self.write(tmp_path / "a.c3d", positions, ("LHJC", "RHJC", "LTOE"))
        file.write_bytes(file.read_bytes()[:size])
        with pytest.raises(InputError, match=r"a\.c3d: .*export it again"):
            read_c3d(file)

    def test_missing_file(self, tmp_path):
        pytest.importorskip("ezc3d")
        with pytest.raises(InputError, match="cannot be read"):
            read_c3d(tmp_path / "none.c3d")
