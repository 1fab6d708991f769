"""What a run left that belongs to its submission, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from assignment.checking.answers import LENGTH, NO
from assignment.checking.check import FileCheck
from assignment.data.dataset import Provenance
from assignment.errors import AssignmentError
from assignment.report.sheet import Sheet
from assignment.storage.files import sha256
from assignment.storage.reading import Text, read_json
from assignment.storage.workspace import Workspace

MEGABYTE = 1_000_000  # bytes; some platforms mean 1,048,576, so a submission fits in either


@dataclass(frozen=True)
class RunSettings:
    """The settings in a run.json that a submission repeats."""

    seed: Annotated[int, Meta(ge=0)]


@dataclass(frozen=True)
class RunFacts:
    """What is read of the run.json of a run that is handed in."""

    status: Text
    written: Text
    epochs_done: Annotated[int, Meta(ge=0)]
    settings: RunSettings
    versions: Annotated[dict[Text, Text], Meta(max_length=100)]
    data: Provenance
    deviations: Annotated[list[Text], Meta(max_length=100)]
    files_sha256: Annotated[dict[Text, Text], Meta(max_length=1_000)]
    evaluated: bool = True


def read_run(workspace: Workspace, command: str) -> RunFacts:
    """Return the facts of a run. Raises AssignmentError if there is none; `command` is how to train it."""
    facts = read_json(workspace.record, RunFacts)
    if facts is None:
        reason = "is damaged" if workspace.record.exists() else "does not exist"
        raise AssignmentError(f"{workspace.record} {reason}; train first, or continue the training, with: {command}")
    return facts


def submission_files(workspace: Workspace) -> dict[str, Path]:
    """Return the files of a run that exist and belong to its submission, by name: networks first, then by name."""
    others = [workspace.report, workspace.explore_page, workspace.record, workspace.history, workspace.metrics]
    others += [*workspace.figures, *workspace.grids()]
    paths = [*workspace.models, *sorted(others, key=lambda path: path.name)]
    return {path.name: path for path in paths if path.is_file()}


def leave_out(
    sizes: Mapping[str, int], maximum: int, size_of: Callable[[Mapping[str, int]], int], kept: Sequence[str]
) -> list[str]:
    """Return the files to leave out so that the submission has at most `maximum` bytes.

    The animation goes first, then the pages, which repeat what the other files have, then the largest figures.
    size_of: the size of a submission with files of these sizes.
    kept: files that are never left out.
    Raises AssignmentError if what must stay is too large.
    """
    remaining, left = dict(sizes), []
    order = sorted(sizes, key=lambda name: (not name.endswith(".gif"), not name.endswith(".html"), -sizes[name]))
    for name in (name for name in order if name not in kept):
        if size_of(remaining) <= maximum:
            break
        left.append(name)
        del remaining[name]
    if size_of(remaining) > maximum:
        needed = size_of(remaining) / MEGABYTE
        raise AssignmentError(f"the .h5 files and the records alone have {needed:.1f} MB; give a larger --max-mb.")
    return left


def find_problems(
    workspace: Workspace, facts: RunFacts, sheet: Sheet, files: Mapping[str, Path], checks: Sequence[FileCheck]
) -> list[str]:
    """Return what is missing or differs from the sheet, a sentence each; [] for a complete run."""
    return [
        *facts.deviations,
        *_unfinished(facts),
        *_missing_files(workspace, facts, sheet, files),
        *_changed_files(facts, files),
        *_other_networks(facts, checks),
        *(sentence for check in checks for sentence in _of_check(check, is_recorded=bool(facts.deviations))),
    ]


def _unfinished(facts: RunFacts) -> Iterator[str]:
    if facts.status != "finished":
        yield f"The run is {facts.status}, after {facts.epochs_done} epochs. The same command continues it."


def _missing_files(workspace: Workspace, facts: RunFacts, sheet: Sheet, files: Mapping[str, Path]) -> Iterator[str]:
    for number, step in enumerate(sheet, 1):
        for pattern in step.figures:
            if not any(fnmatch(name, pattern) for name in files):
                yield f"Step {number} ({step.title}): {pattern} is missing."
    needed = [*workspace.models, workspace.history, workspace.report]
    if facts.evaluated:
        needed.append(workspace.metrics)
    for path in needed:
        if path.name not in files:
            yield f"{path.name} is missing."


def _changed_files(facts: RunFacts, files: Mapping[str, Path]) -> Iterator[str]:
    for name, path in files.items():
        if facts.files_sha256.get(name) not in (None, sha256(path)):
            yield f"{path.name} was changed after the run."


def _other_networks(facts: RunFacts, checks: Sequence[FileCheck]) -> Iterator[str]:
    """Return what the networks' files say of another run."""
    expected = {"seed": facts.settings.seed, "epoch": facts.epochs_done}
    for check in checks:
        for name, value in expected.items():
            found = check.facts.get(name, value)
            if found != value:
                yield f"{check.path.name} has the {name} {found}, but run.json the {name} {value}."


def _of_check(check: FileCheck, is_recorded: bool) -> Iterator[str]:
    """Return what a check of a network found; its length of training only if the run's record does not say it."""
    if check.unusable:
        yield f"{check.path.name} cannot be checked: {check.unusable}."
    for line in check.lines:
        if line.answer == NO and not (is_recorded and line.topic == LENGTH):
            yield f"{check.path.name}: {line.requirement}. Found: {line.found}."
    for finding in check.findings:
        if finding.is_serious:
            yield f"{check.path.name}: {finding.title}: {finding.numbers}."
