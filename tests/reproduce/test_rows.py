from dataclasses import replace

import pytest

from canonpose.errors import InputError
from canonpose.reproduce.rows import Row
from canonpose.reproduce.tables import METRICS, TABLES
from canonpose.training import PRESETS
from synthetic_dataset import dataset

DATA = dataset(20)
EVERY = [row for table in TABLES.values() for row in table.rows]


def test_rows_that_train_alike_share_a_folder_and_others_do_not():
    def settings(row):
        return replace(row, label="", paper={}, supervision="")

    by_key = {}
    for row in EVERY:
        if row.trained:
            by_key.setdefault(row.key, []).append(settings(row))
    assert all(row == rows[0] for rows in by_key.values() for row in rows)
    distinct = [rows[0] for rows in by_key.values()]
    assert all(a != b for i, a in enumerate(distinct) for b in distinct[:i])
    assert by_key.keys() >= {"full", "static", "2-cameras", "martinez", "epipolar-static"}


def test_every_table_has_the_rows_and_numbers_of_the_paper():
    assert {name: len(table.rows) for name, table in TABLES.items()} == {
        "table1": 1 + 9 + 1 + 1 + 1 + 2 + 1,
        "table2": 6 + 1 + 1 + 1 + 2 + 1,
        "table3": 1 + 6 + 1,
        "table4": 8 + 1,
    }
    for table in TABLES.values():
        for row in table.rows:
            assert row.paper.keys() <= set(table.metrics) <= METRICS.keys()
            assert row.paper or row.fast
    full = next(row for row in TABLES["table4"].rows if row.label == "full + C")
    assert full.paper == {"n_mpjpe": 74.3, "p_mpjpe": 53.0, "cps": 167.3}


def test_what_a_row_sees():
    two = Row("2 cams", cameras=2).dataset(DATA)
    assert two.capture().cameras == ("c0", "c1")
    assert len(two.test[0].take.views) == 3  # each view is still lifted by itself
    assert not two.static_cameras
    assert Row("+ C", static_cameras=True).dataset(DATA).static_cameras
    blind = Row("w/o", confidences=False).dataset(DATA)
    assert (blind.test[0].take.views["c0"].scores == 1).all()
    assert (
        Row("gt", true_2d=True).dataset(DATA).test[0].take.views["c0"]
        is (DATA.test[0].truth_2d["c0"])
    )


@pytest.mark.parametrize("preset", ["released", "paper", "fast"])
def test_what_a_row_trains_with(preset):
    config = PRESETS[preset]
    plain = Row("full").config(config)
    assert plain.loss == config.loss
    assert plain.augmentation.branch_exchange == 0
    equal = Row("e", view_equality=True).config(config).loss
    assert (equal.view_term, equal.weight_reprojection) == ("equality", 1)
    assert Row("e", camera_equality=True).config(config).loss.camera_term == "equality"
    ours = Row("ours", fast=True, static_cameras=True).config(config)
    assert ours.augmentation == PRESETS["fast"].augmentation
    assert Row("ours", fast=True).config(config).loss == PRESETS["moving"].loss
    assert ours.lifter == config.lifter


def test_camera_consistency_is_refused_where_cameras_move():
    moving = dataset(20, static_cameras=False)
    for row in (Row("full + C", static_cameras=True), TABLES["table4"].rows[5]):
        with pytest.raises(
            InputError, match=r"its cameras move, and camera-consistency, which .* holds only"
        ):
            row.check(moving)
    Row("full").check(moving)
    with pytest.raises(InputError, match=r"'5 cams' cannot be .* it has 3 training cameras"):
        Row("5 cams", cameras=5).check(moving)
