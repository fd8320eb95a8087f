"""A subject and a bystander before orthographic cameras, as detectors list them."""

from synthetic_files import body

FRAMES = 100
SUBJECT, BYSTANDER = body(FRAMES, seed=0), body(FRAMES, seed=1)
YAWS = (0, 50, 110)


def clutter(*people):
    return [[person[frame] for person in people] for frame in range(len(people[0]))]


def nose_of(keypoints):
    return keypoints.positions[:, keypoints.skeleton.index("nose")]
