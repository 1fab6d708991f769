"""The files of a data set for the workers: from a folder that they share with the command, or copied once to each."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from assignment.data.sources import Source, files_in_folder
from assignment.storage import files
from assignment.storage.files import replacing


class ImagesMissing(Exception):
    """The worker has no copy of the images yet."""


@dataclass(frozen=True)
class ImageFiles:
    """The files of a data set.

    folder: the data folder as the command names it; a worker that shares it finds them there.
    checksums: SHA-256 by the name in the folder, with slashes.
    """

    folder: str
    checksums: dict[str, str]

    @property
    def key(self) -> str:
        """A name for the copy of these files on a worker."""
        return sha256(repr(sorted(self.checksums.items())).encode()).hexdigest()[:16]


def describe_images(source: Source, folder: Path) -> ImageFiles:
    """Return the files of a data set in a folder. Raises AssignmentError if the folder does not have it."""
    folder = folder.absolute()
    paths = files_in_folder(source, folder)
    return ImageFiles(str(folder), {path.relative_to(folder).as_posix(): files.sha256(path) for path in paths})


def read_images(images: ImageFiles) -> dict[str, bytes]:
    """Return the contents of the files in their own folder, by name."""
    return {name: (Path(images.folder) / name).read_bytes() for name in images.checksums}


def find_images(images: ImageFiles, scratch: Path) -> Path:
    """Return the folder on this worker that has the files. Raises ImagesMissing if there is none."""
    for folder in (Path(images.folder), _copy_folder(images, scratch)):
        if _has(folder, images):
            return folder
    raise ImagesMissing


def store_images(images: ImageFiles, contents: dict[str, bytes], scratch: str) -> None:
    """Write the files on this worker."""
    for name in images.checksums:
        with replacing(_copy_folder(images, Path(scratch)) / name) as temporary:
            temporary.write_bytes(contents[name])


def _copy_folder(images: ImageFiles, scratch: Path) -> Path:
    return scratch / f"images-{images.key}"


def _has(folder: Path, images: ImageFiles) -> bool:
    try:
        return all(files.sha256(folder / name) == checksum for name, checksum in images.checksums.items())
    except OSError:
        return False
