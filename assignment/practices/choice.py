"""Checks that the practices of a run can be used with its track and with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations

from assignment.errors import AssignmentError, suggest
from assignment.practices.catalogue import BY_NAME, CATALOGUE, SHARED_INGREDIENTS, CatalogueEntry

COMBINED_BY = "+"  # between the names of practices that a lab uses together


def checked_practices(names: Iterable[str], *conflict_keys: str) -> tuple[str, ...]:
    """Return the names without repetitions, in the order of the catalogue.

    conflict_keys: the name of the track, and settings that a practice may conflict with.
    Raises AssignmentError if a name is unknown, or if a practice conflicts with a key or with another practice.
    """
    requested = set(names)
    unknown = sorted(requested - set(BY_NAME))
    if unknown:
        raise AssignmentError(_unknown_name_message(unknown[0]))
    chosen = [practice for practice in CATALOGUE if practice.name in requested]
    for practice in chosen:
        for key in conflict_keys:
            if key in practice.conflicts:
                raise AssignmentError(
                    f"--practice {practice.name} cannot be used with {key}: {practice.conflicts[key]}."
                )
    for first, second in combinations(chosen, 2):
        reason = _conflict(first, second)
        if reason:
            raise AssignmentError(f"--practice {first.name} and --practice {second.name} cannot be combined: {reason}.")
    return tuple(practice.name for practice in chosen)


def split_combination(name: str) -> list[str]:
    """Return the names in `ema+replay`, which stands for both practices in one run."""
    return [part.strip() for part in name.split(COMBINED_BY)]


def usable_practices(*conflict_keys: str) -> list[CatalogueEntry]:
    """Return the practices that conflict with none of the keys."""
    return [practice for practice in CATALOGUE if not set(conflict_keys) & set(practice.conflicts)]


def _unknown_name_message(name: str) -> str:
    if all(part.strip() in BY_NAME for part in re.split(r"[,+]", name)):
        return f"--practice takes one name, not {name!r}; give the option once for each practice."
    suggestion = suggest(name, BY_NAME)
    if suggestion:
        return f"there is no practice {name!r}; {suggestion}?"
    return f"there is no practice {name!r}; `assignment practices` describes them: {', '.join(BY_NAME)}."


def _conflict(first: CatalogueEntry, second: CatalogueEntry) -> str | None:
    """Return the reason why two practices cannot be combined, or None."""
    if second.name in first.conflicts:
        return first.conflicts[second.name]
    if first.name in second.conflicts:
        return second.conflicts[first.name]
    for ingredient in first.ingredients:
        if ingredient in second.ingredients and ingredient not in SHARED_INGREDIENTS:
            return f"both replace {ingredient}"
    return None
