import os
import time
from pathlib import Path

import pytest

from canonpose.corpus.engine import run
from canonpose.corpus.inline import Inline
from canonpose.corpus.pool import Pool
from canonpose.corpus.task import Task
from corpus import faulty

FILE = Path("cam.mp4")


@pytest.fixture
def pool():
    with Pool(2) as pool:
        yield pool


def test_many_tasks_of_few_workers(pool):
    tasks = [Task(FILE, faulty.double, (number,)) for number in range(20)]
    outcomes = list(run(pool, tasks))
    assert {outcome.task.arguments[0]: outcome.value for outcome in outcomes} == {
        number: 2 * number for number in range(20)
    }
    assert all(outcome.done for outcome in outcomes)
    assert 1 <= len({outcome.where for outcome in outcomes}) <= 2


def test_errors_are_outcomes(pool):
    tasks = [Task(FILE, function) for function in (faulty.refuse, faulty.fail, faulty.warn)]
    ends = {outcome.task.function.__name__: outcome for outcome in run(pool, tasks)}
    assert (ends["refuse"].end, ends["refuse"].message) == (
        "bad input",
        "cam.mp4: is no video; check the path.",
    )
    assert ends["fail"].end == "error"
    assert "cam.mp4: ZeroDivisionError: by zero (faulty.py, line" in ends["fail"].message
    assert ends["warn"].notes == ("cam.mp4: ends early",)


def test_names_that_are_no_text_are_escaped_where_they_are_told(pool):
    name = os.fsdecode(b"c\xe9.mp4")
    tasks = [Task(Path(name), faulty.refuse_by_name, (name,)), Task(Path(name), faulty.die)]
    for outcome in run(pool, tasks):
        assert str(outcome.task.file) == r"c\udce9.mp4"
        assert outcome.message.startswith(r"c\udce9.mp4: ")
        assert outcome.notes in ((), (r"c\udce9.mp4: ends early",))


def test_a_killed_worker_takes_only_its_task_along(pool):
    tasks = [Task(FILE, faulty.die), *(Task(FILE, faulty.double, (n,)) for n in range(6))]
    outcomes = list(run(pool, tasks, retries=2))
    (crash,) = [outcome for outcome in outcomes if not outcome.done]
    assert (crash.end, crash.task.attempt) == ("crash", 3)
    assert "SIGKILL" in crash.message and "want of memory" in crash.message
    assert len(outcomes) == 7


def test_what_a_killed_worker_did_is_done_by_another(pool, tmp_path):
    (outcome,) = run(pool, [Task(FILE, faulty.die_once, (tmp_path / "mark",))], retries=1)
    assert outcome.done and outcome.task.attempt == 2


def test_workers_that_died_with_nothing_to_do_are_replaced(pool):
    def pid():
        (outcome,) = run(pool, [Task(FILE, faulty.double, (1,))])
        return int(outcome.where.split()[-1])

    first = pid()
    os.kill(first, 9)
    time.sleep(0.2)
    assert pid() != first


def test_leaving_ends_the_workers(tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(KeyboardInterrupt), Pool(1) as pool:
        pool.start(Task(FILE, faulty.sleep, (60, mark)))
        while not (mark.exists() and mark.read_text()):
            time.sleep(0.02)
        began = time.monotonic()
        raise KeyboardInterrupt
    assert time.monotonic() - began < 4
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_progress_is_told():
    told = []
    with Pool(1, lambda task, done, total: told.append((task.file, done, total))) as pool:
        list(run(pool, [Task(FILE, faulty.double, (1,))]))
    assert told == [(FILE, 1, 2)]


def test_inline_does_the_same():
    tasks = [Task(FILE, faulty.double, (2,)), Task(FILE, faulty.refuse), Task(FILE, faulty.fail)]
    told = []
    outcomes = list(run(Inline(lambda *now: told.append(now)), tasks, retries=1))
    assert [outcome.end for outcome in outcomes] == ["done", "bad input", "error"]
    assert [outcome.task.attempt for outcome in outcomes] == [1, 1, 2]
    assert told == [(tasks[0], 1, 2)]
