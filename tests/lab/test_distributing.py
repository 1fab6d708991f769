"""Which trial goes to which worker, with a cluster that only keeps books; tests/lab/test_cluster.py has a real one."""

import signal
from contextlib import contextmanager

import pytest

from assignment.cluster.connection import RemoteRun, SchedulerLost, Worker, WorkerLost
from assignment.cluster.files import Changes
from assignment.cluster.images import ImagesMissing
from assignment.cluster.job import NEVER_RAN, Job, Outcome
from assignment.errors import AssignmentError
from assignment.lab import distributing, remote_trial
from assignment.lab.distributing import distribute_trials
from assignment.lab.plan import Trial
from assignment.lab.running import Stopped
from assignment.storage.lock import FolderTaken

FINISHED = Outcome(0, False, 5.0, Changes({"history.csv": (1, 4)}, {"history.csv": b"done"}))
STOPPED = Outcome(143, True, 5.0, Changes({"history.csv": (1, 4)}, {"history.csv": b"part"}))


def worker(number):
    return Worker(f"tcp://10.0.0.{number}:1", f"10.0.0.{number}", 1, "/scratch")


class FakeCluster:
    """A cluster in which a trial ends at the look after its start, as `outcomes` says; otherwise it finishes.

    script: functions, one of which is called at each look at the workers.
    """

    def __init__(self, workers, outcomes=(), script=()):
        self.connected_workers, self.outcomes, self.script = list(workers), dict(outcomes), list(script)
        self.started, self.stopped, self.sent, self.reported, self.differences = [], [], [], [], {}
        self.never_done, self.dying = set(), []

    def workers(self):
        if self.script:
            self.script.pop(0)()
        return list(self.connected_workers)

    def busy(self):
        return set()

    def difference(self, worker):
        return self.differences.get(worker.address, "")

    def start(self, worker, job, files):
        if worker in self.dying:
            self.dying.remove(worker)
            raise WorkerLost
        self.started.append((job.name, worker.host, dict(files.contents)))
        return FakeRun(self, worker, job)

    def report(self, run, known, *, checkpoints):
        self.reported.append((run.job.name, checkpoints))
        return Changes({"history.csv": (2, 1)}, {"history.csv": b"2"})

    def outcome(self, run):
        outcomes = self.outcomes.get(run.job.name, [])
        outcome = outcomes.pop(0) if outcomes else FINISHED
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def stop(self, run):
        self.stopped.append(run.job.name)
        self.never_done.discard(run.job.name)
        self.outcomes[run.job.name] = [STOPPED]

    def send_images(self, worker, images):
        self.sent.append((worker.host, images))


class FakeRun(RemoteRun):
    def __init__(self, cluster, worker, job):
        super().__init__(worker, job, job.name, None)
        self._cluster = cluster

    @property
    def is_done(self):
        return self.job.name not in self._cluster.never_done

    def forget(self):
        pass


class Recorder:
    """An observer that records what it is called with."""

    def __init__(self):
        self.ended, self.notes, self.waits, self.stops = {}, [], [], []
        self.fail_at_end = None

    def on_start(self, trial):
        pass

    def on_end(self, trial, exit_code, seconds):
        assert trial.name not in self.ended  # nothing is completed twice
        self.ended[trial.name] = exit_code
        if self.fail_at_end:
            raise self.fail_at_end

    def on_poll(self, running):
        pass

    def on_wait(self, trial):
        self.waits.append(trial.name)

    def on_note(self, text):
        self.notes.append(text)

    def on_stop(self, count):
        self.stops.append(count)


