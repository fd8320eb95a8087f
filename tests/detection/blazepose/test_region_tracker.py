"""Who is followed, in a made-up world where looking into a region finds whoever is nearest."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra canonpose[video] is not installed")

from canonpose.detection.blazepose.landmarks import Person
from canonpose.detection.blazepose.region_tracker import RegionTracker
from canonpose.detection.blazepose.regions import Region

IMAGE = np.zeros((4, 4, 3), np.uint8)
BODY = np.random.default_rng(0).uniform(-0.3, 0.3, (33, 2))


class World:
    """People by name: (x, size). Counts how often one looks."""

    def __init__(self):
        self.people, self.searches, self.reads = {}, 0, 0

    def find(self, image):
        self.searches += 1
        return [Region(x, 500.0, size, 0.0) for x, size in self.people.values()]

    def read(self, image, region):
        self.reads += 1
        near = [p for p in self.people.values() if abs(p[0] - region.x) < region.side / 2]
        if not near:
            return None
        x, size = min(near, key=lambda person: abs(person[0] - region.x))
        confidences = np.full(33, 0.9)
        return Person(BODY * size + [x, 500], confidences, Region(x, 500.0, size, 0.0))

    def tracker(self, places=3, search_every=10):
        return RegionTracker(self.find, self.read, places=places, search_every=search_every)


def places_of(people):
    return sorted(person.region.x for person in people)


def test_one_searches_in_the_first_frame_then_every_so_often():
    world = World()
    world.people = {"athlete": (300.0, 400.0)}
    tracker = world.tracker(search_every=5)
    searches = []
    for _ in range(12):
        assert places_of(tracker.look(IMAGE)) == [300]
        searches.append(world.searches)
    assert searches == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]
    assert world.reads == 12  # one look a frame


def test_begin_forgets():
    world = World()
    world.people = {"athlete": (300.0, 400.0)}
    tracker = world.tracker()
    tracker.look(IMAGE)
    world.people = {"other": (800.0, 400.0)}
    tracker.begin()
    assert places_of(tracker.look(IMAGE)) == [800]
    assert world.searches == 2 and world.reads == 2


def test_who_is_lost_is_sought_at_once():
    world = World()
    world.people = {"athlete": (300.0, 400.0), "other": (900.0, 400.0)}
    tracker = world.tracker()
    tracker.look(IMAGE)
    world.people["athlete"] = (1500.0, 400.0)
    assert places_of(tracker.look(IMAGE)) == [900, 1500]


def test_an_empty_stage_is_searched_in_every_frame():
    world = World()
    tracker = world.tracker(search_every=50)
    assert [tracker.look(IMAGE) for _ in range(3)] == [[], [], []]
    world.people = {"athlete": (300.0, 400.0)}
    assert places_of(tracker.look(IMAGE)) == [300]


def test_newcomers_are_found_while_others_are_followed():
    world = World()
    world.people = {"athlete": (300.0, 400.0)}
    tracker = world.tracker(search_every=4)
    tracker.look(IMAGE)
    world.people["other"] = (900.0, 400.0)
    found = [len(tracker.look(IMAGE)) for _ in range(4)]
    assert found == [1, 1, 1, 2]


@pytest.mark.parametrize("search_every", [1, 3])
def test_a_bystander_takes_nobodys_place_by_being_a_little_larger(search_every):
    world = World()
    world.people = {"athlete": (300.0, 400.0)}
    tracker = world.tracker(places=1, search_every=search_every)
    tracker.look(IMAGE)
    world.people["bystander"] = (900.0, 500.0)
    for _ in range(10):
        assert places_of(tracker.look(IMAGE)) == [300]


def test_somebody_far_larger_gets_the_place():
    world = World()
    world.people = {"spectator": (300.0, 200.0)}
    tracker = world.tracker(places=1, search_every=2)
    tracker.look(IMAGE)
    world.people["athlete"] = (900.0, 400.0)
    assert [places_of(tracker.look(IMAGE)) for _ in range(3)] == [[300], [900], [900]]


def test_the_largest_are_chosen_of_a_crowd():
    world = World()
    world.people = {str(i): (500.0 * i, 100.0 + i) for i in range(6)}
    tracker = world.tracker(places=2)
    assert places_of(tracker.look(IMAGE)) == [2000, 2500]
    assert world.reads == 2  # nobody else is looked at


def test_two_regions_on_one_body_become_one():
    world = World()
    world.people = {"left": (300.0, 400.0), "right": (600.0, 400.0)}
    tracker = world.tracker()
    assert len(tracker.look(IMAGE)) == 2
    world.people = {"right": (450.0, 400.0)}  # both regions see this one now
    assert places_of(tracker.look(IMAGE)) == [450]
    reads = world.reads
    tracker.look(IMAGE)
    assert world.reads == reads + 1


def test_a_person_is_not_found_twice_by_a_search():
    world = World()
    world.people = {"athlete": (300.0, 400.0)}
    tracker = world.tracker(search_every=1)
    for _ in range(5):
        assert places_of(tracker.look(IMAGE)) == [300]
    assert world.reads == 5
