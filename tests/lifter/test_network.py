import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from canonpose.geometry.projection import rotate, weak_perspective
from canonpose.lifter.network import Lifter, LifterConfig

SMALL = LifterConfig(width=24)
S = torch.diag(torch.tensor([1.0, 1.0, -1.0]))


def network(joints=5, config=SMALL, seed=0):
    torch.manual_seed(seed)
    made = Lifter(joints, config)
    with torch.no_grad():  # PyTorch's initialisation gives rotations by small angles only
        made.rotation_head.weight *= 30
    return made


def inputs(joints=5, batch=(7,), seed=1):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(*batch, joints, 2, generator=random), torch.rand(
        *batch, joints, generator=random
    )


def test_layers_of_figure_3():
    """Input 48 to 1024; one common block; two blocks a path; 48 and 3 out; nothing else."""
    width, expected = 1024, {"upscale": (1024, 48), "pose_head": (48, 1024)}
    expected["rotation_head"] = (3, 1024)
    for path, blocks in (("common", 1), ("pose_path", 2), ("rotation_path", 2)):
        for block in range(blocks):
            for layer in ("first", "second"):
                expected[f"{path}.{block}.{layer}"] = (width, width)
    made = Lifter(16, LifterConfig())
    shapes = {name: tuple(value.shape) for name, value in made.named_parameters()}
    assert shapes == {f"{name}.weight": shape for name, shape in expected.items()} | {
        f"{name}.bias": shape[:1] for name, shape in expected.items()
    }
    by_hand = (48 * 1024 + 1024) + 10 * (1024 * 1024 + 1024) + (1024 * 48 + 48) + (1024 * 3 + 3)
    assert sum(value.numel() for value in made.parameters()) == by_hand == 10_598_451


@pytest.mark.parametrize("joints", [3, 17, 26])
@pytest.mark.parametrize("batch", [(4,), (2, 3)])
def test_any_joint_count_and_batch(joints, batch):
    poses, rotation = Lifter(joints, SMALL)(*inputs(joints, batch))
    assert poses.shape == (*batch, joints, 3)
    assert rotation.shape == (*batch, 3, 3)


def leaky(values):
    return np.where(values > 0, values, 0.01 * values)


def plain_forward(made, positions, scores, input_activation, block_activation):
    """Figure 3 written out in numpy: pose and axis-angle vector of one view."""
    weights = {name: value.detach().numpy() for name, value in made.named_parameters()}

    def linear(name, values):
        return weights[f"{name}.weight"] @ values + weights[f"{name}.bias"]

    def block(name, values):
        inner = leaky(linear(f"{name}.first", values))
        summed = leaky(linear(f"{name}.second", inner)) + values
        return leaky(summed) if block_activation else summed

    values = linear("upscale", np.concatenate([positions.numpy().ravel(), scores.numpy()]))
    if input_activation:
        values = leaky(values)
    values = block("common.0", values)
    pose = block("pose_path.1", block("pose_path.0", values))
    turn = block("rotation_path.1", block("rotation_path.0", values))
    return linear("pose_head", pose).reshape(-1, 3), linear("rotation_head", turn)


def rodrigues(vector):
    """Equations 3 and 4 as they stand in the paper."""
    angle = np.linalg.norm(vector)
    w1, w2, w3 = vector / angle
    a = np.array([[0, -w3, w2], [w3, 0, -w1], [-w2, w1, 0]])
    return np.eye(3) + np.sin(angle) * a + (1 - np.cos(angle)) * a @ a


@pytest.mark.parametrize("input_activation", [False, True])
@pytest.mark.parametrize("block_activation", [True, False])
def test_forward_agrees_with_a_plain_restatement(input_activation, block_activation):
    config = LifterConfig(24, input_activation, block_activation)
    made = network(config=config).double()
    positions, scores = (part.double() for part in inputs())
    poses, rotation = made(positions, scores)
    for place in range(len(positions)):
        pose, vector = plain_forward(
            made, positions[place], scores[place], input_activation, block_activation
        )
        np.testing.assert_allclose(poses[place].detach(), pose, atol=1e-10)
        np.testing.assert_allclose(rotation[place].detach(), rodrigues(vector), atol=1e-10)
        by_scipy = Rotation.from_rotvec(vector).as_matrix()
        np.testing.assert_allclose(rotation[place].detach(), by_scipy, atol=1e-10)


def test_the_defaults_are_the_authors_activations():
    assert (LifterConfig().input_activation, LifterConfig().block_activation) == (False, True)
    assert LifterConfig().width == 1024


def test_rotations_are_proper_and_of_every_angle():
    _, rotation = network()(*inputs(batch=(500,)))
    identity = torch.eye(3).expand(500, 3, 3)
    torch.testing.assert_close(rotation @ rotation.mT, identity, atol=1e-5, rtol=0)
    torch.testing.assert_close(rotation.det(), torch.ones(500), atol=1e-5, rtol=0)
    angles = torch.arccos(((rotation.diagonal(dim1=1, dim2=2).sum(-1) - 1) / 2).clamp(-1, 1))
    assert angles.max() > 2.5


def test_a_rotation_of_nothing_has_finite_gradients():
    made = Lifter(5, SMALL)
    with torch.no_grad():
        made.rotation_head.weight.zero_()
        made.rotation_head.bias.zero_()
    poses, rotation = made(*inputs())
    torch.testing.assert_close(rotation, torch.eye(3).expand(7, 3, 3))
    (rotate(rotation, poses) ** 2)[..., 0].sum().backward()
    assert all(torch.isfinite(value.grad).all() for value in made.parameters())


class TestMirror:
    def test_is_the_depth_mirror_in_pose_and_rotation(self):
        made = network()
        poses, rotation = made(*inputs())
        made.mirror_()
        mirrored_poses, mirrored_rotation = made(*inputs())
        assert torch.equal(mirrored_poses, poses @ S)
        torch.testing.assert_close(mirrored_rotation, S @ rotation @ S, atol=1e-6, rtol=0)

    def test_leaves_the_image_and_negates_the_depth(self):
        made = network()
        poses, rotation = made(*inputs())
        before = rotate(rotation, poses)
        made.mirror_()
        poses, rotation = made(*inputs())
        after = rotate(rotation, poses)
        torch.testing.assert_close(
            weak_perspective(after), weak_perspective(before), atol=1e-5, rtol=1e-5
        )
        torch.testing.assert_close(after[..., 2], -before[..., 2], atol=1e-5, rtol=1e-5)
        assert before[..., 2].abs().max() > 0.01

    def test_twice_is_nothing(self):
        made = network()
        before = {name: value.clone() for name, value in made.state_dict().items()}
        made.mirror_()
        assert any(
            not torch.equal(value, before[name]) for name, value in made.state_dict().items()
        )
        made.mirror_()
        assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())


@pytest.mark.parametrize("width", [0, -3])
def test_a_width_below_1_is_refused(width):
    with pytest.raises(ValueError, match="width"):
        LifterConfig(width=width)
