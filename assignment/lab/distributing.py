"""Run trials on the workers of a Dask cluster: `lab.running` for many machines.

The lab decides which worker runs which trial, one trial on each worker. It fetches their files while they run, so that
a trial whose worker is gone continues on another one from its last checkpoint.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from assignment.cluster.connection import Cluster, RemoteRun, SchedulerLost, Worker, WorkerLost, connected
from assignment.cluster.files import Changes, Versions, read_changes, write_changes
from assignment.cluster.images import ImagesMissing
from assignment.cluster.job import NEVER_RAN, Job
from assignment.errors import AssignmentError
from assignment.lab.plan import Trial
from assignment.lab.running import Stopped, TrialObserver, interrupted_by_signals
from assignment.session.screen import plural

POLL_SECONDS = 2.0  # between two looks at the workers and the tasks
REPORT_SECONDS = 20.0  # between two fetches of a trial's small files, such as history.csv
CHECKPOINT_SECONDS = 120.0  # between two fetches of its checkpoint, which has 116 MB for the trousers
RECONNECT_SECONDS = 5.0  # between two attempts to reach a scheduler that is gone
GIVE_UP_SECONDS = 900.0  # after which a scheduler that does not come back ends the lab
STOP_SECONDS = 180.0  # in which the trials of a lab that is stopped send their last checkpoints


class ClusterObserver(TrialObserver, Protocol):
    """What `distribute_trials` calls."""

    def on_wait(self, trial: Trial) -> None:
        """A trial that had started waits for a worker again."""

    def on_note(self, text: str) -> None:
        """Something happened that the user should know, in words."""


def distribute_trials(
    trials: Sequence[Trial], address: str, job: Callable[[Trial], Job], observer: ClusterObserver
) -> None:
    """Run the trials in their order on the workers of the scheduler at `address`, one on each worker.

    Workers may join and leave at any time. A trial whose worker is gone continues on another one. If the scheduler is
    gone, all trials wait until it is back.

    Raises Stopped after a stop signal, when all trials have stopped; what `observer.on_end` raises; and AssignmentError
    if the scheduler does not answer, or no worker has the versions of this program.
    """
    waiting = list(trials)
    lost_at: float | None = None  # when the scheduler was found gone
    with interrupted_by_signals() as received:
        try:
            while waiting:
                try:
                    with connected(address) as cluster:
                        lost_at = None
                        _Distribution(cluster, waiting, job, observer).run()
                except SchedulerLost:
                    lost_at = time.monotonic()
                    observer.on_note(f"the scheduler at {address} is gone; the lab waits until it is back")
                except AssignmentError:
                    if lost_at is None or time.monotonic() - lost_at > GIVE_UP_SECONDS:
                        raise
                    time.sleep(RECONNECT_SECONDS)
        except KeyboardInterrupt:
            raise Stopped(received[0] if received else signal.SIGINT) from None


@dataclass
class _Running:
    """A trial on a worker.

    versions: of the files in the trial's folder, as the worker has them.
    reported, saved: when its small files and its checkpoint were last fetched.
    """

    trial: Trial
    run: RemoteRun
    versions: Versions
    reported: float = field(default_factory=time.monotonic)
    saved: float = field(default_factory=time.monotonic)

    def update(self, changes: Changes) -> None:
        """Bring the trial's folder up to date."""
        write_changes(self.trial.folder, changes, self.versions)
        self.versions = changes.versions


