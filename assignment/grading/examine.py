"""Examine one submission: unpack it, check its networks, read its records, and measure its generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from shutil import copyfile
from typing import Any
from zipfile import ZipFile

import numpy as np

from assignment.checking import answers as topics
from assignment.checking.answers import Finding
from assignment.checking.check import FileCheck, check_file
from assignment.checking.images import generate
from assignment.checking.roles import DISCRIMINATOR, GENERATOR
from assignment.checking.sheets import IMAGE, Sheet
from assignment.figures.thumbnails import thumbnail
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused
from assignment.grading import evidence as names
from assignment.grading.archives import MAX_ARCHIVE_BYTES, Unreadable, is_archive, list_files, shown, unpack
from assignment.grading.arrivals import NETWORKS, Attempt, Item
from assignment.grading.evidence import FIGURE, Answer, Evidence, NetworkFacts, answer_of
from assignment.grading.records import Records, agreement, history, read_records, real_images
from assignment.grading.similarity import Sample, hash_weights, sample_kernels
from assignment.settings.checks import WINDOWS_RESERVED

MAX_NETWORKS = 8  # files of networks in a submission; two are expected
MAX_NAME = 80  # characters of a file's name on disk
MAX_LISTED = 5  # names of files in a message
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".gif": b"GIF8"}  # how a figure begins
ROLES = (GENERATOR, DISCRIMINATOR)
SHEETS_NAMES = ("generator_model_", "discriminator_model_")  # how the names of its files begin
REQUIREMENTS = {  # on the images, answered by the judge
    names.RECOGNIZABLE: "recognizable images",
    names.VARIED: "varied images",
    names.ORIGINAL: "images that are no copies of training images",
}

Files = Mapping[str, Path]  # of a submission, by name
Chosen = Mapping[str, FileCheck]  # the network of each role that is graded


@dataclass(frozen=True)
class Metrics:
    """The metrics of generated images by name, those of real images, and the answers that follow from them."""

    metrics: dict[str, float]
    floor: dict[str, float]
    answers: dict[str, Answer]


Measure = Callable[[Network[np.ndarray], Mapping[str, Any]], Metrics]  # of a generator and the facts in its file


@dataclass(frozen=True)
class Examined:
    """What was found in a submission.

    picture: images of its generator as a PNG; None if they cannot be computed.
    samples: of the kernels of each network, by its role.
    """

    evidence: Evidence
    picture: bytes | None = None
    samples: Mapping[str, Sample] = field(default_factory=dict)


def examine(attempt: Attempt, scratch: Path, sheet: Sheet, measure: Measure | None) -> Examined:
    """Return what is known about the files of an attempt.

    scratch: an empty folder to unpack them to.
    measure: measures a generator; raises Unreadable, with the reason, if it cannot. None to leave the metrics out.
    """
    try:
        files = unpack_attempt(attempt, scratch)
    except Unreadable as unreadable:
        return Examined(Evidence(str(unreadable)))
    checks = _check_networks(files, sheet)
    if not checks:
        listed = ", ".join(shown(name) for name in sorted(files)[:MAX_LISTED])
        return Examined(Evidence(f"it has no .h5 file (files: {listed or 'none'})", tuple(sorted(files))))
    chosen = _choose(checks)
    records = read_records(files)
    if not chosen and records.run is None:
        return Examined(
            Evidence(f"none of its networks can be read ({_missing(checks, GENERATOR)})", tuple(sorted(files)))
        )
    networks = tuple(_facts(check) for check in chosen.values())
    answers = {
        **_network_answers(checks, chosen),
        names.REAL_IMAGES: (_real_images(records, chosen),),
        names.HISTORY: (history(records),),
        names.RECORD: tuple(agreement(records, files, networks)),
        **dict(_figure_answers(files)),
    }
    evidence = Evidence(
        files=tuple(sorted(files)),
        checks=answers,
        findings=(
            *((role, finding) for role, check in chosen.items() for finding in check.findings),
            *_record_findings(answers[names.RECORD]),
        ),
        networks=networks,
        recorded=records.recorded,
        left_out=records.manifest.left_out if records.manifest else (),
        notes=(*_notes(checks, chosen), *_unread(files, checks)),
    )
    picture, evidence = _with_images(evidence, chosen.get(GENERATOR), measure)
    samples = {role: sample_kernels(check.network) for role, check in chosen.items() if check.network}
    return Examined(evidence, picture, samples)


def unpack_attempt(attempt: Attempt, scratch: Path) -> dict[str, Path]:
    """Copy the files of an attempt to `scratch`; return their paths by name.

    Of a ZIP file, what it contains; a ZIP file in it is left out. Raises Unreadable if they cannot be read.
    """
    files: dict[str, Path] = {}
    remaining = MAX_ARCHIVE_BYTES
    with ExitStack() as stack:
        classes = {path: stack.enter_context(ZipFile(path)) for path in {i.path for i in attempt.items if i.entry}}
        for item in attempt.items:
            if not is_archive(item.name):
                remaining -= _copy(item, classes, _new_path(files, item.name, scratch), remaining)
                continue
            path = scratch / "submission.zip"
            remaining -= _copy(item, classes, path, remaining)
            with path.open("rb") as file:
                entries = list_files(file)
            with ZipFile(path) as archive:
                for entry in entries:
                    if not is_archive(entry.filename):
                        remaining -= unpack(archive, entry, _new_path(files, entry.filename, scratch), remaining)
            path.unlink()
    return files


def _copy(item: Item, classes: Mapping[Path, ZipFile], target: Path, maximum: int) -> int:
    if item.entry is not None:
        return unpack(classes[item.path], item.entry, target, maximum)
    if item.path.stat().st_size > maximum:
        raise Unreadable(f"its files have more than {MAX_ARCHIVE_BYTES:,} bytes")
    copyfile(item.path, target)
    return target.stat().st_size


def _new_path(files: dict[str, Path], name: str, scratch: Path) -> Path:
    """Add a file by its own name, without folders if no other file has it; return where to write it.

    Every file gets a folder of its own, and letters that are special on some system are replaced.
    """
    name = name.replace("\\", "/")
    own = PurePosixPath(name).name
    safe = re.sub(r"[^A-Za-z0-9_.-]", "_", own)[-MAX_NAME:].strip(".") or "file"
    safe = f"_{safe}" if WINDOWS_RESERVED.fullmatch(safe.partition(".")[0]) else safe
    folder = scratch / f"{len(files):04d}"
    folder.mkdir()
    key = own if own not in files else name
    while key in files:
        key += " (again)"
    files[key] = folder / safe
    return folder / safe


def _check_networks(files: Files, sheet: Sheet) -> dict[str, FileCheck]:
    """Return the checks of all files of networks, by name."""
    named = sorted(
        (name for name in files if name.lower().endswith(NETWORKS)),
        key=lambda name: (not name.startswith(SHEETS_NAMES), name),  # those with the sheet's names first
    )
    found = named[:MAX_NETWORKS]
    return {name: replace(check_file(files[name], sheet), path=Path(name)) for name in found}


def _choose(checks: Mapping[str, FileCheck]) -> dict[str, FileCheck]:
    """Return the network of each role that is graded: not the best epoch's generator, if there is another one."""
    chosen = {}
    for role in ROLES:
        candidates = [check for check in checks.values() if check.role == role and not check.unusable]
        if candidates:
            chosen[role] = min(candidates, key=lambda check: ("best_" in check.path.name, check.path.name))
    return chosen


