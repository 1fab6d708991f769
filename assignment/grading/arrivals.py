"""Find the submissions in a folder: from Canvas or Moodle, in a folder per student, or as loose files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from zipfile import ZipInfo

from assignment.errors import AssignmentError
from assignment.grading.archives import Unreadable, is_archive, list_class
from assignment.grading.platforms import CANVAS, Owner, owner_of_file, owner_of_folder

MAX_DEPTH = 6  # folders in folders
MAX_FILES = 50_000  # in the folder; a class of 300 that hands in 25 loose files each has 7,500
NETWORKS = (".h5", ".hdf5", ".keras")
TEACHERS_FILES = (".csv", ".toml")  # a gradebook or a rubric may be in the folder
# How a browser and Canvas mark a second file of the same name: "x (1).zip", "x-1.zip".
BROWSERS_MARK, CANVAS_MARK = re.compile(r" \([0-9]+\)$"), re.compile(r"-[0-9]{1,2}$")
OUR_ARCHIVE = re.compile(r"submission_[a-z]+_(?P<firstname>.+)")
OUR_MODEL = re.compile(r"(?:[a-z]+_)?(?:best_)?(?:generator|discriminator)_model_(?P<firstname>.+)")


@dataclass(frozen=True)
class Item:
    """A file that was handed in.

    name: its own name, without what a platform added.
    path: where it is; or the ZIP file of the platform, in which it is `entry`.
    upload: Canvas' number, higher for later files; 0 elsewhere.
    is_late: whether Canvas says so.
    """

    name: str
    path: Path
    entry: ZipInfo | None = None
    upload: int = 0
    is_late: bool = False


@dataclass(frozen=True)
class Attempt:
    """Files that were handed in together: one ZIP file, or all loose files."""

    items: tuple[Item, ...]

    @property
    def label(self) -> str:
        """What it is called in lists: the name of its ZIP file, or of its first file with the number of the others."""
        others = f" and {len(self.items) - 1} more" if len(self.items) > 1 else ""
        return self.items[0].name + others if self.items else "no file"


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    key: a name that no other submission of the class has, as in "Canvas 12345".
    owner: whose it is. attempts: in no order; () if the folder is empty.
    """

    key: str
    owner: Owner
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Arrivals:
    """What a folder contains: submissions sorted by name, and files that belong to nobody, with the reason."""

    submissions: tuple[Submission, ...]
    ignored: tuple[str, ...]


def find_submissions(folder: Path) -> Arrivals:
    """Return the submissions in a folder, or in a ZIP file of a platform.

    Raises AssignmentError if there is none, and OSError if the folder cannot be read.
    """
    finder = _Finder()
    try:
        if folder.is_dir():
            finder.search(_without_wrapping(folder))
        elif is_archive(folder.name) and folder.is_file():
            finder.add_class(folder)
        else:
            raise AssignmentError(f"{folder} is not a folder; give the folder with the submissions.")
    except Unreadable as unreadable:
        raise AssignmentError(f"{folder} cannot be read: {unreadable}.") from unreadable
    submissions = finder.submissions()
    if not submissions:
        raise AssignmentError(
            f"{folder} contains no submissions: no ZIP files, no .h5 files, and no folders of students."
        )
    order = sorted(submissions, key=lambda submission: (submission.owner.name.casefold(), submission.key))
    return Arrivals(tuple(order), tuple(finder.ignored))


def _without_wrapping(folder: Path) -> Path:
    """Return the folder that contains the students' files: the one in it, if it contains nothing but a platform's."""
    for _ in range(MAX_DEPTH):
        entries = [path for path in _visible(folder) if path.suffix.lower() not in TEACHERS_FILES]
        if len(entries) != 1 or not entries[0].is_dir() or entries[0].is_symlink() or owner_of_folder(entries[0].name):
            break
        if not any(map(_owner_of_path, _visible(entries[0]))):
            break
        folder = entries[0]
    return folder