class _Distribution:
    """The trials on one connection to the cluster. Those that are not finished are in `waiting` at its end."""

    def __init__(self, cluster: Cluster, waiting: list[Trial], job: Callable[[Trial], Job], observer: ClusterObserver):
        self._cluster, self._waiting, self._job, self._observer = cluster, waiting, job, observer
        self._running: list[_Running] = []
        self._notes: set[str] = set()  # those that were made, so that none is made twice

    def run(self) -> None:
        """Run all trials that wait."""
        try:
            while self._waiting or self._running:
                self._start_trials()
                self._fetch_files()
                self._take_finished()
                self._observer.on_poll([running.trial for running in self._running])
                time.sleep(POLL_SECONDS)
        except SchedulerLost:
            for running in list(self._running):
                self._put_back(running)
            raise
        except BaseException:
            self._stop()
            raise

    def _start_trials(self) -> None:
        """Give each free worker a trial, and take back the trials of those that are gone."""
        workers = self._cluster.workers()
        connected_now = {worker.address for worker in workers}
        for running in [running for running in self._running if running.run.worker.address not in connected_now]:
            self._lose(running)
        busy = self._cluster.busy() | {running.run.worker.address for running in self._running}
        for worker in workers:
            if self._waiting and worker.address not in busy and self._is_usable(worker):
                with suppress(WorkerLost):  # the next look finds it gone
                    self._start(worker)
        if self._waiting and not self._running:
            self._explain_waiting(workers)

    def _is_usable(self, worker: Worker) -> bool:
        try:
            difference = self._cluster.difference(worker)
        except WorkerLost:
            return False
        if difference:
            self._note(f"the worker on {worker.host} is not used: {difference}")
        return not difference

    def _explain_waiting(self, workers: Sequence[Worker]) -> None:
        """Say why no trial is running. Raises AssignmentError if all workers have other versions."""
        if not workers:
            self._note("no worker is connected yet; start some with: dask worker ADDRESS --nthreads 1")
            return
        with suppress(WorkerLost):
            if all(self._cluster.difference(worker) for worker in workers):
                raise AssignmentError(
                    "no worker of the cluster can be used, since they have other versions than this command; install"
                    f" the same on all machines (on {workers[0].host}: {self._cluster.difference(workers[0])})."
                )
        self._note(f"{plural(len(workers), 'worker')} busy with other tasks; the lab waits")

    def _start(self, worker: Worker) -> None:
        trial = self._waiting.pop(0)
        trial.folder.mkdir(parents=True, exist_ok=True)
        files = read_changes(trial.folder, {}, checkpoints=True)
        try:
            run = self._cluster.start(worker, self._job(trial), files)
        except (WorkerLost, SchedulerLost):
            self._waiting.insert(0, trial)
            raise
        self._running.append(_Running(trial, run, files.versions))
        self._observer.on_start(trial)

    def _fetch_files(self) -> None:
        """Fetch what changed: the small files of every trial, and the checkpoint of the one whose copy is oldest.

        Fetching all checkpoints in one round would keep the lab from everything else for minutes.
        """
        now = time.monotonic()
        oldest = min(self._running, key=lambda running: running.saved, default=None)
        for running in self._running:
            with_checkpoint = running is oldest and running.saved + CHECKPOINT_SECONDS <= now
            if not with_checkpoint and running.reported + REPORT_SECONDS > now:
                continue
            try:
                changes = self._cluster.report(running.run, running.versions, checkpoints=with_checkpoint)
            except WorkerLost:
                continue  # the next look at the workers finds it gone
            running.reported = time.monotonic()
            if with_checkpoint:
                running.saved = running.reported
            if changes is not None:
                running.update(changes)

    def _take_finished(self) -> None:
        for running in [running for running in self._running if running.run.is_done]:
            self._take(running)

    def _take(self, running: _Running) -> None:
        """Take the files and the result of a trial whose task ended; it waits again if it has to continue."""
        trial, run = running.trial, running.run
        try:
            outcome = self._cluster.outcome(run)
            running.update(outcome.changes)
        except ImagesMissing:
            self._put_back(running)
            if run.job.images is not None:
                with suppress(WorkerLost):
                    self._cluster.send_images(run.worker, run.job.images)
            return
        except WorkerLost:
            self._lose(running)
            return
        except AssignmentError as error:
            self._note(f"{trial.name}: {error}")
            self._end(running, NEVER_RAN, 0.0)
            return
        if outcome.was_stopped:
            self._put_back(running)
        else:
            self._end(running, outcome.exit_code, outcome.seconds)

    def _end(self, running: _Running, exit_code: int, seconds: float) -> None:
        self._running.remove(running)
        running.run.forget()
        self._observer.on_end(running.trial, exit_code, seconds)

    def _lose(self, running: _Running) -> None:
        self._observer.on_note(
            f"the worker on {running.run.worker.host} is gone; {running.trial.name} continues on another one"
        )
        self._put_back(running)

    def _put_back(self, running: _Running) -> None:
        """Let a trial wait again, before those that have not started."""
        self._running.remove(running)
        self._waiting.insert(0, running.trial)
        self._observer.on_wait(running.trial)
        with suppress(SchedulerLost):
            running.run.forget()

    def _stop(self) -> None:
        """Stop all trials, and take what they send."""
        if self._running:
            self._observer.on_stop(len(self._running))
        with suppress(SchedulerLost):
            for running in self._running:
                with suppress(WorkerLost):
                    self._cluster.stop(running.run)
            deadline = time.monotonic() + STOP_SECONDS
            while self._running and time.monotonic() < deadline:
                self._take_finished()
                time.sleep(POLL_SECONDS)

    def _note(self, text: str) -> None:
        """Make a note, once."""
        if text not in self._notes:
            self._notes.add(text)
            self._observer.on_note(text)
