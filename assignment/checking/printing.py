"""Print the answers of a check: for people, or as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assignment.checking.answers import NO, UNKNOWN, YES, Line
from assignment.checking.check import FileCheck
from assignment.output import printable
from assignment.session.screen import Screen, plural

SHORT = {YES: "yes", NO: "NO ", UNKNOWN: "?  "}  # at the beginning of a line


def print_check(check: FileCheck, screen: Screen) -> None:
    """Print what a file is, a line for each requirement, and the findings."""
    screen.heading(printable(str(check.path)))
    if check.unusable:
        screen.say_wrapped(f"  cannot be checked: {check.unusable}.")
        return
    writer = f"Keras {check.keras}" if check.keras else "an unknown version of Keras"
    name = f"with the name {check.name!r}" if check.name else "without its name"
    screen.say_wrapped(f"  a {check.role} {name}; {check.file_format}, written by {writer}")
    if check.obstacles:
        reasons = "; ".join(check.obstacles)
        screen.say_wrapped(f"  today's Keras cannot load it: {reasons}. --repair NEW.h5 writes a copy that it loads.")
    for line in check.lines:
        screen.say_wrapped(f"  {SHORT[line.answer]}  {_words(line)}")
    for finding in check.findings:
        label = "PROBLEM" if finding.is_serious else "note"
        screen.say_wrapped(f"  {label}: {finding.title}: {finding.numbers}. {finding.meaning}")
    screen.say_wrapped(f"  {_summary(check)}")


def to_json(checks: Sequence[FileCheck]) -> list[dict[str, Any]]:
    """Return the answers for `json.dumps`: one object for each file."""
    return [
        {
            "file": str(check.path),
            "unusable": check.unusable,
            "role": "" if check.unusable else check.role,
            "name": check.name,
            "format": check.file_format,
            "keras": check.keras,
            "loads_in_keras_3": not check.obstacles if check.complete else None,
            "good": not check.unusable and check.is_good,
            "obstacles": list(check.obstacles),
            "requirements": [asdict(line) for line in check.lines],
            "findings": [asdict(finding) for finding in check.findings],
        }
        for check in checks
    ]


def _words(line: Line) -> str:
    if line.answer == YES:
        says_the_same = line.found in ("", line.requirement, line.requirement.partition(": ")[2])
        return line.requirement if says_the_same else f"{line.requirement} (found: {line.found})"
    if line.answer == UNKNOWN:
        return f"{line.requirement}: could not be checked: {line.found}"
    advice = f". To do: {line.advice}" if line.advice else ""
    return f"{line.requirement}. Found: {line.found}{advice}."


def _summary(check: FileCheck) -> str:
    counts = {answer: sum(line.answer == answer for line in check.lines) for answer in (YES, NO, UNKNOWN)}
    parts = [f"{plural(counts[YES], 'requirement')} met", f"{counts[NO]} not met"]
    if counts[UNKNOWN]:
        parts.append(f"{counts[UNKNOWN]} could not be checked")
    if serious := sum(finding.is_serious for finding in check.findings):
        parts.append(plural(serious, "problem"))
    return ", ".join(parts)
