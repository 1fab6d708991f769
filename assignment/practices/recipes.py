"""The recipes of a run: the sheet's, and for each track the practices that gave the best images together.

docs/practices.md has the tables that justify them.
"""

from __future__ import annotations

from assignment.errors import AssignmentError

SHEET, TUNED = "sheet", "tuned"
RECIPES = (SHEET, TUNED)
TUNED_PRACTICES: dict[str, tuple[str, ...]] = {
    "fashion": ("diff-augment", "ema"),
}


def recipe_practices(recipe: str, track: str) -> tuple[str, ...]:
    """Return the practices of a recipe for a track: none for the sheet's.

    Raises AssignmentError if the track has no tuned recipe.
    """
    if recipe != TUNED:
        return ()
    if track not in TUNED_PRACTICES:
        raise AssignmentError(f"the {track} track has no tuned recipe; leave out --recipe, or choose a --practice.")
    return TUNED_PRACTICES[track]
