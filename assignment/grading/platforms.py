"""Whose file it is: the names that Canvas and Moodle give to the files of an assignment.

Sources:
- Canvas, `lib/content_zipper.rb` (https://github.com/instructure/canvas-lms): `name_LATE_userid_attachmentid_file`, all
  in one folder; `LATE_` only for late files; for anonymous grading `anon_anonymousid` in place of name and id.
- Moodle, `mod/assign/classes/downloader.php` (https://github.com/moodle/moodle): for each student a folder
  `name_id_assignsubmission_file`, with a `_` at the end in older versions; or, without folders, that text before the
  file's name. The id is that of the participant, which the grading worksheet calls "Identifier".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CANVAS, MOODLE = "Canvas", "Moodle"
# A name has a letter before its first "_": otherwise, a student whose name is a number could be taken for another one.
CANVAS_NAME = re.compile(
    r"(?:(?=[^_]*[^\W\d_])(?P<name>\w+?)_(?P<late>LATE_)?(?P<id>[0-9]+)|(?P<late_anon>LATE_)?(?P<anon>anon_[0-9A-Za-z]+))"
    r"_(?P<attachment>[0-9]+)_(?P<file>.+)"
)
MOODLE_NAME = re.compile(
    r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class Owner:
    """Whose file it is.

    platform: CANVAS, MOODLE, or "" for files that no learning platform named.
    id: by which a gradebook finds the student; "" without a platform.
    name: for people.
    is_late: what the platform says; None if its names do not say it.
    upload: Canvas' number of the file, higher for later uploads; 0 elsewhere.
    file: the file's own name; "" for a folder.
    plugin: Moodle's kind of submission, as in "file" or "onlinetext"; "" elsewhere.
    """

    platform: str
    id: str
    name: str
    is_late: bool | None = None
    upload: int = 0
    file: str = ""
    plugin: str = ""


def owner_of_file(name: str) -> Owner | None:
    """Return the owner of a file, by the name that a platform gave it; None for another name."""
    if match := MOODLE_NAME.fullmatch(name):
        return _moodle(match)
    if match := CANVAS_NAME.fullmatch(name):
        number = match["anon"] or match["id"]
        shown = match["name"] or f"anonymous {number.removeprefix('anon_')}"
        is_late = bool(match["late"] or match["late_anon"])
        return Owner(CANVAS, number, shown, is_late, int(match["attachment"]), match["file"])
    return None


def owner_of_folder(name: str) -> Owner | None:
    """Return the owner of a folder, by the name that Moodle gave it; None for another name."""
    match = MOODLE_NAME.fullmatch(name)
    return _moodle(match) if match and not match["file"] else None


def _moodle(match: re.Match[str]) -> Owner:
    return Owner(MOODLE, match["id"], match["name"].strip(), file=match["file"] or "", plugin=match["plugin"])
