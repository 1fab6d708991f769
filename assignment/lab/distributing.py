"""Run trials on the workers of a Dask cluster: `lab.running` for many machines.

The lab decides which worker runs which trial, one trial on each worker. The trial of a lost worker continues on another
one, from the last checkpoint that `lab.remote_trial` fetched.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from assignment.cluster.connection import Cluster, SchedulerLost, Worker, WorkerLost, connected
from assignment.cluster.files import read_changes
from assignment.cluster.images import ImagesMissing
from assignment.cluster.job import NEVER_RAN, Job
from assignment.errors import AssignmentError
from assignment.lab.plan import Trial
from assignment.lab.remote_trial import ROUND_SECONDS, RemoteTrial, fetch_files
from assignment.lab.running import Stopped, TrialObserver, interrupted_by_signals
from assignment.session.screen import plural

POLL_SECONDS = 2.0  # between two looks at the workers and the tasks
RECONNECT_SECONDS = 5.0  # between two attempts to reach a scheduler that is lost
MAX_LOSSES = 3  # of a trial's workers, after which the trial is given up: it may be what ends them
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

    Workers may join and leave at any time; the trial of a lost worker waits for another one. If the scheduler is lost,
    all trials wait for it.

    Raises Stopped after a stop signal, when all trials have stopped; what `observer.on_end` raises; and AssignmentError
    if the scheduler does not answer, or no worker has the versions of this program.
    """
    waiting = list(trials)
    lost_at: float | None = None  # when the scheduler was lost
    with interrupted_by_signals() as received:
        try:
            while waiting:
                try:
                    with connected(address) as cluster:
                        lost_at = None
                        _Distribution(cluster, waiting, job, observer).run()
                except SchedulerLost:
                    lost_at = time.monotonic()
                    observer.on_note(f"the scheduler at {address} is lost; the lab waits for it")
                except AssignmentError:
                    if lost_at is None or time.monotonic() - lost_at > GIVE_UP_SECONDS:
                        raise
                    time.sleep(RECONNECT_SECONDS)
        except KeyboardInterrupt:
            raise Stopped(received[0] if received else signal.SIGINT) from None


