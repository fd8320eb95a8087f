import numpy as np
import pytest
import torch

from canonpose.association import LifterVote
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.people.choice_across_views import choose_across_views
from canonpose.people.detections import Detections
from canonpose.people.person_across_views import follow_across_views
from canonpose.people.tracked_view import TrackedView
from canonpose.readers import read_capture
from synthetic_files import COCO, body, view, write_openpose

FRAMES = 90


class Flat(Lifter):
    """Takes what it sees for the pose, as seen from the front."""

    def forward(self, positions, scores):
        flat = torch.cat([positions, torch.zeros_like(positions[..., :1])], dim=-1)
        return flat, torch.eye(3).expand(*positions.shape[:-2], 3, 3)


@pytest.fixture
def vote():
    return LifterVote(TrainedLifter(Flat(len(COCO), LifterConfig(width=2)), COCO))


def seen(seed, frames=slice(None), **how):
    return view(body(FRAMES + 40, seed)[:, :, :], 0, **how)[frames][:FRAMES]


def test_one_person_agrees_whatever_the_image_scale(vote):
    first, second = seen(0), seen(0, middle=900, scale=2)
    assert vote(first, second, COCO) == pytest.approx(1, abs=1e-3)


def test_strangers_and_the_same_motion_later_do_not(vote):
    assert vote(seen(0), seen(1), COCO) < 0.4
    assert vote(seen(0), seen(0, slice(25, None)), COCO) < 0.4


def test_opinions_are_symmetric(vote):
    first, second = seen(0), seen(1)
    assert vote(first, second, COCO) == pytest.approx(vote(second, first, COCO), abs=1e-6)


def test_too_few_shared_frames_say_nothing(vote):
    first, second = seen(0), seen(0)
    first[4:] = second[:2] = (np.nan, np.nan, 0)
    assert vote(first, second, COCO) == 0


def test_nothing_is_lifted_where_views_hold_one_person(vote):
    def refuse(*_):
        raise AssertionError("asked")

    views = [
        TrackedView.of(Detections(seen(0)[:, None], COCO, camera), camera)
        for camera in ("c1", "c2")
    ]
    choose_across_views(views, {}, refuse)
    follow_across_views(views, {}, refuse)


def test_a_piece_of_a_track_is_lifted_once(vote, monkeypatch):
    calls = []
    forward = Flat.forward
    monkeypatch.setattr(Flat, "forward", lambda *a: calls.append(1) or forward(*a))
    first, second = seen(0), seen(1)
    for _ in range(3):
        vote(first, second, COCO)
    assert len(calls) == 2


def test_a_capture_asks_the_vote_it_is_given(tmp_path):
    people = [seen(0, middle=500), seen(1, middle=1500)]
    for camera in ("c1", "c2"):
        frames = [[person[frame] for person in people] for frame in range(FRAMES)]
        write_openpose(tmp_path / "take" / camera, frames)
    right_is_one = {0: "person 1 of 2", 1: "person 2 of 2"}
    for wanted, words in right_is_one.items():
        middle = (500, 1500)[wanted]

        def vote(first, second, skeleton, middle=middle):
            assert len(skeleton.detected) == first.shape[1]
            near = [abs(np.nanmean(seen[..., 0]) - middle) < 300 for seen in (first, second)]
            return 9.0 if all(near) else -9.0

        take = read_capture(tmp_path / "take", vote=vote).takes[0]
        assert all(view.person.startswith(words) for view in take.views.values())
