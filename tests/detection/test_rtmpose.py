"""RTMPose through the real rtmlib, with networks of a few lines in place of the trained ones.

They find the brightest row and column of what they are shown, so that boxes, crops and pixels are
tested from end to end. What the trained ones find is not.
"""

import builtins

import numpy as np
import pytest

from canonpose.detection import DetectorConfig, create_detector
from canonpose.detection.rtmpose import RTMPose, RTMPoseConfig
from canonpose.errors import InputError

BOXES = {"small": (10, 20, 60, 90), "large": (100, 50, 250, 230), "unsure": (0, 0, 300, 300)}
SURE = {"small": 0.9, "large": 0.8, "unsure": 0.1}


@pytest.fixture(scope="module")
def onnx():
    for name in ("rtmlib", "onnxruntime"):
        pytest.importorskip(name, reason="the extra canonpose[rtmpose] is not installed")
    return pytest.importorskip("onnx", reason="onnx is not installed")


def save(onnx, path, nodes, input_shape, outputs, constants):
    """A network of these nodes."""
    make, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = make.make_graph(
        nodes,
        path.stem,
        [make.make_tensor_value_info("image", kind, input_shape)],
        [make.make_tensor_value_info(name, kind, None) for name in outputs],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


@pytest.fixture(scope="module")
def person_model(onnx, tmp_path_factory):
    """Answers the same boxes whatever it sees; in its input, images of 320 pixels are doubled."""
    rows = [[*(2 * v for v in BOXES[name]), SURE[name]] for name in BOXES]
    make = onnx.helper.make_node
    nodes = [
        make("ReduceMax", ["image"], ["most"], keepdims=0),
        make("Mul", ["most", "zero"], ["nothing"]),
        make("Add", ["boxes", "nothing"], ["found"]),
    ]
    constants = {"zero": np.float32(0)[()].reshape(()), "boxes": np.array([rows], np.float32)}
    folder = tmp_path_factory.mktemp("person")
    return save(onnx, folder / "person.onnx", nodes, [1, 3, 640, 640], ["found"], constants)


def pose_model(onnx, folder, joints):
    """Each joint is at the reddest row and column: SimCC with two bins a pixel."""
    height, width = 96, 64
    make = onnx.helper.make_node
    nodes = [make("Slice", ["image", "from", "to", "channel"], ["red"])]
    for axis, along in (("x", 2), ("y", 3)):
        nodes += [
            make("ReduceMax", ["red"], [f"{axis}0"], axes=[1, along], keepdims=0),
            make("Unsqueeze", [f"{axis}0", "bins"], [f"{axis}1"]),
            make("Expand", [f"{axis}1", f"{axis}_pairs"], [f"{axis}2"]),
            make("Reshape", [f"{axis}2", f"{axis}_flat"], [f"{axis}3"]),
            make("Expand", [f"{axis}3", f"{axis}_joints"], [f"simcc_{axis}"]),
        ]
    constants = {"from": np.array([0]), "to": np.array([1]), "channel": np.array([1])}
    constants["bins"] = np.array([2])
    for axis, size in (("x", width), ("y", height)):
        constants[f"{axis}_pairs"] = np.array([1, size, 2])
        constants[f"{axis}_flat"] = np.array([1, 1, 2 * size])
        constants[f"{axis}_joints"] = np.array([1, joints, 2 * size])
    outputs = ["simcc_x", "simcc_y"]
    return save(onnx, folder / "pose.onnx", nodes, [1, 3, height, width], outputs, constants)


def scene(dots):
    """Black, with a red dot in each box."""
    image = np.zeros((320, 320, 3), np.uint8)
    for x, y in dots:
        image[y - 1 : y + 2, x - 1 : x + 2, 0] = 255
    return image


DOTS = {"small": (40, 50), "large": (180, 120)}


@pytest.mark.parametrize("name", ["rtmpose", "rtmpose-halpe26"])
def test_people_are_found_in_their_boxes(onnx, tmp_path, person_model, name, capfd):
    joints = 26 if name.endswith("26") else 17
    detector = create_detector(
        DetectorConfig(
            name, person_model=person_model, pose_model=pose_model(onnx, tmp_path, joints)
        )
    )
    detector.begin()
    assert detector.name == name and len(detector.skeleton.detected) == joints
    people = detector.detect(scene(DOTS.values()))
    assert people.shape == (2, joints, 3)
    # The larger one first; a pixel of the crop is up to four of the image.
    for person, who in zip(people, ("large", "small"), strict=True):
        assert np.abs(person[:, :2] - DOTS[who]).max() < 4
    assert (people[..., 2] == 1).all()  # cut: the network's values are above 1
    assert capfd.readouterr().out == ""


def test_the_largest_are_kept_where_there_are_too_many(onnx, tmp_path, person_model):
    pose = pose_model(onnx, tmp_path, 17)
    one, three = (
        RTMPose(RTMPoseConfig(person_model=person_model, pose_model=pose, people=people))
        for people in (1, 3)
    )
    (person,) = one.detect(scene(DOTS.values()))
    assert np.abs(person[0, :2] - DOTS["large"]).max() < 4
    assert one.version != three.version


def test_joints_without_an_answer_are_missing(onnx, tmp_path, person_model):
    detector = RTMPose(
        RTMPoseConfig(person_model=person_model, pose_model=pose_model(onnx, tmp_path, 17))
    )
    people = detector.detect(scene([]))  # black is below the mean: all values are negative
    assert np.isnan(people[..., :2]).all() and (people[..., 2] == 0).all()


def test_nobody_is_nobody(onnx, tmp_path, person_model, monkeypatch):
    detector = RTMPose(
        RTMPoseConfig(person_model=person_model, pose_model=pose_model(onnx, tmp_path, 17))
    )
    monkeypatch.setattr(detector, "_find", lambda image: np.array([]))
    assert detector.detect(scene([])).shape == (0, 17, 3)


def test_a_model_of_other_joints_is_refused(onnx, tmp_path, person_model):
    pose = pose_model(onnx, tmp_path, 26)
    detector = RTMPose(RTMPoseConfig(person_model=person_model, pose_model=pose))
    with pytest.raises(InputError, match=r"pose\.onnx: has 26 joints where coco17 has 17"):
        detector.detect(scene([]))


def test_a_file_that_is_no_network_or_not_there(onnx, tmp_path):
    with pytest.raises(InputError, match=r"none\.onnx: there is no such model"):
        RTMPose(RTMPoseConfig(person_model=tmp_path / "none.onnx"))
    (tmp_path / "junk.onnx").write_bytes(b"junk")
    with pytest.raises(InputError, match=r"junk\.onnx: is not a network"):
        RTMPose(RTMPoseConfig(person_model=tmp_path / "junk.onnx"))


def test_a_failed_download_names_local_files_as_the_remedy(onnx, monkeypatch):
    from rtmlib.tools import base

    def fail(url):
        raise OSError("no network")

    monkeypatch.setattr(base, "download_checkpoint", fail)
    with pytest.raises(InputError, match=r"\(no network\); .* --pose-model and --person-model"):
        RTMPose()


def test_without_the_extra_it_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "rtmlib":
            raise ImportError("No module named 'rtmlib'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"canonpose\[rtmpose\]"):
        RTMPose()
