"""The answers of a check: one line for each requirement, one for each finding."""

from __future__ import annotations

from dataclasses import dataclass

YES, NO, UNKNOWN = "yes", "no", "could not be checked"
TOPICS = FILE, LAYERS, NAME, TRAINED, LENGTH, COMPILED, PIXELS = (
    "file",
    "layers",
    "name",
    "trained",
    "length",
    "compiled",
    "pixels",
)


@dataclass(frozen=True)
class Line:
    """The answer to one requirement of a sheet.

    requirement: what is asked, as in "layer 4: Conv2DTranspose, 128 kernels 5x5, stride 1, no bias".
    answer: YES, NO or UNKNOWN.
    found: what the file has instead, or why it could not be checked.
    advice: what to do if the answer is no.
    topic: what the requirement is about, one of `TOPICS`; a rubric gives points by topic.
    """

    requirement: str
    answer: str
    found: str = ""
    advice: str = ""
    topic: str = LAYERS


@dataclass(frozen=True)
class Finding:
    """Something that the weights or the images reveal, which is not a requirement of the sheet.

    title: in a few words. numbers: what was measured. meaning: what it usually means, and what to do.
    is_serious: whether the network does not work because of it.
    """

    title: str
    numbers: str
    meaning: str
    is_serious: bool = True
