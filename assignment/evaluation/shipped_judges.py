"""The judges that come with the program: one for each real data set, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from msgspec import Meta

from assignment.errors import AssignmentError
from assignment.evaluation.floor import Floor, images_md5
from assignment.evaluation.judge_files import FACTS_SUFFIX, StoredJudge, read_facts, read_intact_facts, read_judge
from assignment.evaluation.scores import METRICS
from assignment.storage.reading import Malformed, Text, convert

FOLDER = Path(__file__).parent / "judges"


@dataclass(frozen=True)
class ShippedFacts:
    """What is measured once with a shipped judge, besides the facts of every judge.

    command: the command that trains it.
    floors: the floor of each set of real images that a track compares with, by the images' MD5.
    gan_train: accuracy on the test images of a classifier trained as for GAN-train, but on real images.
    """

    command: Text
    floors: dict[str, Floor]
    gan_train: Annotated[float, Meta(ge=0, le=1)]


def check_shipped_judge(name: str, folder: Path = FOLDER) -> None:
    """Raise AssignmentError if the files of a data set's judge are missing or damaged. Builds no network.

    A run calls it before the training: a network more would change the numbers in the names of the run's layers.
    """
    facts = read_intact_facts(judge_path(name, folder))
    if facts is None or facts.get("data") != name:
        raise AssignmentError(f"{_damaged(name, folder)} To train without it, add --no-evaluation.")


def read_shipped_judge(name: str, folder: Path = FOLDER) -> StoredJudge:
    """Return the judge of a data set ("mnist" or "fashion-mnist"). Raises AssignmentError if its files are damaged."""
    stored = read_judge(judge_path(name, folder))
    if stored is None or stored.facts.data != name:
        raise AssignmentError(_damaged(name, folder))
    return stored


def read_shipped_facts(name: str, folder: Path = FOLDER) -> ShippedFacts:
    """Return what was measured with a shipped judge. Raises AssignmentError if the file is damaged."""
    try:
        facts = convert(read_facts(judge_path(name, folder)), ShippedFacts)
    except Malformed as error:
        raise AssignmentError(_damaged(name, folder)) from error
    if any(floor.scores.keys() ^ METRICS.keys() for floor in facts.floors.values()):
        raise AssignmentError(_damaged(name, folder))
    return facts


def shipped_floor(name: str, images: np.ndarray, folder: Path = FOLDER) -> Floor:
    """Return the floor of real images float32 (n, 28, 28, 1) of a data set.

    Raises AssignmentError if the file is damaged, or has no floor of these images.
    """
    floor = read_shipped_facts(name, folder).floors.get(images_md5(images))
    if floor is None:
        raise AssignmentError(_damaged(name, folder))
    return floor


def judge_path(name: str, folder: Path = FOLDER) -> Path:
    """Return the file of a shipped judge's weights."""
    return folder / f"{name}.npz"


def _damaged(name: str, folder: Path) -> str:
    path = judge_path(name, folder)
    return (
        f"the judge in {folder}, {path.name} and {path.with_suffix(FACTS_SUFFIX).name}, is missing or damaged; install"
        " the program again, or in a checkout give `git checkout assignment/evaluation/judges`."
    )