class _Distribution:
    """The trials on one connection to the cluster. Those that are not finished are in `waiting` at its end."""

    def __init__(self, cluster: Cluster, waiting: list[Trial], job: Callable[[Trial], Job], observer: ClusterObserver):
        self._cluster, self._waiting, self._job, self._observer = cluster, waiting, job, observer
        self._running: list[RemoteTrial] = []
        self._notes: set[str] = set()  # made so far, so that none is repeated
        self._broken: set[str] = set()  # the addresses of workers on which a task failed
        self._sent_images: set[str] = set()  # the addresses of workers that got the images
        self._losses: Counter[Trial] = Counter()
        self._has_started = False

    def run(self) -> None:
        """Run all trials that wait."""
        try:
            while self._waiting or self._running:
                self._start_trials()
                fetch_files(self._running, self._cluster)
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
        """Give each free worker a trial, and take back the trials of those that are lost."""
        workers = self._cluster.workers()
        connected_now = {worker.address for worker in workers}
        for running in [running for running in self._running if running.run.worker.address not in connected_now]:
            self._lose(running)
        busy = self._cluster.busy() | {running.run.worker.address for running in self._running}
        deadline = time.monotonic() + ROUND_SECONDS
        for worker in workers:
            is_free = worker.is_running and worker.address not in busy
            if self._waiting and is_free and self._is_usable(worker) and time.monotonic() < deadline:
                with suppress(WorkerLost):  # the next look finds it lost
                    self._start(worker)
        if self._waiting and not self._running:
            self._explain_waiting(workers)

    def _is_usable(self, worker: Worker) -> bool:
        if worker.address in self._broken:
            return False
        try:
            difference = self._cluster.difference(worker)
        except WorkerLost:
            return False
        if difference:
            self._note(f"the worker on {worker.host} is not used: {difference}")
        return not difference

    def _explain_waiting(self, workers: Sequence[Worker]) -> None:
        """Say why no trial is running. Raises AssignmentError if none has started and no worker can be used."""
        if not workers:
            self._note("no worker is connected; start one on each machine with: dask worker ADDRESS --nthreads CORES")
            return
        with suppress(WorkerLost):
            differences = [self._cluster.difference(worker) for worker in workers]
            if all(differences) and not self._has_started:
                raise AssignmentError(
                    "no worker has the versions of this command; install the same on all machines (on"
                    f" {workers[0].host}: {differences[0]})."
                )
        if all(worker.address in self._broken for worker in workers):
            raise AssignmentError("the tasks failed on all workers of the cluster; the lines above say why.")
        self._note("no free worker; the lab waits")

    def _start(self, worker: Worker) -> None:
        trial = self._waiting[0]
        trial.folder.mkdir(parents=True, exist_ok=True)
        files = read_changes(trial.folder, {}, checkpoints=True)
        run = self._cluster.start(worker, self._job(trial), files)
        self._waiting.remove(trial)
        self._observer.on_start(trial)
        self._running.append(RemoteTrial(trial, run, files.versions))
        self._has_started = True

    def _take_finished(self) -> None:
        deadline = time.monotonic() + ROUND_SECONDS
        for running in [running for running in self._running if running.run.is_done]:
            if time.monotonic() < deadline:
                self._take(running)

    def _take(self, running: RemoteTrial) -> None:
        """Take the files and the result of a trial whose task ended; it waits again if it has to continue."""
        try:
            outcome = self._cluster.outcome(running.run)
        except ImagesMissing:
            self._put_back(running)
            self._send_images(running)
            return
        except WorkerLost:
            self._lose(running)
            return
        except AssignmentError as error:
            self._give_up_worker(running.run.worker, str(error))
            self._put_back(running)
            return
        running.update(outcome.changes)
        if outcome.was_stopped:
            self._put_back(running)
        else:
            self._end(running, outcome.exit_code, outcome.seconds)

    def _send_images(self, running: RemoteTrial) -> None:
        """Copy the images to a worker; one on which they are missing again is not used any more."""
        worker, images = running.run.worker, running.run.job.images
        if images is None or worker.address in self._sent_images:
            self._give_up_worker(worker, f"the worker on {worker.host} cannot keep the images")
            return
        self._sent_images.add(worker.address)
        with suppress(WorkerLost):
            self._cluster.send_images(worker, images)

    def _give_up_worker(self, worker: Worker, reason: str) -> None:
        self._broken.add(worker.address)
        self._note(f"{reason.rstrip('.')}; it is not used any more")

    def _end(self, running: RemoteTrial, exit_code: int, seconds: float) -> None:
        self._running.remove(running)
        self._observer.on_end(running.trial, exit_code, seconds)
        running.run.forget()

    def _lose(self, running: RemoteTrial) -> None:
        """Let the trial of a lost worker wait, unless it may be what ends its workers."""
        trial, host = running.trial, running.run.worker.host
        self._losses[trial] += 1
        if self._losses[trial] == MAX_LOSSES:
            self._observer.on_note(f"the worker on {host} is lost, the third one of {trial.name}; it is given up")
            self._end(running, NEVER_RAN, 0.0)
        else:
            self._observer.on_note(f"the worker on {host} is lost; {trial.name} waits for another one")
            self._put_back(running)

    def _put_back(self, running: RemoteTrial) -> None:
        """Let a trial wait again, before those that have not started."""
        self._running.remove(running)
        self._waiting.insert(0, running.trial)
        self._observer.on_wait(running.trial)
        running.run.forget()

    def _stop(self) -> None:
        """Stop all trials, and take what they send. Raises what the observer raises, when all had their time."""
        if self._running:
            self._observer.on_stop(len(self._running))
        deadline = time.monotonic() + STOP_SECONDS
        failed: list[RemoteTrial] = []  # their files cannot be written, for example because the disk is full
        while len(self._running) > len(failed) and time.monotonic() < deadline:
            for running in [running for running in self._running if running not in failed]:
                try:
                    if running.run.is_done:
                        self._take(running)
                    else:
                        self._cluster.stop(running.run)  # in every round, since it may not have started yet
                except WorkerLost:
                    self._put_back(running)
                except OSError:
                    failed.append(running)
                except SchedulerLost:
                    return
            time.sleep(POLL_SECONDS)
        late = len(self._running) - len(failed)
        if late:
            self._observer.on_note(f"{plural(late, 'run')} did not send the last checkpoint in time")

    def _note(self, text: str) -> None:
        """Make a note, once."""
        if text not in self._notes:
            self._notes.add(text)
            self._observer.on_note(text)
