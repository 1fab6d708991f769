"""A trial on a worker of a cluster, and the copies of its files in the lab's folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from assignment.cluster.connection import Cluster, RemoteRun, WorkerLost
from assignment.cluster.files import Changes, Versions, write_changes
from assignment.lab.plan import Trial

REPORT_SECONDS = 20.0  # between two fetches of a trial's small files, such as history.csv
CHECKPOINT_SECONDS = 120.0  # between two fetches of its checkpoint, which has 116 MB for the trousers
ROUND_SECONDS = 30.0  # for which a round does one thing, so that no run waits until its lease ends


@dataclass
class RemoteTrial:
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
        self.versions = write_changes(self.trial.folder, changes, self.versions)

    def existing_versions(self) -> Versions:
        """Return the versions of the files that are still in the trial's folder, which may have been deleted."""
        return {name: version for name, version in self.versions.items() if (self.trial.folder / name).exists()}


def fetch_files(trials: Sequence[RemoteTrial], cluster: Cluster) -> None:
    """Fetch what changed: the small files of every trial, and the checkpoint of the one whose copy is oldest.

    Fetching all checkpoints in one round would keep the lab from everything else for minutes.
    Raises SchedulerLost, and OSError if a file cannot be written.
    """
    now = time.monotonic()
    oldest = min(trials, key=lambda trial: trial.saved, default=None)
    for trial in sorted(trials, key=lambda trial: trial.reported):
        with_checkpoint = trial is oldest and trial.saved + CHECKPOINT_SECONDS <= now
        if not with_checkpoint and trial.reported + REPORT_SECONDS > now:
            continue
        try:
            changes = cluster.report(trial.run, trial.existing_versions(), checkpoints=with_checkpoint)
        except WorkerLost:
            continue  # the next look at the workers finds it lost
        trial.reported = time.monotonic()
        if with_checkpoint:
            trial.saved = trial.reported
        if changes is not None:
            trial.update(changes)
        if time.monotonic() > now + ROUND_SECONDS:
            break
