from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.datasets.human36m.cameras import read_cameras
from canonpose.datasets.human36m.protocol import CAMERAS
from datasets.human36m import files

REAL = Path(__file__).parents[4] / "shared" / "data" / "human36m_cameras.h5"


def test_cameras_come_back_as_they_were_written(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    read = read_cameras(tmp_path / "cameras.h5", ["S5", "S11"])
    assert list(read) == ["S5", "S11"]
    for subject, rig in read.items():
        assert tuple(rig) == tuple(CAMERAS) == files.CAMERAS
        for name, camera in rig.items():
            written = files.RIGS[subject][name]
            assert camera.size == written.size
            for entry in ("matrix", "distortion", "rotation", "translation"):
                np.testing.assert_allclose(
                    getattr(camera, entry), getattr(written, entry), atol=1e-9
                )


@pytest.mark.skipif(not REAL.exists(), reason=f"the real cameras are not at {REAL}")
def test_the_real_cameras():
    rigs = read_cameras(REAL, ["S1", "S5", "S6", "S7", "S8", "S9", "S11"])
    person = np.array([0.1, 0.3, 0.9])
    for rig in rigs.values():
        for camera in rig.values():
            assert 1.3 < camera.centre[2] < 1.8
            assert 4 < np.linalg.norm(camera.centre[:2]) < 6
            assert camera.rotation[1] @ [0, 0, -1] > 0.95  # down is down
            np.testing.assert_allclose(np.linalg.det(camera.rotation), 1, atol=1e-6)
            upright = camera.project(person + np.array([[0, 0, 0.8], [0, 0, -0.8]]))
            assert (upright > 50).all()
            assert (upright < 950).all()
            assert 200 < upright[1, 1] - upright[0, 1] < 500
    # As VideoPose3D writes the first camera of S1: the camera in the world, as a quaternion.
    known = Rotation.from_quat([-0.15007, -0.75524, 0.62233, 0.14071]).as_matrix()
    np.testing.assert_allclose(rigs["S1"]["54138969"].rotation, known.T, atol=1e-4)
    assert not np.allclose(rigs["S1"]["54138969"].rotation, rigs["S5"]["54138969"].rotation)