class _Finder:
    def __init__(self) -> None:
        self._found: dict[Owner, list[Item]] = {}  # by platform, id and name
        self.ignored: list[str] = []
        self._count = 0

    def submissions(self) -> list[Submission]:
        """Return what was found. One id with two names is two submissions, which the teacher has to look at."""
        names: dict[tuple[str, str], list[str]] = {}
        for owner in self._found:
            names.setdefault((owner.platform, owner.id), []).append(owner.name)
        submissions = []
        for owner, items in self._found.items():
            key = f"{owner.platform or 'folder'} {owner.id or owner.name}"
            if owner.id and len(names[owner.platform, owner.id]) > 1:
                key = f"{key} ({owner.name})"
            is_late = any(item.is_late for item in items) if owner.platform == CANVAS else None
            submissions.append(Submission(key, replace(owner, is_late=is_late), tuple(_attempts(items))))
        return submissions

    def search(self, folder: Path) -> None:
        """Add what a folder contains, whose files and folders belong to students."""
        entries = _visible(folder)
        archives = [path for path in entries if is_archive(path.name) and not owner_of_file(path.name)]
        is_alone = all(path in archives or path.suffix.lower() in TEACHERS_FILES for path in entries)
        for path in entries:
            if path.is_symlink():
                self.ignored.append(f"{readable(path.name)}: a link, which is not followed")
            elif path.is_dir():
                self._add_folder(path)
            elif not path.is_file():
                self.ignored.append(f"{readable(path.name)}: neither a file nor a folder")
            elif is_alone and archives == [path] and not OUR_ARCHIVE.fullmatch(path.stem):
                self._add_lone_archive(path)
            else:
                self._add_file(path)

    def add_class(self, path: Path) -> None:
        """Add the files in the ZIP file of a class. Raises Unreadable if it is damaged."""
        entries, problems = list_class(path)
        self.ignored += problems
        for entry in entries:
            owner, name = _owner_of_entry(PurePosixPath(entry.filename.replace("\\", "/")))
            if owner is None:
                self.ignored.append(f"{readable(entry.filename)}: the name of no student")
            elif owner.plugin in ("", "file"):
                self._add(owner, Item(name, path, entry, owner.upload, bool(owner.is_late)))

    def _add_lone_archive(self, path: Path) -> None:
        """Add the only ZIP file in the folder: that of a class, or of the only student."""
        entries, _ = list_class(path)
        if any(_owner_of_entry(PurePosixPath(entry.filename.replace("\\", "/")))[0] for entry in entries):
            self.add_class(path)
        else:
            self._add_file(path)

    def _add_folder(self, folder: Path) -> None:
        owner = owner_of_folder(folder.name)
        if owner is not None and owner.plugin != "file":
            self.ignored.append(f"{readable(folder.name)}: not a submission of files")
            return
        owner = owner or Owner("", "", folder.name)
        self._add(owner)
        for path in self._all_files(folder, depth=0):
            self._add(owner, Item(readable(path.relative_to(folder).as_posix()), path))

    def _add_file(self, path: Path) -> None:
        owner = owner_of_file(path.name)
        if owner is not None:
            self._add(owner, Item(owner.file, path, None, owner.upload, bool(owner.is_late)))
        elif is_archive(path.name) or path.suffix.lower() in NETWORKS:
            self._add(Owner("", "", _loose_name(path)), Item(readable(path.name), path))
        elif path.suffix.lower() not in TEACHERS_FILES:
            self.ignored.append(f"{readable(path.name)}: not a submission")

    def _add(self, owner: Owner, *items: Item) -> None:
        self._found.setdefault(Owner(owner.platform, owner.id, readable(owner.name)), []).extend(items)

    def _all_files(self, folder: Path, depth: int) -> Iterator[Path]:
        for path in _visible(folder):
            self._count += 1
            if self._count > MAX_FILES:
                raise AssignmentError(f"the folder contains more than {MAX_FILES:,} files; give that of one class.")
            if path.is_symlink():
                self.ignored.append(f"{readable(f'{folder.name}/{path.name}')}: a link, which is not followed")
            elif path.is_dir() and depth < MAX_DEPTH:
                yield from self._all_files(path, depth + 1)
            elif path.is_file():
                yield path


def readable(name: str) -> str:
    """Return a name as text that can be written. A name on disk may have bytes of another encoding."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX")))


def _owner_of_path(path: Path) -> Owner | None:
    return owner_of_folder(path.name) if path.is_dir() else owner_of_file(path.name)


def _owner_of_entry(name: PurePosixPath) -> tuple[Owner | None, str]:
    """Return the owner of a file in a platform's ZIP file, and the file's own name; None if it names no student."""
    for position, part in enumerate(name.parts):
        is_last = position == len(name.parts) - 1
        owner = owner_of_file(part) if is_last else owner_of_folder(part)
        if owner is not None:
            return owner, owner.file if is_last else "/".join(name.parts[position + 1 :])
    return None, str(name)


def _loose_name(path: Path) -> str:
    """Return the student's name in the name of a loose file."""
    stem = BROWSERS_MARK.sub("", path.stem)
    match = OUR_ARCHIVE.fullmatch(stem) or OUR_MODEL.fullmatch(stem)
    return match["firstname"] if match else stem


def _attempts(items: list[Item]) -> Iterator[Attempt]:
    """Return each ZIP file as an attempt, and the other files together as one, if there is a network among them.

    Other files next to a ZIP file are left out, as a student may hand in a text with it.
    """
    archives = [item for item in items if is_archive(item.name)]
    loose = _latest([item for item in items if not is_archive(item.name)])
    for item in archives:
        yield Attempt((item,))
    if loose and (not archives or any(item.name.lower().endswith(NETWORKS) for item in loose)):
        yield Attempt(tuple(loose))


def _latest(items: list[Item]) -> list[Item]:
    """Return the files without those that were handed in again: Canvas then adds "-1" to the later one's name."""
    latest: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: (item.upload, item.name)):
        path = PurePosixPath(item.name)
        original = str(path.with_name(CANVAS_MARK.sub("", path.stem) + path.suffix)) if item.upload else item.name
        latest[original if original in latest else item.name] = item
    return list(latest.values())
