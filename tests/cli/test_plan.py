import pytest

from canonpose.cli import plan
from canonpose.errors import InputError
from canonpose.lifter import LifterConfig
from canonpose.training import TrainingConfig
from virtual.movers import mover, write_motion

MINUTE = TrainingConfig(lifter=LifterConfig(width=16), epochs=1)


@pytest.fixture
def clip(tmp_path):
    return str(write_motion(mover(60), tmp_path / "walk.npz"))


def test_table_and_picture(tmp_path, clip, capsys):
    out = tmp_path / "out"
    options = [clip, "-o", str(out), "--cameras", "2", "--angles", "60,180", "--moments", "20"]
    plan.main(options, MINUTE)
    said = capsys.readouterr().out
    assert "2 trainings" in said and "2 cameras, 180 degrees" in said
    assert len((out / "plan.md").read_text().splitlines()) == 4
    assert len((out / "plan.csv").read_text().splitlines()) == 3
    assert (out / "plan.png").stat().st_size > 1000
    assert len(list((out / "results").iterdir())) == 2


def test_wrong_numbers(tmp_path, clip):
    with pytest.raises(InputError, match="--angles"):
        plan.main([clip, "-o", str(tmp_path / "out"), "--angles", "a"], MINUTE)
    with pytest.raises(InputError, match="numbers of cameras"):
        plan.main([clip, "-o", str(tmp_path / "out"), "--cameras", "1"], MINUTE)
