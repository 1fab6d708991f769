"""`assignment submit`: checks a run, and writes its files into one ZIP file."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from assignment.checking.check import check_file
from assignment.checking.sheets import SHEETS
from assignment.report.sheet import Sheet
from assignment.session.screen import Screen
from assignment.settings.submitting import SubmitSettings
from assignment.storage.files import sha256
from assignment.storage.workspace import Workspace
from assignment.submission import manifest as manifests
from assignment.submission.archive import archive_bytes, write_archive
from assignment.submission.contents import (
    MEGABYTE,
    RunFacts,
    find_problems,
    leave_out,
    read_run,
    submission_files,
)
from assignment.submission.manifest import FileFacts, Manifest, manifest_json

MANIFEST_BYTES = 20_000  # with 30 files it has some 5,000


def submission_path(settings: SubmitSettings) -> Path:
    """Return the path of the ZIP file, as in outputs/ana/submission_fashion_ana.zip."""
    name = f"submission_{settings.track}_{settings.firstname}.zip"
    return settings.outputs_dir / settings.firstname / name


def submit(settings: SubmitSettings, workspace: Workspace, screen: Screen) -> Path | None:
    """Write a run's submission; return its path, None if something is missing and `anyway` is not set.

    The caller must hold the lock on the run's folder.
    Raises AssignmentError if there is no run, or its networks and records are larger than `max_mb`.
    """
    facts = read_run(workspace, settings.train_command)
    files = submission_files(workspace)
    checks = [check_file(path, SHEETS[settings.track]) for path in workspace.models if path.is_file()]
    problems = find_problems(workspace, facts, load_sheet(settings.track), files, checks)
    if problems:
        screen.say("Missing, or different from the sheet:")
        for problem in problems:
            screen.say_wrapped(f"  - {problem}")
        if not settings.anyway:
            screen.say("Nothing was written. Add --anyway to submit it all the same.")
            return None
    return _write(settings, workspace, facts, files, problems, screen)


def load_sheet(track: str) -> Sheet:
    """Return the eight steps of a track's sheet. Only its own package is imported."""
    return import_module(f"assignment.{track}.sheet").SHEET


def _write(
    settings: SubmitSettings,
    workspace: Workspace,
    facts: RunFacts,
    files: dict[str, Path],
    problems: list[str],
    screen: Screen,
) -> Path:
    kept = [path.name for path in (*workspace.models, workspace.record, workspace.history, workspace.metrics)]
    left_out = []
    if settings.max_mb is not None:
        sizes = {name: path.stat().st_size for name, path in files.items()}
        maximum = int(settings.max_mb * MEGABYTE) - MANIFEST_BYTES
        left_out = leave_out(sizes, maximum, archive_bytes, kept)
    included = {name: path for name, path in files.items() if name not in left_out}
    manifest = Manifest(
        firstname=settings.firstname,
        track=settings.track,
        seed=facts.settings.seed,
        epochs=facts.epochs_done,
        status=facts.status,
        images=facts.data.caption,
        is_standin=facts.data.is_standin,
        written=facts.written,
        versions=facts.versions,
        problems=tuple(problems),
        left_out=tuple(left_out),
        files={name: FileFacts(path.stat().st_size, sha256(path)) for name, path in included.items()},
    )
    text = json.dumps(manifest_json(manifest), indent=2, ensure_ascii=False) + "\n"
    path = submission_path(settings)
    write_archive(path, {manifests.NAME: text.encode(), **included})
    if left_out:
        screen.say_wrapped(f"  left out for --max-mb {settings.max_mb:g}: {', '.join(left_out)}")
    size = path.stat().st_size / MEGABYTE
    screen.say(f"  wrote {path} ({len(included) + 1} files, {size:.1f} MB); hand in this file")
    return path
