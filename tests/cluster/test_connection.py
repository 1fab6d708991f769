import asyncio
import logging
from types import SimpleNamespace

import pytest
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from assignment.cluster import connection
from assignment.cluster.connection import Cluster, RemoteRun, SchedulerLost, Worker, WorkerLost, connected
from assignment.cluster.files import Changes
from assignment.cluster.images import ImagesMissing
from assignment.cluster.job import Job, run_job
from assignment.cluster.versions import own_versions
from assignment.errors import AssignmentError

WORKER = Worker("tcp://10.0.0.7:40000", "10.0.0.7", 2, "/scratch")


class FakeClient:
    """A Dask client whose workers answer with `answer`."""

    status = "running"

    def __init__(self, answer=None):
        self.answer, self.asked, self.scattering = answer, [], None

    class scheduler:
        @staticmethod
        def identity(n_workers):
            facts = {"host": WORKER.host, "nthreads": WORKER.threads, "local_directory": WORKER.scratch}
            return {
                "workers": {WORKER.address: {**facts, "status": "running"}, "paused": {**facts, "status": "paused"}}
            }

    def sync(self, function, *arguments, **options):
        return function(*arguments, **options)

    def scatter(self, data, workers, hash):
        if isinstance(self.scattering, Exception):
            raise self.scattering
        return data

    def submit(self, *arguments, **options):
        self.submitted = arguments, options

    def processing(self):
        return {WORKER.address: ("a task",), "tcp://10.0.0.8:1": ()}

    def run(self, function, *arguments, workers, on_error):
        self.asked.append((function.__name__, arguments, workers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return {} if self.answer is None else {WORKER.address: self.answer}


def task(status, result=None, error=None):
    """A remote run whose task has this status."""

    def give_result():
        if isinstance(result, BaseException):
            raise result
        return result

    future = SimpleNamespace(status=status, result=give_result, exception=lambda: error, done=lambda: True)
    return RemoteRun(WORKER, Job("ema, seed 1", ("run",)), "ema, seed 1 0123", future)


def test_workers_have_their_facts_and_the_busy_ones_are_known():
    cluster = Cluster(FakeClient())
    assert cluster.workers() == [WORKER, WORKER._replace(address="paused", is_running=False)]
    assert cluster.busy() == {WORKER.address}


def test_a_worker_with_the_same_versions_can_be_used_and_is_asked_once():
    client = FakeClient(own_versions())
    cluster = Cluster(client)
    assert cluster.difference(WORKER) == cluster.difference(WORKER) == ""
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    ("answer", "difference"),
    [
        ({**own_versions(), "keras": "2.0"}, "keras 2.0 instead of "),
        (ModuleNotFoundError("No module named 'assignment'"), "this program is missing there"),
    ],
)
def test_a_worker_with_other_versions_is_described(answer, difference):
    assert difference in Cluster(FakeClient(answer)).difference(WORKER)


@pytest.mark.parametrize("answer", [None, OSError("connection refused")])
def test_a_worker_that_does_not_answer_is_lost(answer):
    with pytest.raises(WorkerLost):
        Cluster(FakeClient(answer)).report(task("pending"), {}, checkpoints=True)


def test_every_call_notices_that_the_scheduler_is_gone():
    client = FakeClient()
    client.status = "connecting"
    cluster = Cluster(client)
    calls = [
        cluster.workers,
        cluster.busy,
        lambda: cluster.difference(WORKER),
        lambda: cluster.start(WORKER, Job("ema", ()), Changes({}, {})),
        lambda: cluster.report(task("pending"), {}, checkpoints=False),
        lambda: cluster.outcome(task("cancelled")),
        lambda: cluster.stop(task("pending")),
    ]
    for call in calls:
        with pytest.raises(SchedulerLost):
            call()


def test_the_outcome_of_a_task_is_its_result():
    assert Cluster(FakeClient()).outcome(task("finished", "the outcome")) == "the outcome"


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (task("cancelled"), WorkerLost, None),
        (task("finished", OSError("connection refused")), WorkerLost, None),
        (task("finished", FutureCancelledError("ema", "worker died")), WorkerLost, None),
        (task("finished", asyncio.TimeoutError()), WorkerLost, None),
        (task("error", error=KilledWorker("ema", None, 3)), WorkerLost, None),
        (task("error", error=ImagesMissing()), ImagesMissing, None),
        (task("error", error=OSError(28, "No space left on device")), AssignmentError, "10.0.0.7 failed: .*No space"),
    ],
)
def test_a_task_without_a_result_says_why(run, error, message):
    with pytest.raises(error, match=message):
        Cluster(FakeClient()).outcome(run)


def test_images_are_sent_to_one_worker(monkeypatch):
    monkeypatch.setattr(connection, "read_images", lambda images: {"a.gz": b"1"})
    client = FakeClient(answer="stored")
    Cluster(client).send_images(WORKER, "the images")
    assert client.asked == [("store_images", ("the images", {"a.gz": b"1"}, "/scratch"), [WORKER.address])]


def test_a_job_is_sent_with_its_files_after_what_still_runs_was_stopped():
    client, files = FakeClient(answer="stopped"), Changes({"a": (1, 1)}, {"a": b"1"})
    run = Cluster(client).start(WORKER, Job("ema, seed 1", ("run",)), files)
    assert [name for name, _, _ in client.asked] == ["stop_all"]
    (function, *arguments), options = client.submitted
    assert function is run_job and arguments == [run.key, run.job, files, 2, "/scratch"]
    assert options["workers"] == [WORKER.address] and options["key"] == run.key


@pytest.mark.parametrize("error", [OSError("closed"), asyncio.TimeoutError("No valid workers found")])
def test_a_worker_that_takes_no_files_is_lost(error):
    client = FakeClient(answer="stopped")
    client.scattering = error
    with pytest.raises(WorkerLost):
        Cluster(client).start(WORKER, Job("ema", ()), Changes({}, {}))


def test_a_run_is_forgotten_even_if_the_connection_is_closed():
    def cancel():
        raise RuntimeError("the client is closed")

    run = task("pending")
    run.future.cancel = cancel
    run.forget()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "tcp://127.0.0.1:99999999", "ftp://127.0.0.1:8786"])
def test_an_address_without_a_scheduler_is_refused_in_one_sentence(address, monkeypatch):
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.3)
    with pytest.raises(AssignmentError, match="no Dask scheduler answers at .*; check the address, or start one"):
        with connected(address):
            pass
    assert logging.getLogger("distributed.client").level > logging.CRITICAL  # Dask's own report is a traceback


def test_a_file_that_is_not_of_a_scheduler_is_refused_in_one_sentence(tmp_path):
    file = tmp_path / "README.md"
    file.write_text("not JSON")
    with pytest.raises(AssignmentError, match="no Dask scheduler answers at .*README.md"):
        with connected(str(file)):
            pass
