import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.refining.torso import torso_frames
from canonpose.skeleton import Skeleton
from solving.rigs import SKELETON


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_frames_turn_with_the_body_and_are_rotations(seed):
    generator = torch.Generator().manual_seed(seed)
    poses = torch.randn(4, len(SKELETON), 3, generator=generator, dtype=torch.float64)
    turn = roma.random_rotmat(4, dtype=torch.float64)
    frames = torso_frames(poses, SKELETON)
    torch.testing.assert_close(frames @ frames.mT, torch.eye(3).double().expand(4, 3, 3))
    torch.testing.assert_close(torch.linalg.det(frames), torch.ones(4).double())
    torch.testing.assert_close(torso_frames(poses @ turn.mT, SKELETON), turn @ frames)


def test_an_upright_torso_is_not_turned():
    pose = torch.zeros(1, len(SKELETON), 3)
    for name, place in (("shoulder", (0.2, 0, 0.5)), ("hip", (0.1, 0, 0))):
        pose[0, SKELETON.index(f"left_{name}")] = torch.tensor(place)
        mirrored = torch.tensor(place) * torch.tensor([-1.0, 1, 1])
        pose[0, SKELETON.index(f"right_{name}")] = mirrored
    torch.testing.assert_close(torso_frames(pose, SKELETON), torch.eye(3)[None])


def test_without_a_torso_nothing_is_turned():
    animal = Skeleton(name="animal", joints=("head", "tail"), root="tail")
    frames = torso_frames(torch.randn(3, 2, 3), animal)
    torch.testing.assert_close(frames, torch.eye(3).expand(3, 3, 3))
