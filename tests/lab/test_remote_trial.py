from types import SimpleNamespace

import pytest

from assignment.cluster.connection import WorkerLost
from assignment.cluster.files import Changes
from assignment.lab import remote_trial
from assignment.lab.plan import Trial
from assignment.lab.remote_trial import RemoteTrial, fetch_files


class FakeCluster:
    """A cluster whose workers answer with one changed file; those in `lost` do not answer."""

    def __init__(self):
        self.asked, self.lost = [], set()

    def report(self, run, known, *, checkpoints):
        self.asked.append((run.name, dict(known), checkpoints))
        if run.name in self.lost:
            raise WorkerLost
        return Changes({"history.csv": (2, 1)}, {"history.csv": b"2"})


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def make_trials(tmp_path):
    """A function that makes trials of these ages: seconds since the last fetch, and since that of a checkpoint."""

    def make(*ages):
        now = remote_trial.time.monotonic()
        return [
            RemoteTrial(
                Trial(str(number), 1, tmp_path / str(number)),
                SimpleNamespace(name=str(number)),
                {},
                reported=now - age,
                saved=now - checkpoint_age,
            )
            for number, (age, checkpoint_age) in enumerate(ages)
        ]

    return make


def test_only_what_is_due_is_fetched_and_only_the_oldest_checkpoint(cluster, make_trials, tmp_path):
    trials = make_trials((1, 1), (30, 150), (25, 130), (1, 200))
    fetch_files(trials, cluster)
    assert cluster.asked == [("1", {}, False), ("2", {}, False), ("3", {}, True)]
    assert (tmp_path / "3" / "history.csv").read_bytes() == b"2" and not (tmp_path / "0").exists()
    cluster.asked.clear()
    fetch_files(trials, cluster)
    assert cluster.asked == [("1", {"history.csv": (2, 1)}, True)]  # the turn of the next checkpoint


def test_a_lost_worker_stops_no_other_and_is_asked_again(cluster, make_trials):
    trials = make_trials((30, 1), (25, 1))
    cluster.lost = {"0"}
    fetch_files(trials, cluster)
    fetch_files(trials, cluster)
    assert [name for name, _, _ in cluster.asked] == ["0", "1", "0"]


def test_a_deleted_file_is_fetched_again(cluster, make_trials, tmp_path):
    trials = make_trials((30, 1))
    fetch_files(trials, cluster)
    (tmp_path / "0" / "history.csv").unlink()
    assert trials[0].existing_versions() == {} and trials[0].versions == {"history.csv": (2, 1)}


def test_a_round_ends_in_time(cluster, make_trials, monkeypatch):
    monkeypatch.setattr(remote_trial, "ROUND_SECONDS", -1.0)
    trials = make_trials((25, 1), (30, 1))
    fetch_files(trials, cluster)
    fetch_files(trials, cluster)
    assert [name for name, _, _ in cluster.asked] == ["1", "0"]  # the one that waited longest comes first