def _network_answers(checks: Mapping[str, FileCheck], chosen: Chosen) -> dict[str, tuple[Answer, ...]]:
    """Return the answers that the files of the networks give."""

    def lines(topic: str, *roles: str) -> tuple[Answer, ...]:
        found: list[Answer] = []
        for role in roles:
            prefix = f"{role}: " if len(roles) > 1 else ""
            if role in chosen:
                found += [answer_of(line, prefix) for line in chosen[role].lines if line.topic == topic]
            else:
                found.append(
                    Answer(f"a file of a {role}", False, _missing(checks, role), f"hand in the {role}'s .h5 file")
                )
        return tuple(found)

    has_file = tuple(
        Answer(f"a file of a {role}", role in chosen, "" if role in chosen else _missing(checks, role))
        for role in ROLES
    )
    return {
        names.FILES: (*has_file, *(answer for role in chosen for answer in lines(topics.FILE, role))),
        names.GENERATOR_LAYERS: lines(topics.LAYERS, GENERATOR),
        names.DISCRIMINATOR_LAYERS: lines(topics.LAYERS, DISCRIMINATOR),
        names.COMPILED: lines(topics.COMPILED, DISCRIMINATOR),
        names.NAMES: lines(topics.NAME, *ROLES),
        names.TRAINED: lines(topics.TRAINED, *ROLES),
        names.LENGTH: lines(topics.LENGTH, *ROLES),
        names.PIXELS: lines(topics.PIXELS, GENERATOR),
    }


