from canonpose.datasets.camera_order import spread_order
from datasets.scene import camera


def order(**yaws):
    return spread_order({name: camera(name, yaw) for name, yaw in yaws.items()})


def test_an_opposite_camera_comes_after_one_from_the_side():
    assert order(front=0, back=180, side=80) == ("front", "side", "back")


def test_a_neighbour_comes_last():
    assert order(front=0, beside=3, right=60, left=-60)[-1] == "beside"


def test_a_ring_of_eight():
    ring = {f"c{place}": 45 * place for place in range(8)}
    chosen = [ring[name] for name in order(**ring)[:4]]
    lines = sorted(yaw % 180 for yaw in chosen)
    assert lines == [0, 45, 90, 135]
    assert max(chosen) - min(chosen) >= 180


def test_all_are_there_once():
    assert sorted(order(a=0, b=0, c=0)) == ["a", "b", "c"]
