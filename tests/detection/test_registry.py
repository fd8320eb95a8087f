"""Detectors by name, and the documentation's example of one's own."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from canonpose.detection import Detector, DetectorConfig, create_detector, detector_names
from canonpose.errors import InputError

DATA_PAGE = Path(__file__).parents[2] / "docs" / "data.md"


@pytest.fixture
def example(monkeypatch, tmp_path):
    """The example's module, where Python finds it."""
    page = DATA_PAGE.read_text("utf-8")
    (code,) = re.findall(r"```python\n(\"\"\"markers\.py.*?)```", page, re.DOTALL)
    (tmp_path / "markers.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "markers", raising=False)
    return tmp_path


def offer(folder, name, value):
    """An installed package with that entry point."""
    info = folder / "offering-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offering\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[canonpose.detectors]\n{name} = {value}\n")


def painted():
    image = np.zeros((90, 60, 3), np.uint8)
    image[8:13, 18:23] = (255, 0, 0)
    image[38:43, 28:33] = (0, 255, 0)
    return image


def test_the_example_of_the_documentation_detects(example):
    detector = create_detector("markers:Markers")
    assert isinstance(detector, Detector)
    detector.begin()
    (person,) = detector.detect(painted())
    assert person.shape == (len(detector.skeleton.detected), 3)
    assert person[:2].tolist() == [[20, 10, 1], [30, 40, 1]]
    assert np.isnan(person[2, :2]).all() and person[2, 2] == 0
    assert detector.detect(np.zeros((9, 9, 3), np.uint8)).shape == (0, 3, 3)


def test_a_package_offers_it_by_a_short_name(example):
    offer(example, "markers", "markers:Markers")
    assert "markers" in detector_names()
    assert create_detector(DetectorConfig("markers")).name == "markers"


def test_a_package_cannot_take_a_built_in_name(example, monkeypatch):
    offer(example, "blazepose-heavy", "markers:Markers")
    monkeypatch.setenv("CANONPOSE_CACHE", str(example / "empty"))
    assert detector_names().count("blazepose-heavy") == 1
    with pytest.raises(InputError):  # it is ours, whose weights are not there
        create_detector("blazepose-heavy")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(
        InputError, match=r"unknown detector 'openpose': use one of blazepose-heavy"
    ):
        create_detector("openpose")


@pytest.mark.parametrize("name", ["nowhere:Thing", "markers:Nothing", ":Thing"])
def test_what_cannot_be_loaded_is_named(example, name):
    with pytest.raises(InputError, match="cannot be loaded"):
        create_detector(name)


def test_what_is_no_detector_is_refused(example):
    with pytest.raises(InputError, match=r"no class or function"):
        create_detector("markers:COLOURS")
    with pytest.raises(InputError, match=r"makes a str, which lacks"):
        create_detector("builtins:str")


@pytest.mark.parametrize(("setting", "value"), [("people", 0), ("threads", -1)])
def test_settings_are_checked(setting, value):
    with pytest.raises(InputError, match=f"{setting} is {value}"):
        DetectorConfig(**{setting: value})
