"""A detector, a lifter and a video that need no weights and no file."""

import time

import numpy as np
import torch

from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.temporal import TemporalConfig, TemporalLifter, TrainedTemporal
from canonpose.live.playback import Playback
from canonpose.skeleton import layout
from canonpose.video.frame import Frame
from walking import walking

COCO = layout("coco17")
SIZE = (160, 90)
SEEN = walking(30, layout_name="coco17", image_size=SIZE)


class WalkerDetector:
    """Sees the walking figure, at the place that the picture's shade tells; may be slow."""

    name, version, skeleton = "walker", "1", COCO

    def __init__(self, seconds=0.0, nobody=False, fails_at=None):
        self.seconds, self.nobody, self.fails_at = seconds, nobody, fails_at
        self.calls = 0

    def begin(self):
        self.calls = 0

    def detect(self, image):
        self.calls += 1
        if self.calls == self.fails_at:
            raise RuntimeError("the network broke")
        time.sleep(self.seconds)
        if self.nobody:
            return np.zeros((0, len(COCO.detected), 3))
        return person(int(image[0, 0, 0]) % 30)[None]


def person(frame):
    """(x, y, score) of the detected joints, in a picture of `SIZE`."""
    detected = len(COCO.detected)
    return np.column_stack([SEEN.keypoints[frame, :detected] / 12, SEEN.scores[frame, :detected]])


def lifter(skeleton=COCO, width=8):
    torch.manual_seed(0)
    return TrainedLifter(Lifter(len(skeleton), LifterConfig(width=width)).eval(), skeleton)


def temporal(window=9):
    torch.manual_seed(1)
    network = TemporalLifter(len(COCO), TemporalConfig(window=window, width=8)).eval()
    torch.nn.init.normal_(network.correction.weight)
    return TrainedTemporal(network, COCO)


def frames(count=30, fps=30.0, size=SIZE):
    for index in range(count):
        yield Frame(index, index / fps, np.full((size[1], size[0], 3), index % 256, np.uint8))


def playback(count=30, fps=30.0, **options):
    return Playback("clip.mp4", read=lambda path: frames(count, fps), **options)


def wait_for(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s"
        time.sleep(0.005)


def from_config(config):
    """What ``--detector live.stand_ins:from_config`` makes."""
    return WalkerDetector()
