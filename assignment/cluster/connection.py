"""The connection to a Dask cluster: its workers, and runs on them.

Dask connects the machines, notices a lost worker, and carries tasks and files. The caller decides which run
goes to which worker: a run that continues elsewhere needs its last files, which only the caller has.
"""

from __future__ import annotations

import logging
import secrets
import warnings
from asyncio import TimeoutError as DaskTimeoutError  # before Python 3.11, it is no OSError
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from assignment.cluster.files import Changes, Versions
from assignment.cluster.images import ImageFiles, ImagesMissing, read_images, store_images
from assignment.cluster.job import Job, Outcome, report, run_job, stop, stop_all
from assignment.cluster.versions import describe_difference, own_versions
from assignment.errors import AssignmentError, one_line

CONNECT_SECONDS = 10.0
NOT_INSTALLED = 'a cluster needs Dask, which is not installed; install it with: pip install -e ".[cluster]"'

ResultT = TypeVar("ResultT")


class SchedulerLost(Exception):
    """The connection to the scheduler is lost."""


class WorkerLost(Exception):
    """A worker or its task is lost."""


class Worker(NamedTuple):
    """A worker of the cluster.

    address: unique, as in tcp://192.168.0.7:40123.
    host: the name or address of its machine.
    threads: of the worker; its run uses as many.
    scratch: a folder of its machine for temporary files.
    is_running: whether it takes tasks; Dask pauses one whose memory is nearly full.
    """

    address: str
    host: str
    threads: int
    scratch: str
    is_running: bool = True


class RemoteRun:
    """A run on a worker; the key is unique to it."""

    def __init__(self, worker: Worker, job: Job, key: str, future: Any):
        self.worker, self.job, self.key, self.future = worker, job, key, future

    @property
    def is_done(self) -> bool:
        """Whether the task has ended, successfully or not."""
        return bool(self.future.done())

    def forget(self) -> None:
        """Release the task and its result."""
        with suppress(Exception):  # Dask raises several kinds if the connection is closed; then nothing is kept
            self.future.cancel()


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler at an address, or to the one whose file (`--scheduler-file`) has this path.

    Raises AssignmentError if Dask is missing or the scheduler does not answer.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise AssignmentError(NOT_INSTALLED) from error
    _silence_dask()
    target = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about versions, which are compared with those of each worker
            client = Client(**target, timeout=CONNECT_SECONDS, set_as_default=False, direct_to_workers=True)
    # No answer; no address; no port; a file that is not a scheduler's; a protocol that needs another package.
    except (OSError, DaskTimeoutError, ValueError, TypeError, AssertionError, ImportError) as error:
        reason = f" ({one_line(error)})" if str(error) else ""
        raise AssignmentError(
            f"no Dask scheduler answers at {address}{reason}; check the address, or start one with: dask scheduler."
        ) from error
    try:
        yield Cluster(client)
    finally:
        with suppress(Exception):  # Dask raises several kinds if the scheduler is lost
            client.close(timeout=CONNECT_SECONDS)


