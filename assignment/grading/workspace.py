"""Every path that `assignment grade` writes."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assignment.grading.arrivals import Submission
from assignment.settings.checks import WINDOWS_RESERVED
from assignment.storage.files import PARTIAL_NAME, check_files, ensure_writable, files_named
from assignment.storage.workspace import RunFile

MAX_NAME = 60  # characters of a feedback page's name
DISCARDED = "discarded-"  # how the name of a folder begins that is being deleted


@dataclass(frozen=True)
class GradingWorkspace:
    """The files of a graded class."""

    folder: Path

    page = RunFile("grades.html")
    table = RunFile("grades.csv")
    record = RunFile("grades.json")
    feedback = RunFile("feedback")  # a folder with a page for each student
    results = RunFile("results")  # a folder with what was found in each submission, for the next time
    scratch = RunFile("scratch")  # a folder to which submissions are unpacked
    lock = RunFile(".lock")
    holder = RunFile(".holder.json")

    def prepare(self) -> None:
        """Create the folders, and check that the files can be written.

        Raises AssignmentError, which names what is in the way.
        """
        for folder in (self.folder, self.feedback, self.results, self.scratch):
            ensure_writable(folder)
        check_files(self.page, self.table, self.record, self.lock, self.holder)

    def feedback_pages(self, submissions: Sequence[Submission]) -> dict[str, Path]:
        """Return the path of each student's page by the submission's key, as in `feedback/doejane_12345.html`.

        No two paths differ only in upper and lower case, which some systems do not distinguish.
        """
        pages: dict[str, Path] = {}
        taken: set[str] = set()
        for submission in submissions:
            name = _page_name(submission)
            if name.lower() in taken:
                name = f"{name}_{hashlib.sha256(submission.key.encode()).hexdigest()[:8]}"
            taken.add(name.lower())
            pages[submission.key] = self.feedback / f"{name}.html"
        return pages

    def remove_other_pages(self, pages: Collection[Path]) -> None:
        """Delete the pages of students that an earlier grading wrote, except for these."""
        for path in self.feedback.glob("*.html"):
            if path not in pages and path.is_file():
                path.unlink(missing_ok=True)

    def remove_partials(self) -> None:
        """Delete what a command that was killed left."""
        for folder in (self.folder, self.feedback, self.results):
            for path in files_named(folder, PARTIAL_NAME):
                path.unlink(missing_ok=True)
        self.remove_scratch()

    def remove_scratch(self) -> None:
        """Delete what submissions were unpacked to.

        Each folder is renamed first: a process of a command that was killed, which may still work in it, sees at its
        end that the folder is gone, and writes no result.
        """
        for path in list(self.scratch.iterdir()) if self.scratch.is_dir() else ():
            discarded = path if path.name.startswith(DISCARDED) else path.with_name(DISCARDED + secrets.token_hex(8))
            with suppress(OSError):  # on Windows, if a process has a file open in it
                path.rename(discarded)
                shutil.rmtree(discarded, ignore_errors=True)
        with suppress(OSError):  # it is not empty, or does not exist
            self.scratch.rmdir()


def _page_name(submission: Submission) -> str:
    owner = submission.owner
    words = re.sub(r"[^\w-]+", "_", owner.name)[:MAX_NAME].strip("_") or "student"
    name = f"{words}_{owner.id.removeprefix('anon_')}" if owner.id else words
    return f"_{name}" if WINDOWS_RESERVED.fullmatch(name) else name
