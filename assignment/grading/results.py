"""What was found in each submission, kept in files, so that the same files are not examined twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np

import assignment
from assignment.grading.archives import ZIP_ERRORS, Unreadable
from assignment.grading.arrivals import Attempt
from assignment.grading.evidence import Evidence
from assignment.grading.examine import Examined
from assignment.grading.similarity import Sample
from assignment.storage.arrays import read_arrays
from assignment.storage.files import BLOCK_BYTES, replacing, write_json
from assignment.storage.reading import Malformed, read_json

VERSION = 1  # of the examination; a higher one examines every submission again


@dataclass(frozen=True)
class ResultFiles:
    """The files with what was found in one submission.

    key: hash of its files and of how they were examined.
    """

    folder: Path
    key: str

    @property
    def evidence(self) -> Path:
        return self.folder / f"{self.key}.json"

    @property
    def picture(self) -> Path:
        return self.folder / f"{self.key}.png"

    @property
    def samples(self) -> Path:
        return self.folder / f"{self.key}.npz"


def result_key(attempt: Attempt, conditions: Mapping[str, object]) -> str:
    """Return a hash of the files of an attempt and of the conditions under which they are examined.

    Raises OSError or Unreadable if a file cannot be read.
    """
    content = {
        "version": VERSION,
        "program": assignment.__version__,
        "conditions": dict(conditions),
        "files": [(item.name, checksum) for item, checksum in zip(attempt.items, _checksums(attempt), strict=True)],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def write_result(files: ResultFiles, examined: Examined) -> None:
    """Write what was found. The evidence comes last: a result without it is examined again."""
    if examined.picture is not None:
        with replacing(files.picture) as temporary:
            temporary.write_bytes(examined.picture)
    arrays = {
        f"{role} {kernel}": values for role, sample in examined.samples.items() for kernel, values in sample.items()
    }
    with replacing(files.samples) as temporary:
        np.savez(temporary, **arrays)  # type: ignore[arg-type]  # the names of the arrays are not those of arguments
    write_json(files.evidence, asdict(examined.evidence))


def read_result(files: ResultFiles) -> Examined | None:
    """Return what was found in a submission, None if it was not examined yet or the files are damaged."""
    evidence = read_json(files.evidence, Evidence)
    if evidence is None:
        return None
    try:
        samples: dict[str, Sample] = {}
        for name, values in read_arrays(files.samples).items():
            role, _, kernel = name.partition(" ")
            samples.setdefault(role, {})[kernel] = values
        picture = files.picture.read_bytes() if files.picture.is_file() else None
    except (Malformed, FileNotFoundError):
        return None
    return Examined(evidence, picture, samples)


def _checksums(attempt: Attempt) -> list[str]:
    """Return the SHA-256 of each file of an attempt. The ZIP file of a class is opened only once."""
    checksums = []
    with ExitStack() as stack:
        classes = {path: stack.enter_context(ZipFile(path)) for path in {i.path for i in attempt.items if i.entry}}
        for item in attempt.items:
            digest = hashlib.sha256()
            try:
                with classes[item.path].open(item.entry) if item.entry else item.path.open("rb") as file:
                    while block := file.read(BLOCK_BYTES):
                        digest.update(block)
            except ZIP_ERRORS as error:
                raise Unreadable(f"the ZIP file is damaged at {item.name}") from error
            checksums.append(digest.hexdigest())
    return checksums
