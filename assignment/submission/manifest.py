"""The manifest of a submission: whose it is, how it was trained, and the checksum of every file in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from msgspec import Meta

from assignment.storage.reading import Text, parse_json

NAME = "manifest.json"
FORMAT = 1  # of the manifest
Names = Annotated[tuple[Text, ...], Meta(max_length=1_000)]


@dataclass(frozen=True)
class FileFacts:
    """The size of a file in bytes, and its SHA-256."""

    bytes: Annotated[int, Meta(ge=0)]
    sha256: Text


@dataclass(frozen=True)
class Manifest:
    """What a submission contains.

    seed, epochs, status, images, is_standin, written, versions: those of the run, as in its run.json.
    problems: what was missing when it was made; () if nothing was.
    left_out: files of the run that --max-mb left out.
    files: all other files in the ZIP file, by name.
    """

    firstname: Text
    track: Text
    seed: Annotated[int, Meta(ge=0)]
    epochs: Annotated[int, Meta(ge=0)]
    status: Text
    images: Text
    is_standin: bool
    written: Text
    versions: Annotated[dict[Text, Text], Meta(max_length=100)]
    problems: Names
    left_out: Names
    files: Annotated[dict[Text, FileFacts], Meta(max_length=1_000)]
    format: int = FORMAT


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest for `json.dumps`."""
    return asdict(manifest)


def parse_manifest(text: bytes) -> Manifest:
    """Return the manifest in a JSON text. Raises Malformed if it has another shape."""
    return parse_json(text, Manifest)
