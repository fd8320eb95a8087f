"""A walking figure, lifted."""

from dataclasses import replace

import numpy as np

from canonpose.datamodel import Poses
from canonpose.skeleton import layout
from canonpose.skeleton.convert import complete

# ---- a walking figure: metres, x to its left, y down, z backwards (it faces the camera) ----


def walking_joints(phase):
    """Joint name to [frame, 3], pelvis at the origin."""
    swing, zero = np.sin(phase), np.zeros_like(phase)

    def at(x, y, z):
        return np.stack(np.broadcast_arrays(x, y, z), -1).astype(float)

    def hanging(start, length, angle):
        return start + length * at(0, np.cos(angle), -np.sin(angle))

    joints = {"pelvis": at(zero, 0, 0), "neck": at(zero, -0.50, -0.02)}
    joints["nose"] = at(zero, -0.64, -0.13)
    joints["head_top"] = at(zero, -0.80, -0.02)
    for side, sign in (("left", 1), ("right", -1)):
        leg = sign * 0.45 * swing
        bend = 0.15 + 0.5 * np.clip(np.sin(phase + (0 if sign > 0 else np.pi) - 1.2), 0, None)
        arm = -sign * 0.4 * swing
        joints[f"{side}_eye"] = at(sign * 0.033 + zero, -0.68, -0.10)
        joints[f"{side}_ear"] = at(sign * 0.075 + zero, -0.66, -0.01)
        shoulder = at(sign * 0.18 + zero, -0.48, -0.03 * sign * -swing)
        hip = at(sign * 0.10 + zero, 0.01, 0)
        knee = hanging(hip, 0.42, leg + 0.08)
        ankle = hanging(knee, 0.41, leg - bend)
        joints[f"{side}_hip"], joints[f"{side}_knee"], joints[f"{side}_ankle"] = hip, knee, ankle
        joints[f"{side}_heel"] = ankle + at(0, 0.06, 0.05)
        joints[f"{side}_big_toe"] = ankle + at(-sign * 0.02, 0.07, -0.18)
        joints[f"{side}_small_toe"] = ankle + at(sign * 0.05, 0.07, -0.14)
        elbow = hanging(shoulder, 0.29, arm) + at(sign * 0.05, 0, 0)
        joints[f"{side}_shoulder"], joints[f"{side}_elbow"] = shoulder, elbow
        joints[f"{side}_wrist"] = hanging(elbow, 0.25, arm + 0.45)
    return joints


def walking(frames=60, *, yaw=0.0, layout_name="body25b", seed=0, **changes):
    """A figure that walks on the spot; yaw 0 faces the camera."""
    skeleton = layout(layout_name)
    named = walking_joints(np.arange(frames) / 30 * 2 * np.pi * 0.9)
    points = np.stack([named[joint] for joint in skeleton.detected], 1)
    random = np.random.default_rng(seed)
    scores = random.uniform(0.75, 1.0, points.shape[:2])
    points, scores = complete(points, scores, skeleton)
    points -= points[:, [skeleton.root_index]]
    turn = np.array(
        [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]], float
    )
    points = points @ turn.T
    keypoints = np.array([960, 560]) + 520 * points[..., :2] + random.normal(0, 1.5, (1, 1, 2))
    poses = Poses(
        positions=points,
        scores=scores,
        canonical=points @ turn,
        rotation=np.broadcast_to(turn, (frames, 3, 3)).copy(),
        keypoints=keypoints,
        skeleton=skeleton,
        units="m",
        fps=30.0,
        image_size=(1920, 1080),
        camera="c01",
        source="walk/c01.npz",
    )
    return replace(poses, **changes)
