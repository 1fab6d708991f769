"""Check one file: what it is, a line for each requirement of the sheet, and what its weights and images reveal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from assignment.checking.answers import COMPILED, FILE, LENGTH, NO, PIXELS, TRAINED, UNKNOWN, YES, Finding, Line
from assignment.checking.images import IN_0_TO_1, generate, image_findings
from assignment.checking.roles import COMBINED, DISCRIMINATOR, GENERATOR, OTHER, choose_expected, find_role, parts
from assignment.checking.sheets import SHEETS, ExpectedCompilation, Sheet
from assignment.checking.structure import ROUNDING, compare_layers, compare_weights
from assignment.checking.weights import was_trained, weight_findings
from assignment.checking.weights_only import match_weights
from assignment.errors import one_line, os_reason
from assignment.foreign.compilation import Compilation
from assignment.foreign.network import Contents, Network
from assignment.foreign.reader import read_contents
from assignment.foreign.refused import Refused
from assignment.storage.reading import Malformed, parse_json

ONLY_WEIGHTS = "the file has only weights"
OTHER_SHEET = 3  # requirements missed, from which on the network is compared with the other sheets
UNKNOWN_ROLE = "it is neither a generator nor a discriminator of images"


@dataclass(frozen=True)
class FileCheck:
    """The result of checking one file.

    unusable: why the file could not be read; "" if it was.
    role: generator, discriminator, combined model or other network.
    name: of the network, or of the model that it is part of.
    file_format, keras: what wrote the file. obstacles: what today's Keras cannot read in it.
    lines, findings: the answers.
    network: what was checked; None if the file could not be read.
    complete: the complete network in the file, of which `network` may be a part; None if it has only weights.
    facts: what this program recorded in the file; {} for a file of others.
    """

    path: Path
    unusable: str = ""
    role: str = OTHER
    name: str = ""
    file_format: str = ""
    keras: str = ""
    obstacles: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    network: Network[np.ndarray] | None = field(default=None, repr=False)
    complete: Network[np.ndarray] | None = field(default=None, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether no requirement is missed and nothing serious was found."""
        return not any(line.answer == NO for line in self.lines) and not any(f.is_serious for f in self.findings)


def check_file(path: Path, sheet: Sheet) -> FileCheck:
    """Check a file against a sheet. A file that cannot be read has a reason, and no lines."""
    try:
        return check_contents(path, read_contents(path), sheet)
    except Refused as refused:
        return FileCheck(path, unusable=str(refused))
    except OSError as error:
        return FileCheck(path, unusable=f"it cannot be read ({os_reason(error)})")
    except Exception as error:  # a file that nobody foresaw must not end the check of the others
        return FileCheck(path, unusable=f"checking it failed ({type(error).__name__}: {one_line(error)})")


def check_contents(path: Path, contents: Contents[np.ndarray], sheet: Sheet) -> FileCheck:
    """Check what was read from a file. Raises Refused if it is not a network of images."""
    network, role, lines = _find_network(contents, sheet)
    if network is None:
        if not any(expected.layers for expected in sheet.networks):
            raise Refused(f"it has only weights, and the {sheet.track} sheet leaves the layers open; use model.save")
        raise Refused(f"it has only weights, and not those of a network of the {sheet.track} sheet")
    if role == OTHER:
        raise Refused(UNKNOWN_ROLE)
    return _check_network(path, contents, network, role, lines, sheet)


def _find_network(contents: Contents[np.ndarray], sheet: Sheet) -> tuple[Network[np.ndarray] | None, str, list[Line]]:
    """Return the network to check, its role, and lines about the file itself."""
    if contents.network is None:
        network = match_weights(contents.weights, sheet)
        requirement, advice = "the complete network, not its weights alone", "save it with model.save"
        line = Line(requirement, NO, contents.file_format, advice, FILE)
        return network, find_role(network) if network else OTHER, [line]
    role = find_role(contents.network)
    if role != COMBINED:
        return contents.network, role, []
    found = {find_role(part): part for part in parts(contents.network)}
    line = Line(
        "one network in the file",
        NO,
        "the combined model: the generator with the discriminator",
        "save generator and discriminator in a file each; the generator is checked below",
        topic=FILE,
    )
    return found[GENERATOR], GENERATOR, [line]


def _check_network(
    path: Path,
    contents: Contents[np.ndarray],
    network: Network[np.ndarray],
    role: str,
    lines: Sequence[Line],
    sheet: Sheet,
) -> FileCheck:
    expected, facts = choose_expected(network, role, sheet), _facts(contents)
    structure = compare_layers(network, expected)
    if contents.network is None:
        structure = [Line(line.requirement, UNKNOWN, ONLY_WEIGHTS, topic=line.topic) for line in structure]
    findings = [
        *weight_findings(network, role),
        *_file_findings(path, role),
        *_other_sheet(network, role, sheet, sum(line.answer == NO for line in structure)),
    ]
    answers = [*lines, *structure, *compare_weights(network, expected), _trained(network), *_length(facts, sheet)]
    if role == DISCRIMINATOR and sheet.compilation is not None:
        answers.append(replace(_compilation(sheet.compilation, contents.compilation), topic=COMPILED))
    if role == GENERATOR:
        image_line, image_results = _images(contents.network and network)
        answers.append(replace(image_line, topic=PIXELS))
        findings += image_results
    return FileCheck(
        path,
        role=role,
        name=contents.network.name if contents.network else "",
        file_format=contents.file_format,
        keras=contents.keras,
        obstacles=contents.obstacles,
        lines=tuple(answers),
        findings=tuple(findings),
        network=network,
        complete=contents.network,
        facts=facts,
    )


