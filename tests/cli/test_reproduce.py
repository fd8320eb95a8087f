"""Every data set and every table on fixtures, in a few steps: structure, not accuracy."""

import csv
import json

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.reproduce import TABLES
from canonpose.skeleton import layout
from datasets.human36m import test_reader as human36m
from datasets.test_aistpp import write_release as write_aistpp
from datasets.test_folder import write as write_folder
from datasets.test_mpi_inf_3dhp import write_release as write_3dhp
from datasets.test_skipose import write_release as write_skipose
from synthetic_people import bodies, turning

TINY = ["--lifter.width", "8", "--epochs", "1", "--batch", "64", "--seeds", "1"]


def write_motion(folder):
    """Clips of three people, as `canonpose simulate` and the virtual data set read them."""
    skeleton = layout("canonpose16")
    for subject in (1, 2, 3):
        for clip in (1, 2):
            seed = 10 * subject + clip
            points = turning(bodies(120, skeleton, seed=seed), seed=seed)
            np.savez(
                folder / f"subject{subject:02}_{clip:02}.npz",
                positions=(points * [1, -1, -1]).astype(np.float32),  # y up
                joint_names=np.array(skeleton.joints),
                fps=25.0,
                units="m",
            )
    return folder


WRITE = {
    "human36m": human36m.everything,
    "3dhp": write_3dhp,
    "skipose": write_skipose,
    "aistpp": write_aistpp,
    "folder": write_folder,
    "virtual": write_motion,
    "virtual-ptz": write_motion,
    "virtual-handheld": write_motion,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data set's fixture by name, written once."""
    written = {}

    def get(name):
        if name not in written:
            written[name] = WRITE[name](tmp_path_factory.mktemp(name))
        return written[name]

    return get


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


def rows_of(path):
    return list(csv.DictReader(path.open()))


TABLES_OF = {
    "human36m": ("table1", "table4"),
    "3dhp": ("table2",),
    "skipose": ("table3",),
    "aistpp": ("table4",),
    "folder": tuple(TABLES),
    "virtual": ("table1",),
    "virtual-ptz": ("table3",),
    "virtual-handheld": ("table4",),
}


@pytest.mark.parametrize(
    ("name", "table"), [(name, table) for name, tables in TABLES_OF.items() for table in tables]
)
def test_every_data_set_and_every_table(name, table, data, out, capsys):
    folder = out / name
    command = ["reproduce", table, "--data", str(data(name)), "--dataset", name, "-o", str(folder)]
    wanted = [row for row in TABLES[table].rows if row.method != "epipolar" or name == "folder"]
    names = ",".join(row.label.replace("`", "") for row in wanted)
    assert main([*command, "--rows", names, *TINY]) == 0
    rows = {row["method"]: row for row in rows_of(folder / f"{table}.csv")}
    assert rows.keys() == {row.label for row in wanted}
    moving = name in ("skipose", "virtual-ptz", "virtual-handheld")
    for row in wanted:
        measured = rows[row.label]["p_mpjpe"]
        if not row.trained or (moving and row.static_cameras):
            assert measured == ""
        elif row.method == "canonpose" and (row.cameras or 0) <= 3 and not row.true_2d:
            assert 0 < float(measured) < 1000
    text = (folder / f"{table}.md").read_text()
    assert f"ours of {name}" in text
    if moving and any(row.static_cameras for row in wanted):
        assert "its cameras move" in text
    for ending in (".png", "-cps.png"):
        assert (folder / f"{table}{ending}").read_bytes().startswith(b"\x89PNG")


def test_finished_rows_are_not_trained_again(data, tmp_path, capsys):
    command = ["reproduce", "table4", "--data", str(data("folder")), "--dataset", "folder"]
    command += ["-o", str(tmp_path), "--rows", "2 cams,full + C", *TINY]
    assert main(command) == 0
    result = tmp_path / "2-cameras" / "seed-0" / "result.json"
    stamp = result.stat().st_mtime_ns
    table = (tmp_path / "table4.md").read_text()
    assert main(command) == 0
    assert (tmp_path / "table4.md").read_text() == table
    assert result.stat().st_mtime_ns == stamp
    assert main([*command[:-1], "2"]) == 0  # one more seed
    assert result.stat().st_mtime_ns == stamp
    assert (tmp_path / "2-cameras" / "seed-1" / "result.json").exists()
    other = [*command, "--learning-rate", "0.5"]
    assert main(other) == 2
    assert "was made with other settings" in capsys.readouterr().err.replace("\n", " ")


def test_a_damaged_result_is_named(data, tmp_path, capsys):
    command = ["reproduce", "table4", "--data", str(data("folder")), "--dataset", "folder"]
    command += ["-o", str(tmp_path), "--rows", "full", *TINY]
    assert main(command) == 0
    result = tmp_path / "full" / "seed-0" / "result.json"
    result.write_text(json.dumps({"result": {}}))
    assert main(command) == 2
    assert "result.json: is damaged" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("figure", ["figure4", "figure5", "figure6", "figure7"])
def test_every_figure(figure, data, tmp_path, capsys):
    command = ["reproduce", figure, "--data", str(data("folder")), "--dataset", "folder"]
    assert main([*command, "-o", str(tmp_path), *TINY]) == 0
    assert (tmp_path / f"{figure}.png").read_bytes().startswith(b"\x89PNG")


def test_detections_morphed_on_the_held_back_subject(data, tmp_path):
    command = ["reproduce", "table4", "--data", str(data("virtual")), "--dataset", "virtual"]
    command += ["-o", str(tmp_path), "--rows", "full", "--morph", *TINY]
    assert main(command) == 0
    assert (tmp_path / "full" / "seed-0" / "result.json").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["table9"], "there is no 'table9' to reproduce"),
        (["table4", "--dataset", "h36m"], "unknown data set 'h36m'"),
        (["table4", "--seeds", "0"], "--seeds 0: give at least 1"),
        (["table4", "--rows", "nothing"], "there is no row 'nothing'; there are 2 cams, 3 cams"),
        (["table4", "--morph"], "no subject is held back for skeleton morphing"),
        (["table3", "--rows", "5 cams"], "it has 3 training cameras"),
    ],
)
def test_wrong_requests(change, message, data, tmp_path, capsys):
    what, *more = change
    command = ["reproduce", what, "--data", str(data("folder"))]
    if "--dataset" not in more:
        command += ["--dataset", "folder"]
    assert main([*command, "-o", str(tmp_path), "--seeds", "1", *more]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
