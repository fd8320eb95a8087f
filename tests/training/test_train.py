"""Whole trainings, tiny: seeds, logs, interruptions, refusals and failing disks."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from canonpose.errors import InputError, InputWarning
from canonpose.lifter import LifterConfig, load_lifter
from canonpose.training import preset, session, train
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.log import CURVES, LOG, append_record, read_log, start_log
from canonpose.training.session import Progress
from synthetic_people import RING3, Ring, capture, write_capture

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

TINY = preset(
    "fast", lifter=LifterConfig(width=16), epochs=4, min_steps=0, batch=16, learning_rate=1e-3
)

FINISHED = sorted(["lifter.json", "lifter.safetensors", LOG, CURVES])


@pytest.fixture(scope="module")
def footage():
    return capture(40)[0]  # 40 samples: 3 steps an epoch


@pytest.fixture(scope="module")
def uninterrupted(footage, tmp_path_factory):
    run = tmp_path_factory.mktemp("whole") / "run"
    train(footage, run, TINY, device="cpu")
    return run


def weights(run):
    return (run / "lifter.safetensors").read_bytes()


def names(run):
    return sorted(path.name for path in run.iterdir())


def steps_of(records):
    return [(record["epoch"], record["step"]) for record in records]


class Stop(Exception):
    pass


def test_a_run_holds_what_it_should(footage, uninterrupted):
    assert names(uninterrupted) == FINISHED
    assert (uninterrupted / CURVES).read_bytes().startswith(b"\x89PNG")
    lifter = load_lifter(uninterrupted)
    facts = lifter.provenance
    assert (facts["samples"], facts["epochs"], facts["steps"]) == (40, 4, 12)
    assert facts["cameras"] == ["c0", "c1", "c2"]
    assert facts["static_cameras"] is True
    assert facts["captures"] == ["synthetic"]
    assert set(facts["chirality"]) == {"mirrored_before_fix", "margin", "margins", "poses"}
    assert facts["chirality"]["poses"] == 120
    assert lifter.skeleton == footage.skeleton
    assert lifter.training["learning_rate"] == 1e-3


@pytest.mark.parametrize("static", [False, True])
def test_only_who_has_not_said_so_is_asked_whether_the_cameras_stood_still(footage, static):
    with pytest.warns(InputWarning, match="the chirality vote is close") as said:
        train(replace(footage, static_cameras=static), config=TINY, device="cpu")
    (close,) = (str(one.message) for one in said if "chirality" in str(one.message))
    assert ("say so if the cameras stood still" in close) != static


def whole_weight(record):
    """The terms of an epoch, each with all of its weight."""
    terms = ("reprojection", "view", "camera")
    return sum(getattr(TINY.loss, f"weight_{term}") * record[term] for term in terms)


def test_the_log_has_each_epoch_once_and_adds_up(footage, tmp_path):
    train(footage, tmp_path / "run", replace(TINY, camera_growth=0.0), device="cpu")
    records = read_log(tmp_path / "run")
    assert steps_of(records) == [(1, 3), (2, 6), (3, 9), (4, 12)]
    for record in records:
        assert record["total"] == pytest.approx(whole_weight(record), rel=1e-5)
        assert record["camera"] > 0


def test_it_adds_up_when_camera_consistency_has_grown(uninterrupted):
    records = read_log(uninterrupted)
    assert steps_of(records) == [(1, 3), (2, 6), (3, 9), (4, 12)]
    for record in records[:2]:
        assert record["total"] < whole_weight(record) - 0.1 * record["camera"]
    for record in records[2:]:
        assert record["total"] == pytest.approx(whole_weight(record), rel=1e-5)


def test_progress_is_told_after_each_epoch(footage):
    told: list[Progress] = []
    train(footage, None, TINY, device="cpu", progress=told.append)
    assert [(one.epoch, one.epochs) for one in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(one.samples_per_second > 0 for one in told)


def test_moving_cameras_have_no_camera_term(footage, tmp_path):
    for said in (False, None):
        run = tmp_path / str(said)
        train(replace(footage, static_cameras=said), run, replace(TINY, epochs=1), device="cpu")
        assert read_log(run)[0]["camera"] == 0


def test_but_for_the_preset_of_moving_cameras(footage, tmp_path):
    """It takes cameras to stand still between two moments of a stretch."""
    config = preset("moving", lifter=LifterConfig(width=16), epochs=1, min_steps=0)
    train(replace(footage, static_cameras=False), tmp_path / "run", config, device="cpu")
    assert read_log(tmp_path / "run")[0]["camera"] > 0


def test_the_seed_decides(footage, uninterrupted, tmp_path):
    torch.manual_seed(99)
    train(footage, tmp_path / "same", TINY, device="cpu")
    train(footage, tmp_path / "other", replace(TINY, seed=1), device="cpu")
    assert weights(tmp_path / "same") == weights(uninterrupted)
    assert weights(tmp_path / "other") != weights(uninterrupted)


def test_without_a_run_nothing_is_written(footage, uninterrupted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lifter = train(footage, None, TINY, device="cpu")
    assert not list(tmp_path.iterdir())
    on_disk = load_lifter(uninterrupted).network.state_dict()
    for name, value in lifter.network.state_dict().items():
        assert torch.equal(value, on_disk[name])


def stop_after(epoch, how):
    def progress(told):
        if told.epoch == epoch:
            how()

    return progress


def interrupt(footage, run, epoch=2, config=TINY, **more):
    """Train until an interrupt in an epoch, as Ctrl-C gives."""
    with pytest.raises(KeyboardInterrupt):
        how = stop_after(epoch, lambda: signal.raise_signal(signal.SIGINT))
        train(footage, run, config, device="cpu", progress=how, **more)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_and_resumed_is_the_same(footage, uninterrupted, tmp_path, number):
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    run = tmp_path / "run"
    for epoch in (1, 3):
        with pytest.raises(KeyboardInterrupt):
            how = stop_after(epoch, lambda: signal.raise_signal(number))
            train(footage, run, TINY, device="cpu", progress=how, resume=epoch > 1)
        assert names(run) == sorted([CHECKPOINT, LOG])
        assert len(read_log(run)) == epoch
    train(footage, run, TINY, device="cpu", resume=True)
    assert weights(run) == weights(uninterrupted)
    assert steps_of(read_log(run)) == steps_of(read_log(uninterrupted))
    assert names(run) == FINISHED
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_stopped_in_the_middle_of_an_epoch_is_the_same(
    footage, uninterrupted, tmp_path, monkeypatch
):
    """A checkpoint after every step, and a crash that writes no other."""
    monkeypatch.setattr(session, "CHECKPOINT_SECONDS", -1.0)
    from canonpose.training.trainer import Trainer

    advance = Trainer.advance

    def crashing(self):
        if self.step == 7:
            raise Stop
        return advance(self)

    run = tmp_path / "run"
    monkeypatch.setattr(Trainer, "advance", crashing)
    with pytest.raises(Stop):
        train(footage, run, TINY, device="cpu")
    monkeypatch.setattr(Trainer, "advance", advance)
    train(footage, run, TINY, device="cpu", resume=True)
    assert weights(run) == weights(uninterrupted)
    losses, wanted = (
        [record["total"] for record in read_log(where)] for where in (run, uninterrupted)
    )
    assert losses == pytest.approx(wanted, rel=1e-6)


def test_a_crash_that_left_more_log_than_checkpoint_logs_each_epoch_once(
    footage, uninterrupted, tmp_path
):
    """What a kill leaves: a checkpoint of step 3, a log of two epochs and half a line."""
    run = tmp_path / "run"
    interrupt(footage, run, epoch=1)
    lines = (uninterrupted / LOG).read_text().splitlines(keepends=True)
    (run / LOG).write_text("".join(lines[:2]) + lines[2][:30])
    train(footage, run, TINY, device="cpu", resume=True)
    assert weights(run) == weights(uninterrupted)
    assert steps_of(read_log(run)) == steps_of(read_log(uninterrupted))


def test_resume_without_a_checkpoint_starts(footage, uninterrupted, tmp_path):
    train(footage, tmp_path / "run", TINY, device="cpu", resume=True)
    assert weights(tmp_path / "run") == weights(uninterrupted)


class TestKilled:
    """A real process, stopped from outside."""

    CONFIG = ("--lifter.width", "16", "--epochs", "150", "--min-steps", "0", "--batch", "16")

    def command(self, folder, run, *more):
        script = (
            "import sys, importlib; t = importlib.import_module('canonpose.training.session');"
            "t.CHECKPOINT_SECONDS = 0.05;"
            "from canonpose.cli.main import main; sys.exit(main(sys.argv[1:]))"
        )
        options = ("-o", str(run), "--static-cameras", "--device", "cpu", *self.CONFIG, *more)
        return [sys.executable, "-c", script, "train", str(folder), *options]

    def test_ctrl_c_then_kill_then_resume(self, footage, tmp_path):
        folder, run = write_capture(footage, tmp_path / "footage"), tmp_path / "run"
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        for number, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            more = ("--resume",) if number == signal.SIGKILL else ()
            process = subprocess.Popen(
                self.command(folder, run, *more), env=env, stdout=subprocess.PIPE, text=True
            )
            before = (run / CHECKPOINT).stat().st_mtime_ns if more else 0
            deadline = time.monotonic() + 40
            while not (
                (run / CHECKPOINT).exists() and (run / CHECKPOINT).stat().st_mtime_ns > before
            ):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            process.send_signal(number)
            said, _ = process.communicate(timeout=30)
            assert process.returncode == code
            if number == signal.SIGINT:
                assert "--resume" in said
            assert (run / CHECKPOINT).exists()
            assert not (run / "lifter.json").exists()
        for where, more in ((run, ("--resume",)), (tmp_path / "whole", ())):
            from canonpose.cli.main import main

            assert main(self.command(folder, where, *more)[3:]) == 0
        assert weights(run) == weights(tmp_path / "whole")
        assert [record["epoch"] for record in read_log(run)] == list(range(1, 151))
        assert names(run) == FINISHED


class TestRefusals:
    def test_resume_with_other_settings(self, footage, tmp_path):
        run = tmp_path / "run"
        interrupt(footage, run)
        before = {path.name: path.read_bytes() for path in run.iterdir()}
        for changed, name in (
            (replace(TINY, seed=3), "training.seed"),
            (replace(TINY, epochs=9), "training.epochs"),
            (replace(TINY, lifter=LifterConfig(width=17)), r"training\.lifter\.width .*16, now 17"),
        ):
            with pytest.raises(InputError, match=rf"{CHECKPOINT}: .*another {name}"):
                train(footage, run, changed, resume=True, device="cpu")
        with pytest.raises(InputError, match="another static_cameras"):
            moving = replace(footage, static_cameras=False)
            train(moving, run, TINY, resume=True, device="cpu")
        assert {path.name: path.read_bytes() for path in run.iterdir()} == before

    def test_resume_with_other_data(self, footage, tmp_path):
        run = tmp_path / "run"
        interrupt(footage, run)
        with pytest.raises(InputError, match=rf"{CHECKPOINT}: .*another data"):
            train(capture(40, seed=1)[0], run, TINY, resume=True, device="cpu")

    def test_an_unfinished_training_is_not_overwritten_by_accident(
        self, footage, uninterrupted, tmp_path
    ):
        run = tmp_path / "run"
        interrupt(footage, run)
        with pytest.raises(InputError, match="unfinished training; go on with --resume"):
            train(footage, run, TINY, device="cpu")
        train(footage, run, TINY, device="cpu", overwrite=True)
        assert weights(run) == weights(uninterrupted)
        assert steps_of(read_log(run)) == steps_of(read_log(uninterrupted))

    def test_overwriting_leaves_nothing_that_was_of_the_former_lifter(self, footage, tmp_path):
        run = tmp_path / "run"
        train(footage, run, TINY, device="cpu")
        made = {path.name for path in run.iterdir()}
        for name in ("uncertainty", "temporal"):
            (run / f"{name}.json").write_text("{}")
            (run / f"{name}.safetensors").write_bytes(b"")
        (run / "lifter.onnx").write_bytes(b"")
        (run / "notes.txt").write_text("mine")
        train(footage, run, replace(TINY, seed=7), device="cpu", overwrite=True)
        assert {path.name for path in run.iterdir()} == {*made, "notes.txt"}

    @pytest.mark.parametrize("resume", [False, True])
    def test_nor_a_finished_one(self, footage, uninterrupted, resume):
        before = weights(uninterrupted)
        with pytest.raises(InputError, match="finished training; start anew with --overwrite"):
            train(footage, uninterrupted, replace(TINY, seed=7), device="cpu", resume=resume)
        assert weights(uninterrupted) == before

    @pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x04K\x01.", None])
    def test_a_damaged_checkpoint(self, footage, tmp_path, damage):
        run = tmp_path / "run"
        interrupt(footage, run, epoch=1)
        content = (run / CHECKPOINT).read_bytes()
        (run / CHECKPOINT).write_bytes(content[:-100] if damage is None else damage)
        with pytest.raises(InputError, match=rf"{CHECKPOINT}: is damaged .*remove it"):
            train(footage, run, TINY, device="cpu", resume=True)

    def test_losses_that_diverge(self, footage, tmp_path):
        config = replace(TINY, learning_rate=1e30)
        with pytest.raises(InputError, match=r"no longer finite in epoch \d.*lower the learning"):
            train(footage, tmp_path / "run", config, device="cpu")
        assert "lifter.json" not in names(tmp_path / "run")

    def test_an_unknown_device(self, footage):
        with pytest.raises(InputError, match=r"--device abacus: cannot be used .*use cpu or auto"):
            train(footage, None, TINY, device="abacus")


def test_two_cameras_warn():
    footage, _ = capture(20, ring=Ring(yaw=(0.0, 70.0), pitch=(0.0, 0.0)))
    with pytest.warns(InputWarning, match="two cameras: .*three or four.*opposite"):
        train(footage, None, replace(TINY, epochs=1), device="cpu")
    assert len(RING3) == 3


def full_disk(monkeypatch, name=""):
    """Files whose name holds ``name`` can be begun, but not finished."""
    write = Path.write_bytes

    def failing(self, data):
        if name not in self.name:
            return write(self, data)
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", failing)


class TestFullDisk:
    def test_the_earlier_checkpoint_stays_and_can_be_resumed(
        self, footage, uninterrupted, tmp_path, monkeypatch
    ):
        run = tmp_path / "run"
        interrupt(footage, run, epoch=1)
        before = (run / CHECKPOINT).read_bytes()
        with monkeypatch.context() as patch:
            full_disk(patch, CHECKPOINT)
            how = stop_after(2, lambda: signal.raise_signal(signal.SIGINT))
            with pytest.raises(InputError, match=rf"{CHECKPOINT}: cannot be written \(No space"):
                train(footage, run, TINY, device="cpu", progress=how, resume=True)
        assert (run / CHECKPOINT).read_bytes() == before
        assert names(run) == sorted([CHECKPOINT, LOG])
        train(footage, run, TINY, device="cpu", resume=True)
        assert weights(run) == weights(uninterrupted)
        assert steps_of(read_log(run)) == steps_of(read_log(uninterrupted))

    def test_the_command_line_exits_with_2(self, footage, tmp_path, monkeypatch, capsys):
        from canonpose.cli.main import main

        folder = write_capture(footage, tmp_path / "footage")
        monkeypatch.setattr(session, "CHECKPOINT_SECONDS", -1.0)
        full_disk(monkeypatch, CHECKPOINT)
        options = ["--lifter.width", "8", "--device", "cpu", "--min-steps", "0", "--epochs", "1"]
        assert main(["train", str(folder), "-o", str(tmp_path / "run"), *options]) == 2
        said = capsys.readouterr().err
        assert "checkpoint.safetensors: cannot be written (No space left on device)" in said
        assert "Traceback" not in said
        assert names(tmp_path / "run") == [LOG]

    def test_a_log_that_cannot_grow(self, tmp_path):
        with pytest.raises(InputError, match=r"log\.jsonl: cannot be written .*--resume"):
            append_record(tmp_path / "nowhere", {"epoch": 1})

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_log_on_a_device_that_is_full(self, tmp_path):
        (tmp_path / LOG).symlink_to("/dev/full")
        with pytest.raises(InputError, match=r"log\.jsonl: cannot be written \(No space left"):
            append_record(tmp_path, {"epoch": 1})


def test_the_run_must_be_a_folder(footage, tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(InputError, match="run"):
        train(footage, tmp_path / "run", TINY, device="cpu")
    assert (tmp_path / "run").read_text() == "mine"


def test_start_log_keeps_what_was_before_a_step(tmp_path):
    records = [{"epoch": epoch, "step": 5 * epoch} for epoch in (1, 2, 3)]
    (tmp_path / LOG).write_text("".join(json.dumps(record) + "\n" for record in records))
    start_log(tmp_path, 10)
    assert read_log(tmp_path) == records[:2]
    start_log(tmp_path, 0)
    assert read_log(tmp_path) == []
