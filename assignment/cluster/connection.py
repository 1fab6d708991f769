"""The connection to a Dask cluster: which workers there are, and runs on them.

Dask connects the machines, notices a worker that is gone, and carries tasks and files. The caller decides which run
goes to which worker: a run that continues elsewhere needs its last files, which only the caller has.
"""

from __future__ import annotations

import logging
import secrets
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from assignment.cluster.files import Changes, Versions
from assignment.cluster.images import ImageFiles, ImagesMissing, read_images, store_images
from assignment.cluster.job import Job, Outcome, report, run_job, stop
from assignment.cluster.versions import describe_difference, own_versions
from assignment.errors import AssignmentError, one_line

CONNECT_SECONDS = 10.0
NOT_INSTALLED = 'a cluster needs Dask, which is not installed; install it with: pip install -e ".[cluster]"'

ResultT = TypeVar("ResultT")


class SchedulerLost(Exception):
    """The scheduler does not answer any more."""


class WorkerLost(Exception):
    """A worker does not answer any more, or its task was lost."""


class Worker(NamedTuple):
    """A worker of the cluster.

    address: unique, as in tcp://192.168.0.7:40123.
    host: the name or address of its machine.
    threads: those that it was started with; its run computes with them.
    scratch: a folder of its machine for temporary files.
    """

    address: str
    host: str
    threads: int
    scratch: str


class RemoteRun:
    """A run on a worker."""

    def __init__(self, worker: Worker, job: Job, future: Any):
        self.worker, self.job, self.future = worker, job, future

    @property
    def is_done(self) -> bool:
        """Whether the task ended, in whatever way."""
        return bool(self.future.done())

    def forget(self) -> None:
        """Release the task and its result."""
        self.future.cancel()


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Connect to the scheduler at an address, or to the one whose file (`--scheduler-file`) has this path.

    Raises AssignmentError if Dask is missing, the scheduler does not answer, or its Dask has another version.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise AssignmentError(NOT_INSTALLED) from error
    _silence_dask()
    target = {"scheduler_file": address} if Path(address).is_file() else {"address": address}
    try:
        client = Client(**target, timeout=CONNECT_SECONDS, set_as_default=False, direct_to_workers=True)
    except (OSError, ValueError, TypeError) as error:  # no answer; no address; no port
        raise AssignmentError(
            f"no Dask scheduler answers at {address} ({one_line(error)}); start one with: dask scheduler."
        ) from error
    try:
        yield Cluster(client)
    finally:
        with suppress(Exception):  # Dask raises several kinds if the scheduler is gone
            client.close(timeout=CONNECT_SECONDS)


def _silence_dask() -> None:
    """Let Dask report nothing in this process: a lost connection would be a traceback, and we say it in a sentence."""
    for name in ["distributed", *filter(lambda name: name.startswith("distributed."), logging.root.manager.loggerDict)]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Cluster:
    """The workers of a cluster. Every method raises SchedulerLost if the scheduler does not answer."""

    def __init__(self, client: Any):
        self._client = client
        self._differences: dict[str, str] = {}  # by the workers' addresses

    def workers(self) -> list[Worker]:
        """Return the workers that are connected now."""
        info = self._call(lambda: self._client.scheduler_info(n_workers=-1))
        return [
            Worker(address, worker["host"], worker["nthreads"], worker["local_directory"])
            for address, worker in info["workers"].items()
        ]

    def busy(self) -> set[str]:
        """Return the addresses of the workers that have a task, of this command or another."""
        return {address for address, tasks in self._call(self._client.processing).items() if tasks}

    def difference(self, worker: Worker) -> str:
        """Return how the versions on a worker differ from ours, in words; "" if it can be used.

        Raises WorkerLost if it does not answer.
        """
        if worker.address not in self._differences:
            try:
                found = self._ask(worker, own_versions)
            except (ImportError, AttributeError):
                found = {}
            difference = describe_difference(own_versions(), found) if found else "this program is not installed there"
            self._differences[worker.address] = difference
        return self._differences[worker.address]

    def start(self, worker: Worker, job: Job, files: Changes) -> RemoteRun:
        """Start a job on a worker, continuing from these files. Raises WorkerLost if it does not answer."""
        (sent,) = self._call(lambda: self._client.scatter([files], workers=[worker.address], hash=False))
        key = f"{job.name} {secrets.token_hex(4)}"
        future = self._call(
            lambda: self._client.submit(
                run_job, job, sent, worker.threads, worker.scratch, key=key, workers=[worker.address], pure=False
            )
        )
        return RemoteRun(worker, job, future)

    def report(self, run: RemoteRun, known: Versions, *, checkpoints: bool) -> Changes | None:
        """Return what changed in the folder of a run, None if it has not started; it also keeps the run going.

        Raises WorkerLost if its worker does not answer.
        """
        return self._ask(run.worker, report, run.job.name, known, checkpoints)

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
        except (OSError, CancelledError) as error:  # the worker died before it sent the result
            raise WorkerLost from error

    def stop(self, run: RemoteRun) -> None:
        """Ask a run to stop; it then ends with a checkpoint. Raises WorkerLost if its worker does not answer."""
        self._ask(run.worker, stop, run.job.name)

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
        except (OSError, KeyError, ValueError) as error:
            raise WorkerLost from error

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
