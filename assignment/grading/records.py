"""The records in a submission: run.json, history.csv and manifest.json, and whether they agree with its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.grading.evidence import Answer, NetworkFacts
from assignment.storage.files import sha256
from assignment.storage.reading import Malformed, Shape, parse_json, read_bytes
from assignment.submission import manifest as manifests
from assignment.submission.contents import RunFacts
from assignment.submission.manifest import Manifest

MAX_LISTED = 3  # names in a sentence
MAX_RECORD_BYTES = 2**22  # of each record; a history.csv of 300 epochs has 50 kB


@dataclass(frozen=True)
class Records:
    """The records of a submission; None for those that are missing or damaged.

    history: the number of epochs in history.csv.
    """

    run: RunFacts | None
    manifest: Manifest | None
    history: int | None

    @property
    def recorded(self) -> dict[str, str]:
        """What the records say, in words."""
        if self.run is None:
            return {}
        return {
            "seed": str(self.run.settings.seed),
            "epochs": str(self.run.epochs_done),
            "status": self.run.status,
            "written": self.run.written,
            "images": self.run.data.caption,
            "differences": " ".join(self.run.deviations),
        }


def read_records(files: Mapping[str, Path]) -> Records:
    """Return the records among the files of a submission, which are given by name."""
    run = _read(files.get("run.json"), RunFacts)
    manifest = _read(files.get(manifests.NAME), Manifest)
    return Records(run, manifest, _history_epochs(files.get("history.csv")))


def _read(path: Path | None, shape: type[Shape]) -> Shape | None:
    try:
        return parse_json(read_bytes(path, MAX_RECORD_BYTES), shape) if path else None
    except Malformed:
        return None


def _history_epochs(path: Path | None) -> int | None:
    """Return the number of lines of a history.csv whose epochs are 1, 2 and so on; None for any other file."""
    if path is None:
        return None
    try:
        lines = csv.reader(io.StringIO(read_bytes(path, MAX_RECORD_BYTES).decode("utf-8-sig"), newline=""))
        if next(lines, [])[:1] != ["epoch"]:
            return None
        number = 0
        for line in lines:
            number += 1
            if line[:1] != [str(number)]:
                return None
    except (ValueError, csv.Error):  # Malformed and UnicodeDecodeError are ValueErrors
        return None
    return number


def real_images(records: Records) -> Answer:
    """Answer whether the run learned real images."""
    requirement = "trained with the real images"
    if records.run is None:
        return Answer(requirement, None, "there is no run.json that says it")
    data = records.run.data
    found = f"{'the drawn stand-in' if data.is_standin else 'real images'}, says run.json: {data.caption}"
    return Answer(requirement, not data.is_standin, found, "train with the real images (docs/data.md)")


def history(records: Records) -> Answer:
    """Answer whether history.csv has a line for each epoch."""
    requirement = "history.csv has a line for each epoch"
    if records.run is None:
        return Answer(requirement, None, "there is no run.json that says how many epochs there were")
    epochs = records.run.epochs_done
    if records.history is None:
        return Answer(requirement, False, "history.csv is missing or damaged", "hand in the history.csv of the run")
    return Answer(requirement, records.history == epochs, f"{records.history} lines for {epochs} epochs")


def agreement(records: Records, files: Mapping[str, Path], networks: Sequence[NetworkFacts]) -> list[Answer]:
    """Answer whether the records agree with the files: checksums, epochs, seed and first name."""
    requirement = "the run's record agrees with the files"
    if records.run is None:
        return [Answer(requirement, None, "there is no run.json")]
    return [_checksums(records, files), *_facts(records, networks)]


def _checksums(records: Records, files: Mapping[str, Path]) -> Answer:
    known = dict(records.run.files_sha256) if records.run else {}
    known |= {name: facts.sha256 for name, facts in records.manifest.files.items()} if records.manifest else {}
    other = [name for name, path in files.items() if name in known and sha256(path) != known[name]]
    listed = ", ".join(other[:MAX_LISTED]) + (f" and {len(other) - MAX_LISTED} more" if other[MAX_LISTED:] else "")
    found = f"changed after the run: {listed}" if other else f"{sum(name in known for name in files)} files compared"
    return Answer("the files are those that the run wrote", not other, found, "hand in the files of one run, unchanged")


def _facts(records: Records, networks: Sequence[NetworkFacts]) -> Iterator[Answer]:
    run = records.run
    assert run is not None
    for network in networks:
        if not network.firstname:
            yield Answer(f"the {network.role} is of this run", None, "another program saved it")
            continue
        found = f"seed {network.seed}, epoch {network.epoch}"
        asked = f"seed {run.settings.seed}, epoch {run.epochs_done}"
        holds = (network.seed, network.epoch) == (run.settings.seed, run.epochs_done)
        yield Answer(f"the {network.role} is of this run ({asked})", holds, found, "hand in the files of one run")
    if records.manifest is not None:
        names = {network.firstname for network in networks if network.firstname}
        yield Answer(
            f"the networks have the first name {records.manifest.firstname}",
            names <= {records.manifest.firstname},
            ", ".join(sorted(names)) or "no first name",
        )