def _images(network: Network[np.ndarray] | None) -> tuple[Line, list[Finding]]:
    """Return the line and the findings on a generator's images; None if only its weights are known."""
    requirement = "pixels in -1..1"
    if network is None:
        return Line(requirement, UNKNOWN, ONLY_WEIGHTS), []
    try:
        images = generate(network)
    except Refused as refused:
        return Line(requirement, UNKNOWN, str(refused)), []
    findings = list(image_findings(images))
    if not np.isfinite(images).all():
        return Line(requirement, NO, "NaN or infinite pixels", "train it again"), findings
    low, high = float(images.min()), float(images.max())
    found = f"{low:.2f} to {high:.2f} in {len(images)} images"
    is_outside = any(finding.title == IN_0_TO_1 for finding in findings) or not -1 <= low <= high <= 1
    return Line(requirement, NO if is_outside else YES, found, "end it with tanh" if is_outside else ""), findings


def _file_findings(path: Path, role: str) -> Iterator[Finding]:
    """Report a file whose name says that it is the other network."""
    other = DISCRIMINATOR if role == GENERATOR else GENERATOR
    if other in path.name.lower() and role not in path.name.lower():
        yield Finding(
            "swapped files", f"{path.name} contains a {role}", f"Give it the name of the {role}'s file, and check both."
        )


def _other_sheet(network: Network[np.ndarray], role: str, sheet: Sheet, missed: int) -> Iterator[Finding]:
    """Name the track whose sheet a network meets, if it misses several requirements of this one."""
    if missed < OTHER_SHEET:
        return
    for other in SHEETS.values():
        expected = choose_expected(network, role, other)
        if other is sheet or not expected.layers:  # without a list of layers, many networks would meet it
            continue
        if all(line.answer == YES for line in compare_layers(network, expected)):
            numbers = f"it misses {missed} requirements of the {sheet.track} sheet, and none of the {other.track} sheet"
            advice = f"Check it with --track {other.track}."
            yield Finding("another sheet", numbers, advice, is_serious=False)


def _trained(network: Network[np.ndarray]) -> Line:
    """Return the line on what the weights show of a training."""
    answer, found, advice = {
        True: (YES, "its weights were changed", ""),
        False: (NO, "its weights are those before the first update", "see below"),
        None: (UNKNOWN, "no bias, scale or shift was changed, and its kernels may be initial", ""),
    }[was_trained(network)]
    return Line("trained", answer, found, advice, TRAINED)


def _length(facts: Mapping[str, Any], sheet: Sheet) -> Iterator[Line]:
    """Return lines about the length of the training and its batches, which only the file can say."""
    for requirement, name, wanted in (
        (f"{sheet.epochs} epochs", "epoch", sheet.epochs),
        (f"batch size {sheet.batch_size}", "batch_size", sheet.batch_size),
    ):
        if wanted is None:
            continue
        value = facts.get(name)
        if not isinstance(value, int):
            yield Line(requirement, UNKNOWN, "the file does not say", topic=LENGTH)
        else:
            holds = value >= wanted if name == "epoch" else value == wanted
            advice = "" if holds else f"train with {requirement}"
            yield Line(requirement, YES if holds else NO, f"{value}, says the file", advice, LENGTH)


def _compilation(wanted: ExpectedCompilation, found: Compilation | None) -> Line:
    """Return the line on how the discriminator was compiled."""
    rates = ", ".join(f"{name} {value:g}" for name, value in wanted.settings.items())
    requirement = f"compiled with {wanted.loss}, {wanted.optimizer}, {rates}"
    if found is None:
        return Line(requirement, UNKNOWN, "the file does not say how it was compiled")
    values = {name: getattr(found, name) for name in wanted.settings}
    words = ", ".join(f"{name} {value:g}" if value is not None else f"{name} unknown" for name, value in values.items())
    answer = ", ".join([found.loss or "unknown loss", found.optimizer or "unknown optimizer", words, *found.others])
    contradicts = (
        bool(found.others) or found.loss not in ("", wanted.loss) or found.optimizer not in ("", wanted.optimizer)
    )
    contradicts |= any(v is not None and abs(v - wanted.settings[name]) >= ROUNDING for name, v in values.items())
    if contradicts:
        return Line(requirement, NO, answer, "compile it with these values")
    is_complete = bool(found.loss and found.optimizer) and None not in values.values()
    return Line(requirement, YES if is_complete else UNKNOWN, answer)


def _facts(contents: Contents[np.ndarray]) -> dict[str, Any]:
    """Return what this program recorded in the file; {} for a file of others."""
    try:
        return parse_json(contents.facts, dict[str, Any]) if contents.facts else {}
    except Malformed:
        return {}
