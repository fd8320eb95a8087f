"""Synthetic views with exact labels."""

from canonpose.baselines import LabelledView
from canonpose.readers.reference import Reference
from canonpose.skeleton import layout
from synthetic_people import Ring, bodies, keypoints, turning

SKELETON = layout("coco17")
RING = Ring(distance=4.5)


def labelled(frames=200, seed=0, ring=RING, skeleton=SKELETON, turns=True):
    """One person seen by every camera of a ring, with the 3D joints that were detected."""
    world = bodies(frames, skeleton, seed=seed)
    world = turning(world, seed=seed) if turns else world
    seen, in_cameras = ring.see(world), ring.in_cameras(world)
    detected = skeleton.indices(skeleton.detected)
    valid = in_cameras[:, 0, detected, 0] * 0 == 0
    return [
        LabelledView(
            keypoints(seen[:, view], skeleton, f"c{view}", source=f"{seed}/c{view}"),
            Reference(in_cameras[:, view, detected] * 1000, valid, skeleton.detected),
        )
        for view in range(len(ring))
    ]
