"""Finds the files of a data set in a folder, in the layouts that people have. It reads no file.

Names are compared by their letters and digits only, in upper or lower case: `train-images.idx3-ubyte` is
`train-images-idx3-ubyte`. That is safe, since the content of every file is compared with a published MD5.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from assignment.errors import AssignmentError, os_reason

RAW_FOLDER = "raw"  # torchvision keeps the files in MNIST/raw and FashionMNIST/raw
NAMES_IN_MESSAGE = 5  # of a folder's files
LONGEST_NAME = 60  # characters in a message

Entries = dict[str, list[Path]]  # the paths in a folder, by the letters and digits of their names
Layout = tuple[str, ...]  # the names of the files that hold a data set


def find(folder: Path, name: str, title: str, layouts: Sequence[Layout]) -> tuple[Layout, list[list[Path]]]:
    """Return the first layout whose files are all there, and for each of its names the paths that have it.

    It searches the folder `name` in `folder`, then `folder`, each with its folder `raw`. A file may have the suffix
    `.gz`, and it may be in a folder of its own name, as some ZIP archives unpack.

    name, title: those of the data set.
    Raises AssignmentError, which says what is missing and what was found, if no layout is complete.
    """
    if not os.path.isdir(folder):
        raise AssignmentError(f"the data folder {folder} is a file; give the folder that contains it.")
    try:
        searched = list(_folders(folder, name))
        most, closest = 0, searched[0]
        missing: Layout = ()
        for place in searched:
            entries = _entries(place)
            for layout in layouts:
                copies = [_copies(entries, file_name) for file_name in layout]
                if all(copies):
                    return layout, copies
                if (found := sum(map(bool, copies))) > most:
                    most, closest = found, place
                    missing = tuple(file_name for file_name, paths in zip(layout, copies) if not paths)
        contents = _describe(closest)
    except OSError as error:
        reason = os_reason(error)
        place = error.filename or folder
        raise AssignmentError(f"the data folder {place} cannot be read ({reason}); make it readable.") from error
    if missing:
        problem = f"no {_join(missing)} (or .gz) of {title}"
    else:
        problem = f"no files of {title}; it needs {', or '.join(map(_join, layouts))} (each can have .gz)"
    raise AssignmentError(f"the data folder {closest} has {problem}; it contains {contents}.")


def _folders(folder: Path, name: str) -> Iterator[Path]:
    for place in (*_entries(folder).get(_letters_and_digits(name), ()), folder):
        if os.path.isdir(place):
            yield place
            yield from (path for path in _entries(place).get(RAW_FOLDER, ()) if os.path.isdir(path))


def _entries(folder: Path) -> Entries:
    entries: Entries = {}
    for name in sorted(os.listdir(folder)):
        entries.setdefault(_letters_and_digits(name), []).append(folder / name)
    return entries


def _copies(entries: Entries, name: str) -> list[Path]:
    """Return the paths that have a name: files, not gzipped first, then files in a folder of that name."""
    keys = (_letters_and_digits(name), _letters_and_digits(f"{name}.gz"))
    paths = [path for key in keys for path in entries.get(key, ())]
    folders = [path for path in paths if os.path.isdir(path)]
    files = [path for path in paths if path not in folders]
    return files + [path for inner in folders for path in _copies(_files(inner), name)]


def _files(folder: Path) -> Entries:
    entries = _entries(folder)
    return {key: [path for path in paths if not os.path.isdir(path)] for key, paths in entries.items()}


def _letters_and_digits(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _join(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _describe(folder: Path) -> str:
    """Return the first names in a folder and the number of others, in words."""
    names = sorted(os.listdir(folder))
    first = [
        "".join(character if character.isprintable() else "?" for character in name[:LONGEST_NAME])
        + ("/" if os.path.isdir(folder / name) else "")
        for name in names[:NAMES_IN_MESSAGE]
    ]
    if len(names) > len(first):
        first.append(f"{len(names) - len(first):,} more")
    return _join(first) if first else "nothing"
