"""Static uncalibrated cameras from what they saw: pairwise essential matrices, chained."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Float

from canonpose.baselines.relative_pose import RelativePose, relative_pose
from canonpose.geometry.cameras import Camera
from canonpose.solving.rig_views import RigViews

MIN_MATCHES = 50
"""Fewer common joints do not tell how two cameras stand."""
INLIER_SHARE = 0.02
"""Distance from the epipolar line, as a share of the person's size in the image, up to which a
match agrees: about twice a detector's usual error."""

Pair = tuple[int, int]
Matches = Mapping[Pair, tuple[Float[np.ndarray, "match 2"], Float[np.ndarray, "match 2"]]]


def common_joints(views: RigViews, min_score: float, most: int, seed: int) -> Matches:
    """Joints that two cameras saw at the same moment, for every pair of cameras.

    Parameters
    ----------
    views : RigViews
    min_score : float
        Confidence that both detections must have.
    most : int
        A random choice of so many where there are more.
    seed : int
        Of that choice.

    Returns
    -------
    mapping of (first view, second view) to two arrays [match, 2]
        Pixels. Pairs with fewer than `MIN_MATCHES` are left out.
    """
    random = np.random.default_rng(seed)
    confident = (views.scores >= min_score) & (views.scores > 0)
    matches = {}
    for first, second in combinations(range(len(views.cameras)), 2):
        both = np.argwhere(confident[first] & confident[second])
        if len(both) >= MIN_MATCHES:
            frames, joints = random.permutation(both)[:most].T
            matches[first, second] = (
                views.positions[first, frames, joints].astype(np.float64),
                views.positions[second, frames, joints].astype(np.float64),
            )
    return matches


def chained_cameras(
    views: RigViews, matches: Matches, focals: Sequence[float], seed: int = 0
) -> dict[int, Camera]:
    """Place the cameras into one frame: that of the first camera of the best pair.

    Every pair's essential matrix gives a rotation and the direction of the baseline. Pairs are
    joined from the best on, by the number of matches that agree times the sine of the angle between
    their rays; a baseline's length is what brings the new pair's points to the distance at which
    the cameras joined before have them.

    Parameters
    ----------
    views : RigViews
        The frames by which baselines are compared.
    matches : mapping
        As `common_joints` gives.
    focals : sequence of float
        Of every camera, in pixels.
    seed : int
        Of the robust estimation.

    Returns
    -------
    dict of view to Camera
        The unit of length is the first baseline. Cameras that share too little are left out.
    """
    blank = [_camera(views, view, focals[view]) for view in range(len(views.cameras))]
    max_error = INLIER_SHARE * views.person
    poses: dict[Pair, RelativePose] = {}
    quality: dict[Pair, float] = {}
    for (first, second), (left, right) in matches.items():
        pose = relative_pose(
            left, right, blank[first].matrix, blank[second].matrix, max_error=max_error, seed=seed
        )
        poses[first, second], poses[second, first] = pose, _inverse(pose)
        spread = _ray_sine(left, right, blank[first], blank[second], pose)
        quality[first, second] = quality[second, first] = pose.inliers * spread
    if not quality:
        return {}
    start = max(quality, key=lambda pair: quality[pair])
    cameras = {start[0]: blank[start[0]]}
    while edges := [pair for pair in quality if pair[0] in cameras and pair[1] not in cameras]:
        edge = max(edges, key=lambda pair: quality[pair])
        length = 1.0 if len(cameras) == 1 else _baseline(views, cameras, edge, poses[edge], blank)
        if not np.isfinite(length):
            # Nothing that this pair sees is seen by a second camera of the chain.
            del quality[edge]
            continue
        cameras[edge[1]] = _attached(blank[edge[1]], cameras[edge[0]], poses[edge], length)
    return dict(sorted(cameras.items()))


def _camera(views: RigViews, view: int, focal: float) -> Camera:
    """At the origin, with its principal point in the middle of the image, without distortion."""
    width, height = views.sizes[view]
    return Camera(
        name=views.cameras[view],
        size=(width, height),
        matrix=np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]]),
        distortion=np.zeros(5),
        rotation=np.eye(3),
        translation=np.zeros(3),
    )


def _attached(camera: Camera, onto: Camera, pose: RelativePose, length: float) -> Camera:
    """The camera moved to where a relative pose sees it from another one."""
    return Camera(
        name=camera.name,
        size=camera.size,
        matrix=camera.matrix,
        distortion=camera.distortion,
        rotation=pose.rotation @ onto.rotation,
        translation=pose.rotation @ onto.translation + length * pose.translation,
    )


def _inverse(pose: RelativePose) -> RelativePose:
    return RelativePose(pose.rotation.T, -pose.rotation.T @ pose.translation, pose.inliers)


def _ray_sine(
    left: Float[np.ndarray, "match 2"],
    right: Float[np.ndarray, "match 2"],
    first: Camera,
    second: Camera,
    pose: RelativePose,
) -> float:
    """Median sine of the angle at which the rays of two cameras meet."""
    rays = []
    for pixels, camera in ((left, first), (right, second)):
        homogeneous = np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1)
        ray = homogeneous @ np.linalg.inv(camera.matrix).T
        rays.append(ray / np.linalg.norm(ray, axis=1, keepdims=True))
    across = np.cross(rays[0] @ pose.rotation.T, rays[1])
    return float(np.median(np.linalg.norm(across, axis=1)))


def _baseline(
    views: RigViews,
    cameras: Mapping[int, Camera],
    edge: Pair,
    pose: RelativePose,
    blank: Sequence[Camera],
) -> float:
    """The length of a new pair's baseline, NaN where no point is common."""
    onto, added = edge
    chain = views.triangulated(cameras).positions
    pair = {onto: blank[onto], added: _attached(blank[added], blank[onto], pose, 1.0)}
    alone = views.triangulated(pair).positions
    ratio = np.linalg.norm(cameras[onto].to_camera(chain), axis=-1) / np.linalg.norm(alone, axis=-1)
    ratio = ratio[np.isfinite(ratio)]
    return float(np.median(ratio)) if len(ratio) else np.nan
