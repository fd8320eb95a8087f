"""``canonpose train --people-from``: a lifter that votes on who is who."""

import numpy as np
import pytest

from canonpose import association
from canonpose.cli.main import main
from synthetic_files import body, view, write_openpose

SHORT = ["--lifter.width", "8", "--epochs", "1", "--device", "cpu", "--start-from", "nothing"]
FRAMES = 60


@pytest.fixture
def footage(tmp_path):
    """Three cameras that see the subject; two of them a bystander, listed first, as well."""
    folder = tmp_path / "footage"
    subject, bystander = body(FRAMES, 0), body(FRAMES, 1)
    for place, yaw in enumerate((0, 50, 110)):
        one, other = view(subject, yaw, middle=1400), view(bystander, yaw, middle=500, scale=2)
        frames = [[other[t]] * (place < 2) + [one[t]] for t in range(FRAMES)]
        write_openpose(folder / f"cam{place}", frames)
    return str(folder)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lifter", ["pretrained", "run"])
def test_the_lifter_named_is_asked(tmp_path, footage, lifter, monkeypatch, capsys):
    asked = []

    def counted(vote, first, second, skeleton):
        asked.append(vote.lifter.provenance)
        return float(np.isfinite(first[..., 0]).all())

    monkeypatch.setattr(association.LifterVote, "__call__", counted)
    if lifter == "run":
        assert main(["train", footage, "-o", str(tmp_path / "run"), *SHORT]) == 0
        assert not asked
        lifter = str(tmp_path / "run")
    options = ["--people-from", lifter, *SHORT]
    assert main(["train", footage, "-o", str(tmp_path / "new"), *options]) == 0
    assert asked
    assert "'cam0': person 2 of 2" in capsys.readouterr().out


def test_a_folder_without_a_lifter_is_refused(tmp_path, footage, capsys):
    options = ["--people-from", str(tmp_path / "nothing"), *SHORT]
    assert main(["train", footage, "-o", str(tmp_path / "new"), *options]) == 2
    assert "nothing" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