@pytest.fixture
def distribute(tmp_path, monkeypatch):
    """A function that runs trials on a fake cluster and returns the observer."""
    for module, name in (
        (distributing, "POLL_SECONDS"),
        (distributing, "RECONNECT_SECONDS"),
        (remote_trial, "REPORT_SECONDS"),
        (remote_trial, "CHECKPOINT_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(distributing, "STOP_SECONDS", 5.0)

    def distribute(cluster, names, observer=None, images=None, connect=None):
        observer = observer or Recorder()

        @contextmanager
        def connected(address):
            if connect:
                connect()
            yield cluster

        monkeypatch.setattr(distributing, "connected", connected)
        trials = [Trial(name, 1, tmp_path / name) for name in names]
        distribute_trials(trials, "tcp://10.0.0.1:8786", lambda trial: Job(trial.name, ("run",), images), observer)
        return observer

    return distribute


def names(count):
    return [f"practice{number}" for number in range(count)]


def test_every_worker_gets_one_trial_at_a_time_and_all_are_finished(distribute, tmp_path):
    cluster = FakeCluster([worker(1), worker(2)])
    cluster.never_done = {"practice0, seed 1"}
    cluster.script = [lambda: None] * 4 + [cluster.never_done.clear]
    observer = distribute(cluster, names(4))
    assert observer.ended == {f"{name}, seed 1": 0 for name in names(4)}
    hosts = {name: host for name, host, _ in cluster.started}
    assert hosts.pop("practice0, seed 1") == "10.0.0.1" and set(hosts.values()) == {"10.0.0.2"}
    assert (tmp_path / "practice3" / "history.csv").read_bytes() == b"done"


def test_a_trial_whose_worker_is_gone_continues_on_another_one_with_its_files(distribute):
    cluster = FakeCluster([worker(1)])
    cluster.never_done = {"ema, seed 1"}

    def replace_worker():
        cluster.connected_workers = [worker(2)]
        cluster.never_done.clear()

    cluster.script = [lambda: None, lambda: None, replace_worker]
    observer = distribute(cluster, ["ema"])
    assert cluster.started == [("ema, seed 1", "10.0.0.1", {}), ("ema, seed 1", "10.0.0.2", {"history.csv": b"2"})]
    assert observer.waits == ["ema, seed 1"] and observer.ended == {"ema, seed 1": 0}
    assert observer.notes == ["the worker on 10.0.0.1 is lost; ema, seed 1 waits for another one"]


@pytest.mark.parametrize("outcome", [WorkerLost(), STOPPED])
def test_a_trial_whose_result_is_lost_or_that_was_stopped_by_others_runs_again(distribute, outcome):
    cluster = FakeCluster([worker(1)], {"ema, seed 1": [outcome]})
    assert distribute(cluster, ["ema"]).ended == {"ema, seed 1": 0}
    assert len(cluster.started) == 2


def test_images_are_sent_to_a_worker_that_has_none(distribute):
    cluster = FakeCluster([worker(1)], {"ema, seed 1": [ImagesMissing()]})
    assert distribute(cluster, ["ema"], images="the images").ended == {"ema, seed 1": 0}
    assert cluster.sent == [("10.0.0.1", "the images")]


def test_a_worker_that_cannot_keep_the_images_is_not_used_any_more(distribute):
    cluster = FakeCluster([worker(1), worker(2)], {"ema, seed 1": [ImagesMissing(), ImagesMissing()]})
    assert distribute(cluster, ["ema"], images="the images").ended == {"ema, seed 1": 0}
    assert [host for _, host, _ in cluster.started] == ["10.0.0.1", "10.0.0.1", "10.0.0.2"]


def test_a_worker_on_which_a_task_fails_costs_no_trial(distribute):
    failure = AssignmentError("the worker on 10.0.0.1 failed: disk full")
    cluster = FakeCluster([worker(1), worker(2)], {"ema, seed 1": [failure]})
    observer = distribute(cluster, ["ema", "sgd"])
    assert observer.ended == {"ema, seed 1": 0, "sgd, seed 1": 0}
    assert observer.notes == ["the worker on 10.0.0.1 failed: disk full; it is not used any more"]
    assert [host for name, host, _ in cluster.started if name == "ema, seed 1"] == ["10.0.0.1", "10.0.0.2"]


def test_a_lab_whose_tasks_fail_on_all_workers_ends(distribute):
    cluster = FakeCluster([worker(1)], {"ema, seed 1": [AssignmentError("the worker on 10.0.0.1 failed: disk full")]})
    with pytest.raises(AssignmentError, match="failed on all workers"):
        distribute(cluster, ["ema"])


def test_a_trial_that_ends_its_workers_is_given_up(distribute):
    cluster = FakeCluster([worker(1)], {"ema, seed 1": [WorkerLost(), WorkerLost(), WorkerLost()]})
    observer = distribute(cluster, ["ema", "sgd"])
    assert observer.ended == {"ema, seed 1": NEVER_RAN, "sgd, seed 1": 0}
    assert observer.notes[-1] == "the worker on 10.0.0.1 is lost, the third one of ema, seed 1; it is given up"


def test_a_worker_that_is_lost_before_it_starts_a_trial_costs_nothing(distribute):
    cluster = FakeCluster([worker(1)])
    cluster.dying = [worker(1)]
    observer = distribute(cluster, ["ema"])
    assert observer.ended == {"ema, seed 1": 0} and observer.waits == []


def test_a_paused_worker_keeps_its_trial_and_gets_no_other(distribute):
    cluster = FakeCluster([worker(1)])
    cluster.never_done = {"practice0, seed 1"}

    def pause():
        cluster.connected_workers = [worker(1)._replace(is_running=False)]
        cluster.never_done.clear()

    def go_on():
        cluster.connected_workers = [worker(1)]

    cluster.script = [lambda: None, pause, lambda: None, lambda: None, go_on]
    observer = distribute(cluster, names(2))
    assert observer.ended == {f"{name}, seed 1": 0 for name in names(2)} and observer.waits == []
    assert cluster.script == []  # the second trial waited for the worker


def test_files_that_were_deleted_are_fetched_again(distribute, tmp_path):
    cluster = FakeCluster([worker(1)])
    cluster.never_done = {"ema, seed 1"}
    known = []
    report = cluster.report
    cluster.report = lambda run, versions, *, checkpoints: (
        known.append(dict(versions)) or report(run, versions, checkpoints=checkpoints)
    )
    cluster.script = [lambda: None, lambda: None, (tmp_path / "ema").joinpath("history.csv").unlink]
    cluster.script += [cluster.never_done.clear]
    distribute(cluster, ["ema"])
    assert known[1] == {"history.csv": (2, 1)} and known[2] == {}


def test_another_lab_that_took_the_folder_ends_this_one(distribute, monkeypatch):
    def refuse(*arguments):
        raise FolderTaken("another lab has taken the folder")

    monkeypatch.setattr(remote_trial, "write_changes", refuse)
    with pytest.raises(FolderTaken):
        distribute(FakeCluster([worker(1)]), ["ema"])


def test_only_one_checkpoint_is_fetched_in_a_round(distribute):
    cluster = FakeCluster([worker(1), worker(2), worker(3)])
    cluster.never_done = {f"{name}, seed 1" for name in names(3)}
    cluster.script = [lambda: None, lambda: None, cluster.never_done.clear]
    distribute(cluster, names(3))
    first_round, second_round = cluster.reported[:3], cluster.reported[3:6]
    assert [sum(with_checkpoint for _, with_checkpoint in round) for round in (first_round, second_round)] == [1, 1]
    assert first_round != second_round  # another trial's turn


def test_workers_with_other_versions_are_not_used(distribute):
    cluster = FakeCluster([worker(1), worker(2)])
    cluster.differences = {worker(1).address: "keras 3.12.0 instead of 3.15.1"}
    observer = distribute(cluster, names(2))
    assert {host for _, host, _ in cluster.started} == {"10.0.0.2"}
    assert observer.notes == ["the worker on 10.0.0.1 is not used: keras 3.12.0 instead of 3.15.1"]


def test_a_cluster_with_other_versions_only_is_refused(distribute):
    cluster = FakeCluster([worker(1)])
    cluster.differences = {worker(1).address: "keras 3.12.0 instead of 3.15.1"}
    with pytest.raises(AssignmentError, match="no worker has the versions of this command.*keras 3.12.0 instead of"):
        distribute(cluster, ["ema"])


def test_the_lab_waits_for_the_first_worker(distribute):
    cluster = FakeCluster([])
    cluster.script = [lambda: None, lambda: None, lambda: cluster.connected_workers.append(worker(1))]
    observer = distribute(cluster, ["ema"])
    assert observer.ended == {"ema, seed 1": 0}
    assert observer.notes == [
        "no worker is connected; start one on each machine with: dask worker ADDRESS --nthreads CORES"
    ]


def test_the_lab_waits_for_a_scheduler_that_is_gone(distribute):
    attempts = []

    def connect():
        attempts.append(None)
        if len(attempts) in (2, 3):
            raise AssignmentError("no Dask scheduler answers")

    def lose():
        raise SchedulerLost

    cluster = FakeCluster([worker(1)])
    cluster.never_done = {"ema, seed 1"}
    cluster.script = [lambda: None, lose, cluster.never_done.clear]
    observer = distribute(cluster, ["ema", "sgd"], connect=connect)
    assert len(attempts) == 4 and observer.ended == {"ema, seed 1": 0, "sgd, seed 1": 0}
    assert [name for name, _, _ in cluster.started] == ["ema, seed 1", "ema, seed 1", "sgd, seed 1"]
    assert observer.notes == ["the scheduler at tcp://10.0.0.1:8786 is lost; the lab waits for it"]


def test_a_scheduler_that_does_not_come_back_ends_the_lab(distribute, monkeypatch):
    monkeypatch.setattr(distributing, "GIVE_UP_SECONDS", 0.0)
    attempts = []

    def connect():
        attempts.append(None)
        if len(attempts) > 1:
            raise AssignmentError("no Dask scheduler answers")

    def lose():
        raise SchedulerLost

    with pytest.raises(AssignmentError, match="no Dask scheduler answers"):
        distribute(FakeCluster([worker(1)], script=[lose]), ["ema"], connect=connect)


def test_a_scheduler_that_never_answered_ends_the_lab(distribute):
    def connect():
        raise AssignmentError("no Dask scheduler answers")

    with pytest.raises(AssignmentError, match="no Dask scheduler answers"):
        distribute(FakeCluster([]), ["ema"], connect=connect)


def test_a_stop_signal_stops_all_trials_and_takes_their_files(distribute, tmp_path):
    cluster = FakeCluster([worker(1), worker(2)])
    cluster.never_done = {"ema, seed 1", "sgd, seed 1"}
    cluster.script = [lambda: None, lambda: signal.raise_signal(signal.SIGTERM)]
    observer = Recorder()
    with pytest.raises(Stopped) as stopped:
        distribute(cluster, ["ema", "sgd"], observer)
    assert stopped.value.signal == signal.SIGTERM
    assert cluster.stopped == ["ema, seed 1", "sgd, seed 1"] and observer.ended == {} and observer.stops == [2]
    assert (tmp_path / "ema" / "history.csv").read_bytes() == b"part"


def test_a_full_disk_costs_the_other_trials_nothing(distribute, tmp_path, monkeypatch):
    cluster = FakeCluster([worker(1), worker(2)])
    cluster.never_done = {"ema, seed 1", "sgd, seed 1"}
    write = remote_trial.write_changes

    def write_but_ema(folder, changes, known):
        if folder.name == "ema":
            raise OSError(28, "No space left on device")
        return write(folder, changes, known)

    monkeypatch.setattr(remote_trial, "write_changes", write_but_ema)
    with pytest.raises(OSError, match="No space left"):
        distribute(cluster, ["ema", "sgd"])
    assert (tmp_path / "sgd" / "history.csv").read_bytes() == b"part"


def test_an_error_of_the_observer_stops_all_trials(distribute):
    cluster = FakeCluster([worker(1), worker(2)])
    cluster.never_done = {"sgd, seed 1"}
    observer = Recorder()
    observer.fail_at_end = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space left"):
        distribute(cluster, ["ema", "sgd"], observer)
    assert cluster.stopped == ["sgd, seed 1"]
