import pytest
import torch

from canonpose.geometry.normalisation import normalise
from canonpose.skeleton import layout
from canonpose.training import AugmentationConfig
from canonpose.training.augmentation import Augmentation
from synthetic_people import RING3, bodies

SKELETON = layout("coco17")
ROOT = SKELETON.root_index
ORDER = torch.from_numpy(SKELETON.mirror_indices)


def scene(samples=40):
    """Camera-frame poses [sample, view, joint, 3], and their normalised images and scores."""
    points = RING3.in_cameras(bodies(samples, SKELETON, seed=2))
    space = torch.from_numpy(points).float()
    random = torch.Generator().manual_seed(0)
    scores = 0.1 + 0.9 * torch.rand(space.shape[:-1], generator=random)
    scores[3, 1, 5] = 0
    scores[7, 2] = 0
    image = space[..., :2].clone()
    image[3, 1, 5] = torch.nan
    positions, scores, _ = normalise(image, scores, ROOT)
    return space, positions, scores


def augment(config, seed=0):
    _, positions, scores = scene()
    augmentation = Augmentation(config, SKELETON)
    return augmentation(positions, scores, torch.Generator().manual_seed(seed))


CONFIGS = pytest.mark.parametrize(
    "config",
    [
        AugmentationConfig(),
        AugmentationConfig(flip=True),
        AugmentationConfig(rotation=30.0),
        AugmentationConfig(flip=True, rotation=180.0),
    ],
)


@CONFIGS
def test_the_frames_say_what_was_done(config):
    """Moving the 3D poses by the frames, left and right swapped by a flip, gives the new images."""
    space, _, _ = scene()
    made = augment(config)
    flipped = made.view_frames[:, 0].det() < 0
    swapped = torch.where(flipped[:, None, None, None], space[:, :, ORDER], space)
    moved = swapped @ made.view_frames.mT
    image = moved[..., :2]
    seen = made.scores > 0
    wanted, _, _ = normalise(image, made.scores, ROOT)
    torch.testing.assert_close(made.target, wanted, atol=1e-6, rtol=1e-5)
    assert not made.target[~seen].any()


@CONFIGS
def test_frames_are_flips_of_a_sample_and_in_plane_turns_of_a_view(config):
    frames = augment(config).view_frames
    identity = torch.eye(3).expand(frames.shape)
    torch.testing.assert_close(frames @ frames.mT, identity, atol=1e-6, rtol=0)
    assert torch.equal(frames[..., 2, :], identity[..., 2, :])
    sign = frames.det().round()
    assert torch.equal(sign, sign[:, :1].expand(-1, 3))  # all views of a sample, or none
    share = (sign[:, 0] < 0).float().mean()
    assert (0.2 < share < 0.8) if config.flip else share == 0
    angle = torch.atan2(frames[..., 1, 1], frames[..., 0, 1]).rad2deg() - 90
    angle = (angle + 180) % 360 - 180
    assert angle.abs().max() <= config.rotation + 1e-3
    assert angle.abs().max() >= 0.8 * config.rotation
    if config.rotation:
        assert not torch.equal(frames[:, 0], frames[:, 1])


def test_a_flip_takes_joints_and_confidences_to_the_other_side():
    _, positions, scores = scene()
    made = augment(AugmentationConfig(flip=True))
    flips = made.view_frames[:, 0].det() < 0
    left, right = SKELETON.index("left_wrist"), SKELETON.index("right_wrist")
    flip = torch.tensor([-1.0, 1.0])
    assert torch.equal(made.target[flips][..., left, :], positions[flips][..., right, :] * flip)
    assert torch.equal(made.scores[flips][..., left], scores[flips][..., right])
    assert torch.equal(made.target[~flips], positions[~flips])
    assert torch.equal(made.scores[~flips], scores[~flips])


def test_without_augmentation_nothing_changes():
    _, positions, scores = scene()
    made = augment(AugmentationConfig())
    for part in (made.input_positions, made.target):
        assert torch.equal(part, positions)
    for part in (made.input_scores, made.scores):
        assert torch.equal(part, scores)
    assert not Augmentation(AugmentationConfig(), SKELETON).turns_views


@pytest.mark.parametrize(
    ("config", "turns"),
    [
        (AugmentationConfig(flip=True), True),
        (AugmentationConfig(rotation=1.0), True),
        (AugmentationConfig(joint_dropout=0.5, noise=0.1, confidence_dropout=0.5), False),
    ],
)
def test_turns_views(config, turns):
    assert Augmentation(config, SKELETON).turns_views == turns


CORRUPTING = AugmentationConfig(
    flip=True, rotation=20.0, joint_dropout=0.4, confidence_dropout=0.3, noise=0.02
)


def test_the_input_is_normalised_and_never_loses_its_root():
    _, _, scores = scene()
    made = augment(CORRUPTING)
    usable = scores[..., ROOT] > 0
    norms = made.input_positions.norm(dim=(-2, -1))
    torch.testing.assert_close(norms[usable], torch.ones(int(usable.sum())))
    assert not norms[~usable].any()
    assert (made.input_scores[..., ROOT] > 0)[usable].all()
    assert not made.input_positions[..., ROOT, :].any()
    unseen = made.input_scores == 0
    assert not made.input_positions[unseen].any()


def test_drop_out_hides_from_the_lifter_only():
    made, untouched = augment(CORRUPTING), augment(AugmentationConfig(flip=True, rotation=20.0))
    assert torch.equal(made.target, untouched.target)
    assert torch.equal(made.scores, untouched.scores)
    others = [joint for joint in range(len(SKELETON)) if joint != ROOT]
    hidden = ((made.input_scores == 0) & (made.scores > 0))[..., others]
    share = hidden.sum() / (made.scores > 0)[..., others].sum()
    assert 0.35 < share < 0.45


def test_missing_joints_are_never_invented():
    made = augment(CORRUPTING)
    assert not made.input_scores[made.scores == 0].any()


def test_confidence_drop_out_hides_the_confidences_of_whole_views():
    made = augment(AugmentationConfig(confidence_dropout=0.3))
    whole = ((made.input_scores == 1) == (made.scores > 0)).all(-1)
    unchanged = (made.input_scores == made.scores).all(-1)
    assert (whole | unchanged).all()
    assert 0.15 < whole.float().mean() < 0.45


def test_noise_is_of_the_size_that_is_asked_for():
    made = augment(AugmentationConfig(noise=0.01))
    others = [joint for joint in range(len(SKELETON)) if joint != ROOT]
    moved = (made.input_positions - made.target)[..., others, :]
    assert moved[made.scores[..., others] > 0].std().item() == pytest.approx(0.0135, abs=0.004)


def test_the_generator_alone_decides():
    first, again, other = augment(CORRUPTING, 1), augment(CORRUPTING, 1), augment(CORRUPTING, 2)
    for part, same, different in zip(first, again, other, strict=True):
        assert torch.equal(part, same)
        assert not torch.equal(part, different)
    assert torch.isfinite(first.input_positions).all()
