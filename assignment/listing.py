"""`assignment practices`: prints the catalogue of practices, or one of them."""

from __future__ import annotations

from assignment.practices.catalogue import CATALOGUE, GROUPS, CatalogueEntry
from assignment.session.screen import Screen
from assignment.settings.tracks import DATASETS, OUTPUTS, TRACKS

EVERY_TRACK = "every track"


def list_practices(screen: Screen) -> None:
    """Print the practices of the catalogue by what they change, with the tracks that can use them if not all can."""
    screen.say_wrapped("A practice works with every track unless its line names tracks in parentheses.")
    for title, ingredients in GROUPS.items():
        screen.heading(title)
        for practice in CATALOGUE:
            if practice.ingredients[0] in ingredients:
                tracks = describe_tracks(practice)
                named = "" if tracks == EVERY_TRACK else f" ({tracks})"
                screen.say_wrapped(f"  {practice.name}: {practice.summary}{named}")
    screen.say_wrapped("`assignment practices NAME` describes one: the problem it addresses, its source and its cost.")


def describe_practice(screen: Screen, practice: CatalogueEntry) -> None:
    """Print a practice: name, change, problem, source, cost, tracks and what it cannot be combined with."""
    screen.heading(practice.name)
    facts = {
        "change": practice.change,
        "problem": practice.problem,
        "source": practice.source,
        "cost": practice.cost,
        "tracks": describe_tracks(practice),
    }
    for title, text in facts.items():
        screen.say_wrapped(f"  {title}: {text}")
    for key, reason in practice.conflicts.items():
        options = {"--track ": TRACKS, "--dataset ": DATASETS, "--outputs ": OUTPUTS}
        option = next((option for option, values in options.items() if key in values), "")
        screen.say_wrapped(f"  not with {option}{key}: {reason}")


def describe_tracks(practice: CatalogueEntry) -> str:
    """Return the tracks that can use a practice, as in "every track" or "conditional, digits, lecture"."""
    names = [name for name in TRACKS if name not in practice.conflicts]
    return EVERY_TRACK if len(names) == len(TRACKS) else ", ".join(names)
