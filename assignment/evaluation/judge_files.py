"""A judge as two files: its weights (.npz) and the facts about its training (.json)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from msgspec import Meta

from assignment.errors import AssignmentError
from assignment.evaluation.judge import Judge, build_classifier
from assignment.storage.arrays import read_arrays
from assignment.storage.files import replacing, sha256, write_json
from assignment.storage.reading import Malformed, Text, check_regular, convert, read_json

MAX_BYTES = 2**22  # of a judge's weights, three times what they take
FACTS_SUFFIX = ".json"
FACTS_CHECKSUM = "facts_sha256"


@dataclass(frozen=True)
class JudgeFacts:
    """What is known of a judge.

    data, data_md5: the name and the MD5 of its data set; images: their caption.
    code: the version of the code that trained it; seed and epochs of the training.
    weights: the hash of its weights.
    accuracy: share of the test images that it recognizes.
    seconds, made, versions: how long its training took, when that was, and the versions of the packages.
    """

    data: Text
    data_md5: Text
    images: Text
    code: int
    seed: int
    epochs: int
    weights: Text
    accuracy: Annotated[float, Meta(ge=0, le=1)]
    seconds: float
    made: Text
    versions: dict[str, Text]


class StoredJudge(NamedTuple):
    """A judge and its facts."""

    judge: Judge
    facts: JudgeFacts


def write_judge(path: Path, stored: StoredJudge, more_facts: Mapping[str, Any] | None = None) -> None:
    """Write the weights to `path`, then all facts, with the SHA-256 of both. Raises OSError if that fails."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{weight.path: weight.numpy() for weight in stored.judge.classifier.weights})
    facts = {**asdict(stored.facts), **(more_facts or {}), "sha256": sha256(path)}
    write_json(path.with_suffix(FACTS_SUFFIX), {**facts, FACTS_CHECKSUM: facts_checksum(facts)})


def read_judge(path: Path) -> StoredJudge | None:
    """Return the judge whose weights are at `path`; None if its files are missing, damaged or contradict each other."""
    try:
        content = read_intact_facts(path)
        if content is None:
            return None
        facts = convert(content, JudgeFacts)
        judge = Judge(build_classifier())
        _set_weights(judge, read_arrays(path))
    except (OSError, Malformed, AssignmentError):
        return None
    return StoredJudge(judge, facts) if facts.weights == judge.fingerprint() else None


def read_intact_facts(path: Path) -> dict[str, Any] | None:
    """Return all facts of the judge whose weights are at `path`, None unless both files have their checksums.

    It builds no network.
    """
    try:
        facts = read_facts(path)
        check_regular(path)
        is_intact = path.stat().st_size <= MAX_BYTES and facts.get("sha256") == sha256(path)
    except (OSError, Malformed, AssignmentError):
        return None
    return facts if is_intact else None


def read_facts(path: Path) -> dict[str, Any]:
    """Return all facts of the judge whose weights are at `path`.

    Raises Malformed if they are missing or were changed, AssignmentError if the file is not a regular one, and OSError
    if it cannot be read.
    """
    facts = read_json(path.with_suffix(FACTS_SUFFIX), dict[str, Any]) or {}
    if facts.pop(FACTS_CHECKSUM, None) != facts_checksum(facts):
        raise Malformed("the facts do not have their checksum")
    return facts


def facts_checksum(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of facts, in any order of their names."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _set_weights(judge: Judge, arrays: Mapping[str, np.ndarray]) -> None:
    """Set a judge's weights. Raises Malformed if the arrays have other names, shapes or types, or are not finite."""
    weights = {weight.path: weight for weight in judge.classifier.weights}
    expected = {path: tuple(weight.shape) for path, weight in weights.items()}
    if {name: array.shape for name, array in arrays.items()} != expected:
        raise Malformed("the arrays do not have the names and shapes of a judge's weights")
    for path, weight in weights.items():
        if arrays[path].dtype != np.float32 or not np.isfinite(arrays[path]).all():
            raise Malformed(f"the values of {path} are not finite numbers in float32")
        weight.assign(arrays[path])
