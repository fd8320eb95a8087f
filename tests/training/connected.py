"""One training in two processes: the same losses, weights and files as in one."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from canonpose.errors import InputError
from canonpose.lifter import LifterConfig, load_lifter
from canonpose.losses import LossConfig
from canonpose.training import agreement, preset, session, train
from canonpose.training.config import AugmentationConfig
from canonpose.training.distributed import ALONE, Processes, joined
from canonpose.training.log import LOG, read_log
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from synthetic_people import capture
from training.processes import LINUX, in_processes

pytestmark = [LINUX, pytest.mark.filterwarnings("ignore:the chirality vote is close")]

CPU = torch.device("cpu")
EXACT = preset("fast", lifter=LifterConfig(width=16), precision="float32")
PLAIN = replace(EXACT, augmentation=AugmentationConfig(), batch=7)
TINY = replace(EXACT, epochs=3, min_steps=0, batch=16)


@pytest.fixture(scope="module")
def samples():
    """15 moments of two people, in some of which joints or a view are missing."""
    whole = samples_of(capture(8, people=2)[0])
    scores = torch.rand(whole.scores.shape, generator=torch.Generator().manual_seed(3))
    scores = torch.where(scores < 0.2, 0.0, scores)
    scores[4, 1] = 0
    positions = whole.positions * (scores > 0)[..., None]
    return replace(whole, positions=positions, scores=scores).gather(torch.arange(15))


def steps(samples, config, count, static):
    """Losses of some steps, and the weights that they lead to."""
    with joined() as processes:
        skeleton = capture(1)[0].skeleton
        trainer = Trainer(samples, skeleton, config, static, CPU, processes)
        losses = [torch.stack(trainer.advance()).detach() for _ in range(count)]
        total = processes.total(torch.stack(losses))
        return total, {name: value.clone() for name, value in trainer.state().items()}


def assert_alike(one, others, **tolerance):
    for losses, state in others:
        torch.testing.assert_close(losses, one[0], **tolerance)
        for name, value in one[1].items():
            torch.testing.assert_close(state[name], value, **tolerance)


@pytest.mark.parametrize("reduction", ["element", "pose"])
def test_steps_are_those_of_one_process(samples, tmp_path, reduction):
    """Batches of 7, 7 and 1: parts of unlike size, and one that is empty."""
    loss = replace(PLAIN.loss, reduction=reduction, weight_anatomy=0.5)
    config = replace(PLAIN, loss=loss)
    others = in_processes(2, partial(steps, samples, config, 4, False), tmp_path)
    assert_alike(steps(samples, config, 4, False), others, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"camera_sum": "rigs"},
        {"camera_sum": "samples", "reduction": "pose"},
        {"view_term": "equality", "mixing": "all_pairs"},
    ],
)
def test_the_camera_term_is_that_of_one_process(samples, tmp_path, changes):
    """Two samples of each rig have but one exchange, whoever draws it."""
    chosen = torch.tensor([0, 8, 3, 11])
    config = replace(PLAIN, batch=4, loss=LossConfig(weight_camera=1.0, **changes))
    some = samples.gather(chosen)
    one = steps(some, config, 2, True)
    assert (one[0][:, 2] > 0).all()
    others = in_processes(2, partial(steps, some, config, 2, True), tmp_path)
    assert_alike(one, others, atol=1e-5, rtol=1e-5)


def test_so_it_is_where_cameras_move(tmp_path):
    """Pairs of one stretch stay in one process."""
    footage = capture(60, people=2, static_cameras=False)[0]
    config = preset(
        "moving", lifter=LifterConfig(width=16), precision="float32", batch=4, start_from="nothing"
    )
    config = replace(config, augmentation=AugmentationConfig())
    samples = samples_of(footage)
    one = steps(samples, config, 3, False)
    assert (one[0][:, 2] > 0).all()
    others = in_processes(2, partial(steps, samples, config, 3, False), tmp_path)
    assert_alike(one, others, atol=1e-5, rtol=1e-5)


def test_parts_are_the_batch_without_duplicates_and_rigs_stay_together():
    rigs = torch.tensor([2, 0, 1, 0, 2, 1, 0, 2, 2, 1])
    for count in (1, 2, 3, 12):
        parts = [Processes(number, count).part_of(rigs) for number in range(count)]
        assert sorted(torch.cat(parts).tolist()) == list(range(10))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
    halves = [set(rigs[Processes(number, 2).part_of(rigs)].tolist()) for number in range(2)]
    assert halves == [{0, 1}, {1, 2}]


def whole_training(footage, run, config=TINY, **more):
    with joined() as processes:
        told = []
        more.setdefault("progress", told.append)
        lifter = train(footage, run, config, device="cpu", processes=processes, **more)
        weights = {name: value.clone() for name, value in lifter.network.state_dict().items()}
        return weights, len(told)


def stopping(footage, run, number):
    """One of the processes is asked to stop in the first epoch, of a training too short to be asked
    again half a second later."""
    with joined() as processes, pytest.MonkeyPatch.context() as patch:
        patch.setattr(agreement, "SECONDS_APART", 0.0)
        original = Trainer.advance

        def advance(self):
            if processes.number == number and self.step == 4:
                signal.raise_signal(signal.SIGTERM)
            return original(self)

        patch.setattr(Trainer, "advance", advance)
        train(footage, run, TINY, device="cpu", processes=processes)


def test_a_training_in_two_processes(tmp_path):
    footage, run = capture(40, people=2)[0], tmp_path / "run"
    (weights, told), (others, told_others) = in_processes(
        2, partial(whole_training, footage, run), tmp_path
    )
    for name, value in weights.items():
        assert torch.equal(others[name], value), name
    assert (told, told_others) == (3, 0)
    assert sorted(path.name for path in run.iterdir()) == sorted(
        ["lifter.json", "lifter.safetensors", LOG, "curves.png"]
    )
    whole_training(footage, tmp_path / "alone")
    two, one = read_log(run), read_log(tmp_path / "alone")
    assert [record["step"] for record in two] == [5, 10, 15]
    for both in zip(two, one, strict=True):
        assert both[0]["total"] == pytest.approx(both[1]["total"], rel=0.1)

    # Stopped at the wish of one, and gone on with to the same weights.
    stopped = tmp_path / "stopped"
    ends = in_processes(2, partial(stopping, footage, stopped, 1), tmp_path)
    assert [type(end) for end in ends] == [KeyboardInterrupt, SystemExit]
    resumed = in_processes(2, partial(whole_training, footage, stopped, resume=True), tmp_path)
    for name, value in weights.items():
        torch.testing.assert_close(resumed[1][0][name], value)
    assert [record["step"] for record in read_log(stopped)] == [5, 10, 15]


def losing_one(footage, run):
    """The second process is killed in the first attempt, as `canonpose train` is by the system."""
    with joined() as processes, pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "CHECKPOINT_SECONDS", -1.0)
        patch.setattr(agreement, "SECONDS_APART", 0.0)
        original = Trainer.advance

        def advance(self):
            if processes.number == 1 and processes.restarts == 0 and self.step == 8:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(self)

        patch.setattr(Trainer, "advance", advance)
        resume = processes.restarts > 0
        train(footage, run, TINY, device="cpu", processes=processes, resume=resume)
        if processes.first:
            (run / "restarts").write_text(str(processes.restarts))


def test_a_killed_process_is_replaced_and_the_training_goes_on(tmp_path, monkeypatch):
    footage = capture(40, people=2)[0]
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    torchrun = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=2,
        max_restarts=1,
        run_id="test",
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",
        start_method="fork",
        monitor_interval=0.05,
    )
    elastic_launch(torchrun, losing_one)(footage, tmp_path / "run")
    assert (tmp_path / "run" / "restarts").read_text() == "1"
    assert [record["step"] for record in read_log(tmp_path / "run")] == [5, 10, 15]
    ((weights, _), _) = in_processes(
        2, partial(whole_training, footage, tmp_path / "whole"), tmp_path
    )
    resumed = load_lifter(tmp_path / "run").network.state_dict()
    for name, value in weights.items():
        torch.testing.assert_close(resumed[name], value)


class TestErrors:
    def test_an_error_of_all_is_told_by_one(self, tmp_path):
        footage = capture(12)[0]
        (tmp_path / "run").write_text("mine")
        ends = in_processes(2, partial(whole_training, footage, tmp_path / "run"), tmp_path)
        assert sorted(type(end).__name__ for end in ends) == ["InputError", "SystemExit"]
        assert (tmp_path / "run").read_text() == "mine"

    def test_an_error_of_one_ends_all(self, tmp_path):
        def one_fails():
            with joined() as processes:
                if processes.number == 1:
                    raise InputError("mine alone.")
                processes.total(torch.ones(1))

        ends = in_processes(2, one_fails, tmp_path)
        assert [type(end) for end in ends] == [SystemExit, InputError]
        assert (ends[0].code, str(ends[1])) == (2, "mine alone.")

    def test_the_end_of_another_is_said(self, tmp_path):
        def one_ends():
            with joined() as processes:
                if processes.number == 1:
                    (tmp_path / "1.pkl").write_bytes(b"N.")
                    os._exit(9)
                processes.total(torch.ones(1))

        ends = in_processes(2, one_ends, tmp_path)
        assert "another process of this training has ended" in str(ends[0])

    def test_footage_that_differs(self, tmp_path):
        def differing():
            number = int(os.environ["RANK"])
            return whole_training(capture(12, seed=number)[0], None)

        ends = in_processes(2, differing, tmp_path)
        said = [str(end) for end in ends if isinstance(end, InputError)]
        assert said == ["the processes do not see the same footage; give all of them the same."]


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with joined() as processes:
        assert processes is ALONE
        assert processes.part_of(torch.tensor([1, 0])).tolist() == [1, 0]


ENDING = """
import torch
from canonpose.training.distributed import joined

with joined() as processes:
    network = processes.together(torch.nn.Linear(2048, 2048), torch.device("cpu"))
    for _ in range(3):
        network(torch.ones(1, 2048)).sum().backward()
        processes.total(torch.zeros(10_000_000))
"""


def test_processes_end_well_right_after_their_last_sum():
    """Whole interpreters, which those of the other tests do not take down in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ENDING],
            env={**os.environ, **common, "RANK": number, "LOCAL_RANK": number},
        )
        for number in ("0", "1")
    ]
    assert [process.wait(120) for process in started] == [0, 0]
