"""A real cluster of two nodes on this machine."""

import os
from pathlib import Path

import pytest

from canonpose.corpus.detection import Job, detect_corpus
from canonpose.corpus.engine import EngineSettings, engine_of, run
from canonpose.corpus.task import Task
from canonpose.detection.footage import detect_video
from canonpose.detection.registry import DetectorConfig
from canonpose.errors import InputError
from corpus import faulty
from synthetic_videos import DiscDetector, moving_disc, write_video

ray = pytest.importorskip("ray", reason="Ray, an extra, is not installed")

FILE = Path("cam.mp4")
DISCS = DetectorConfig("synthetic_videos:make_disc_detector")
NODE = {"num_cpus": 1, "object_store_memory": 80_000_000}


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        tests = str(Path(__file__).parents[1])  # where the nodes find the tasks of the tests
        patch.setenv("PYTHONPATH", os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = Cluster(initialize_head=True, head_node_args=NODE)
        cluster.second = cluster.add_node(**NODE)
        try:
            yield cluster
        finally:
            cluster.shutdown()


def test_tasks_errors_and_a_killed_worker(cluster, tmp_path):
    tasks = [
        *(Task(FILE, faulty.double, (number,)) for number in range(8)),
        Task(FILE, faulty.refuse),
        Task(FILE, faulty.die_once, (tmp_path / "mark",)),
    ]
    with engine_of(EngineSettings(ray=cluster.address)) as engine:
        assert engine.capacity == 4
        outcomes = list(run(engine, tasks, retries=1))
    ends = {outcome.task.function.__name__: outcome for outcome in outcomes}
    assert sum(outcome.done for outcome in outcomes) == 9
    assert (ends["die_once"].end, ends["die_once"].task.attempt) == ("done", 2)
    assert ends["refuse"].message == "cam.mp4: is no video; check the path."


def test_a_node_lost_in_the_middle_takes_no_video_along(cluster, tmp_path):
    jobs = []
    for number in range(6):
        video = write_video(tmp_path / f"{number}.mp4", moving_disc(30))
        jobs.append(Job(video, tmp_path / "out" / f"{number}.npz"))
    (tmp_path / "bad.mp4").write_text("no video")
    jobs.append(Job(tmp_path / "bad.mp4"))
    outcomes = []
    for outcome in detect_corpus(jobs, DISCS, EngineSettings(ray=cluster.address)):
        if not outcomes:
            cluster.remove_node(cluster.second, allow_graceful=False)
        outcomes.append(outcome)
    assert [outcome.end for outcome in outcomes if not outcome.done] == ["bad input"]
    assert all(job.written.exists() for job in jobs[:6])
    detector = DiscDetector()
    assert len(detect_video(jobs[0].video, detector)) == 30
    assert detector.seen == 0  # the nodes kept it


def test_no_cluster():
    with pytest.raises(InputError, match=r"--ray 127.0.0.1:1: no Ray cluster answers there"):
        engine_of(EngineSettings(ray="127.0.0.1:1"))
