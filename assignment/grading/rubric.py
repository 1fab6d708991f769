"""The rubric: which checks give how many points."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from assignment.errors import AssignmentError, one_line, suggest
from assignment.grading.evidence import CHECKS, FIGURE
from assignment.storage.reading import Malformed, Text, convert, read_bytes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULTS = Path(__file__).parent / "rubrics"  # one for each track
MAX_BYTES = 2**20
Points = Annotated[float, Meta(ge=0, le=10_000)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]


@dataclass(frozen=True)
class Criterion:
    """What gives points.

    step: of the sheet, 1 to 8.
    points: for all its checks and figures together; each gives the same share.
    reason: why it gives points, in one sentence for the student.
    checks: names of `evidence.CHECKS`. figures: names of files; `*` matches several.
    """

    step: Annotated[int, Meta(ge=1, le=8)]
    title: Text
    points: Points
    reason: Text
    checks: tuple[Text, ...] = ()
    figures: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its checks in the evidence."""
        return (*self.checks, *(f"{FIGURE}{name}" for name in self.figures))


@dataclass(frozen=True)
class Rubric:
    """How a class is graded.

    track: the sheet. epochs, batch_size: in place of the sheet's; 0 for those of the sheet.
    late_points: taken off if the platform says that the submission is late.
    """

    title: Text
    track: Text
    criteria: tuple[Criterion, ...]
    epochs: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    batch_size: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    late_points: Points = 0.0

    @property
    def total(self) -> float:
        """The most points that a submission can have."""
        return sum(criterion.points for criterion in self.criteria)


def default_rubric(track: str) -> Path:
    """Return the path of the rubric that comes with the program for a track."""
    return DEFAULTS / f"{track}.toml"


def read_rubric(path: Path) -> Rubric:
    """Return a rubric. Raises AssignmentError, which says what is wrong, if it is none."""
    if path.is_dir():
        raise AssignmentError(f"the rubric {path} is a folder; give a file.")
    try:
        content = tomllib.loads(read_bytes(path, MAX_BYTES).decode("utf-8-sig"))
        rubric = convert(content, Rubric)
    except FileNotFoundError:
        raise AssignmentError(f"the rubric {path} does not exist.") from None
    except UnicodeDecodeError:
        raise AssignmentError(f"the rubric {path} is not text in UTF-8; save it so.") from None
    except (tomllib.TOMLDecodeError, Malformed) as error:
        raise AssignmentError(f"the rubric {path} cannot be read: {_place(one_line(error))}.") from error
    _check(rubric, content, path)
    return rubric


def _check(rubric: Rubric, content: dict[str, Any], path: Path) -> None:
    """Raise AssignmentError for names that a rubric does not have, and for checks that do not exist."""
    unknown = set(content) - set(Rubric.__dataclass_fields__)
    for item in content["criteria"]:
        unknown |= set(item) - set(Criterion.__dataclass_fields__)
    if unknown:
        raise AssignmentError(f"the rubric {path} has the unknown name {sorted(unknown)[0]!r}; see docs/teaching.md.")
    for criterion in rubric.criteria:
        for name in criterion.checks:
            if name not in CHECKS:
                hint = suggest(name, CHECKS) or f"the checks are {', '.join(CHECKS)}"
                raise AssignmentError(f"the rubric {path} has the unknown check {name!r}; {hint}.")
        if not criterion.names:
            raise AssignmentError(f"the rubric {path} has no checks or figures for {criterion.title!r}.")
    if not rubric.total > 0:
        raise AssignmentError(f"the rubric {path} gives no points.")


def _place(message: str) -> str:
    """Return a message of msgspec with the place in words: "criterion 3, points" for `$.criteria[2].points`."""

    def words(match: re.Match[str]) -> str:
        name = f", {match['name']}" if match["name"] else ""
        return f"in criterion {int(match['number']) + 1}{name}"

    message = re.sub(r"- at `\$\.criteria\[(?P<number>[0-9]+)\](?:\.(?P<name>\w+))?[^`]*`", words, message)
    return re.sub(r"- at `\$\.?(\w*)`", r"in \1", message)
