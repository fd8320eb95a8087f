import numpy as np
import pytest
import roma
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from canonpose.geometry.rotations import rodrigues

vectors = arrays(np.float64, (4, 3), elements=st.floats(-20, 20, allow_subnormal=False))


@given(vectors)
def test_as_scipy_has_it(vectors):
    ours = rodrigues(torch.from_numpy(vectors)).numpy()
    np.testing.assert_allclose(ours, Rotation.from_rotvec(vectors).as_matrix(), atol=1e-10)


@pytest.mark.parametrize("length", [0.0, 1e-30, 1e-8, 1e-4, 1e-2, 1.0, 3.1415, 50.0])
def test_single_precision_at_any_angle(length):
    axes = torch.nn.functional.normalize(torch.randn(100, 3, generator=torch.manual_seed(0)))
    vectors = (length * axes).float()
    exact = Rotation.from_rotvec(vectors.double().numpy()).as_matrix()
    np.testing.assert_allclose(rodrigues(vectors).numpy(), exact, atol=1e-6 * max(length, 1))


@pytest.mark.parametrize("length", [0.0, 1e-12, 1e-3, 1.0, 3.0])
def test_gradients(length):
    axis_angle = (length * torch.tensor([[0.6, -0.64, 0.48]], dtype=torch.float64)).requires_grad_()
    weights = torch.randn(3, 3, generator=torch.manual_seed(1), dtype=torch.float64)
    (ours,) = torch.autograd.grad((weights * rodrigues(axis_angle)).sum(), axis_angle)
    theirs_of = roma.rotvec_to_rotmat(axis_angle)
    (theirs,) = torch.autograd.grad((weights * theirs_of).sum(), axis_angle)
    torch.testing.assert_close(ours, theirs, atol=1e-7, rtol=1e-7)


def test_any_leading_axes():
    assert rodrigues(torch.zeros(2, 0, 3)).shape == (2, 0, 3, 3)
    torch.testing.assert_close(rodrigues(torch.zeros(3)), torch.eye(3))