def _silence_dask() -> None:
    """Silence Dask's log in this process; its errors become sentences here."""
    for name in ["distributed", *filter(lambda name: name.startswith("distributed."), logging.root.manager.loggerDict)]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Cluster:
    """The workers of a cluster. Every method raises SchedulerLost if the scheduler does not answer."""

    def __init__(self, client: Any):
        self._client = client
        self._differences: dict[str, str] = {}  # by the workers' addresses

    def workers(self) -> list[Worker]:
        """Return the workers that are connected now."""
        # Not `scheduler_info`, whose answer Dask itself replaces every two seconds by one without workers.
        info = self._ask_scheduler(lambda: self._client.sync(self._client.scheduler.identity, n_workers=-1))
        return [
            Worker(address, facts["host"], facts["nthreads"], facts["local_directory"], facts["status"] == "running")
            for address, facts in info["workers"].items()
        ]

    def busy(self) -> set[str]:
        """Return the addresses of the workers that have a task, of this command or another."""
        return {address for address, tasks in self._ask_scheduler(self._client.processing).items() if tasks}

    def difference(self, worker: Worker) -> str:
        """Return how the versions on a worker differ from ours, in words; "" if it can be used.

        Raises WorkerLost if it does not answer.
        """
        if worker.address not in self._differences:
            try:
                found = self._ask(worker, own_versions)
            except (ImportError, AttributeError):
                found = {}
            missing = "this program is missing there, or an older version"
            difference = describe_difference(own_versions(), found) if found else missing
            self._differences[worker.address] = difference
        return self._differences[worker.address]

    def start(self, worker: Worker, job: Job, files: Changes) -> RemoteRun:
        """Start a job on a worker, continuing from these files; what still runs there for a killed command stops.

        Raises WorkerLost if the worker is lost or takes no tasks.
        """
        self._ask(worker, stop_all)
        key = f"{job.name} {secrets.token_hex(4)}"
        here = [worker.address]

        def submit() -> Any:
            (sent,) = self._client.scatter([files], workers=here, hash=False)
            arguments = (key, job, sent, worker.threads, worker.scratch)
            return self._client.submit(run_job, *arguments, key=key, workers=here, pure=False)

        try:
            return RemoteRun(worker, job, key, self._call(submit))
        except (OSError, DaskTimeoutError, ValueError) as error:
            raise WorkerLost from error

    def report(self, run: RemoteRun, known: Versions, *, checkpoints: bool) -> Changes | None:
        """Return what changed in the folder of a run, None if it has not started; it also keeps the run going.

        Raises WorkerLost if its worker does not answer.
        """
        return self._ask(run.worker, report, run.key, known, checkpoints)

    def outcome(self, run: RemoteRun) -> Outcome:
        """Return how a run ended whose task is done.

        Raises ImagesMissing if the worker has no images, WorkerLost if the task was lost with its worker, and
        AssignmentError if it failed for another reason, such as a full disk.
        """
        if self._client.status != "running":
            raise SchedulerLost
        if run.future.status == "error":
            error = run.future.exception()
            if isinstance(error, ImagesMissing):
                raise error
            if type(error).__name__ == "KilledWorker":
                raise WorkerLost from error
            raise AssignmentError(f"the worker on {run.worker.host} failed: {one_line(error)}") from error
        if run.future.status != "finished":
            raise WorkerLost
        try:
            return self._call(run.future.result)  # type: ignore[no-any-return]
        except (OSError, DaskTimeoutError, CancelledError) as error:  # the worker died before it sent the result
            raise WorkerLost from error

    def stop(self, run: RemoteRun) -> None:
        """Ask a run to stop; it then ends with a checkpoint. Raises WorkerLost if its worker does not answer."""
        self._ask(run.worker, stop, run.key)

    def send_images(self, worker: Worker, images: ImageFiles) -> None:
        """Copy the images to a worker. Raises WorkerLost if it does not answer, and OSError if they cannot be read."""
        self._ask(worker, store_images, images, read_images(images), worker.scratch)

    def _ask(self, worker: Worker, function: Callable[..., ResultT], *arguments: Any) -> ResultT:
        """Call a function on a worker, outside its tasks."""
        try:
            answers = self._call(
                lambda: self._client.run(function, *arguments, workers=[worker.address], on_error="raise")
            )
            return answers[worker.address]  # type: ignore[no-any-return]
        except (OSError, DaskTimeoutError, KeyError, ValueError) as error:
            raise WorkerLost from error

    def _ask_scheduler(self, action: Callable[[], ResultT]) -> ResultT:
        """Return the scheduler's answer; an error of the connection is the scheduler's."""
        try:
            return self._call(action)
        except (OSError, DaskTimeoutError) as error:
            raise SchedulerLost from error

    def _call(self, action: Callable[[], ResultT]) -> ResultT:
        """Return the result of an action. Raises SchedulerLost if the connection to the scheduler is lost."""
        if self._client.status != "running":
            raise SchedulerLost
        try:
            return action()
        except Exception as error:
            if self._client.status != "running":
                raise SchedulerLost from error
            raise
