"""Which practices of the catalogue a run can use, alone and together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from assignment.errors import AssignmentError
from assignment.practices.catalogue import BY_NAME, CATALOGUE, CHANGED_IN_TURN, Practice


def checked_practices(names: Iterable[str], *circumstances: str) -> tuple[str, ...]:
    """Return the practices of these names, each once, in the catalogue's order, whatever the order they came in.

    `circumstances` are the track's name and the settings that a practice may clash with. Raises AssignmentError for a
    name that is not in the catalogue, or for practices that cannot go together or with the circumstances.
    """
    wanted = set(names)
    unknown = sorted(wanted - set(BY_NAME))
    if unknown:
        if all(name.strip() in BY_NAME for name in unknown[0].split(",")):
            raise AssignmentError(f"--practice takes one name, not {unknown[0]!r}; give it once for each practice.")
        near = get_close_matches(unknown[0].lower(), BY_NAME, n=1)
        if near:
            raise AssignmentError(f"there is no practice {unknown[0]!r}; perhaps you mean {near[0]}.")
        raise AssignmentError(
            f"there is no practice {unknown[0]!r}; `assignment practices` lists them: {', '.join(BY_NAME)}."
        )
    chosen = [practice for practice in CATALOGUE if practice.name in wanted]
    for practice in chosen:
        for circumstance in circumstances:
            if circumstance in practice.clashes:
                raise AssignmentError(
                    f"--practice {practice.name} cannot be used with {circumstance}: {practice.clashes[circumstance]}."
                )
    for number, practice in enumerate(chosen):
        for other in chosen[number + 1 :]:
            _refuse_together(practice, other)
    return tuple(practice.name for practice in chosen)


def usable(*circumstances: str) -> list[Practice]:
    """The practices that can be used by themselves under the circumstances."""
    return [practice for practice in CATALOGUE if not set(circumstances) & set(practice.clashes)]


def _refuse_together(one: Practice, other: Practice) -> None:
    reason = one.clashes.get(other.name) or other.clashes.get(one.name) or _both_replace(one, other)
    if reason:
        raise AssignmentError(f"--practice {one.name} and --practice {other.name} cannot go together: {reason}.")


def _both_replace(one: Practice, other: Practice) -> str | None:
    both: Sequence[str] = [name for name in one.ingredients if name in other.ingredients]
    shared = [name for name in both if name not in CHANGED_IN_TURN]
    return f"both replace {shared[0]}" if shared else None