def _missing(checks: Mapping[str, FileCheck], role: str) -> str:
    """Return why there is no network of a role."""
    unusable = [f"{shown(name)} cannot be read: {check.unusable}" for name, check in checks.items() if check.unusable]
    return "; ".join(unusable[:2]) if unusable else f"no file has a {role}"


def _real_images(records: Records, chosen: Chosen) -> Answer:
    """Answer whether real images were learned: from the run's record, otherwise from the generator's file."""
    answer = real_images(records)
    facts = chosen[GENERATOR].facts if GENERATOR in chosen else {}
    if answer.answer is None and isinstance(facts.get("standin"), bool):
        return replace(answer, answer=not facts["standin"], found=f"{facts.get('images')}, says the generator's file")
    return answer


def _figure_answers(files: Files) -> Iterator[tuple[str, tuple[Answer, ...]]]:
    for name, path in files.items():
        signature = PICTURES.get(Path(name).suffix.lower())
        if signature is None:
            continue
        with path.open("rb") as file:
            is_picture = file.read(len(signature)) == signature
        yield f"{FIGURE}{name}", (Answer(name, is_picture, "" if is_picture else "it is not a picture"),)


def _facts(check: FileCheck) -> NetworkFacts:
    assert check.network is not None
    facts = check.facts

    def number(name: str) -> int | None:
        value = facts.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    firstname = facts.get("firstname")
    return NetworkFacts(
        check.path.name,
        check.role,
        check.keras,
        hash_weights(check.network),
        firstname[:MAX_NAME] if isinstance(firstname, str) and firstname.isprintable() else "",
        number("seed"),
        number("epoch"),
    )


def _record_findings(answers: Sequence[Answer]) -> Iterator[tuple[str, Finding]]:
    """Report a record that does not agree with the files."""
    wrong = [f"{answer.requirement}: no ({answer.found})" for answer in answers if answer.answer is False]
    if wrong:
        meaning = "The files may be of two runs, or were changed. Hand in the files of one run, unchanged."
        yield "record", Finding("the record does not agree with the files", "; ".join(wrong), meaning, is_serious=False)


def _notes(checks: Mapping[str, FileCheck], chosen: Chosen) -> Iterator[str]:
    for name, check in checks.items():
        if check.unusable:
            yield f"{shown(name)} cannot be read: {check.unusable}"
        elif check not in chosen.values():
            yield f"{shown(name)} is another {check.role}; it is not graded"
        elif check.obstacles:
            yield f"today's Keras cannot load {shown(name)}: {'; '.join(check.obstacles)}"


def _unread(files: Files, checks: Mapping[str, FileCheck]) -> Iterator[str]:
    unread = [name for name in files if name.lower().endswith(NETWORKS) and name not in checks]
    if unread:
        yield f"{len(unread)} more files of networks were not read, as {shown(unread[0])}"


def _with_images(
    evidence: Evidence, generator: FileCheck | None, measure: Measure | None
) -> tuple[bytes | None, Evidence]:
    """Return a picture of a generator's images, and the evidence with their metrics."""
    if generator is None or generator.network is None:
        return None, _not_measured(evidence, "there is no generator")
    try:
        images = generate(generator.network)
    except Refused as refused:
        return None, _not_measured(evidence, str(refused))
    if images.shape[1:] != IMAGE:
        return None, _not_measured(evidence, f"its images have the shape {images.shape[1:]}, not {IMAGE}")
    picture = thumbnail(images)
    if not np.isfinite(images).all():
        return picture, _not_measured(evidence, "its images have NaN or infinite pixels")
    if measure is None:
        return picture, _not_measured(evidence, "the images were not measured")
    try:
        result = measure(generator.network, generator.facts)
    except Unreadable as unreadable:
        return picture, _not_measured(evidence, str(unreadable))
    judged = {name: (answer,) for name, answer in result.answers.items()}
    return picture, replace(evidence, checks={**evidence.checks, **judged}, metrics=result.metrics, floor=result.floor)


def _not_measured(evidence: Evidence, reason: str) -> Evidence:
    judged = {name: (Answer(requirement, None, reason),) for name, requirement in REQUIREMENTS.items()}
    return replace(evidence, checks={**evidence.checks, **judged}, not_measured=reason)
