"""What a lab has found, for people: its figure, its page and a table on the console."""

from __future__ import annotations

from collections.abc import Sequence

from assignment.figures.differences import draw_differences
from assignment.figures.style import save
from assignment.lab.judgement import INCOMPARABLE, RULE, WHY_INCOMPARABLE, Judgement, how_sick, judgements
from assignment.lab.page import write_lab_page
from assignment.lab.plan import BASELINE
from assignment.lab.results import FIGURES, Result
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen, counted

KEY = f"A point is a seed, the stroke their mean, the bar its 95 % interval; the dotted line is the {BASELINE}."


def show_results(
    results: Sequence[Result], settings: LabSettings, workspace: LabWorkspace, screen: Screen, line: str
) -> None:
    """Draw and tell what the lab has found so far; nothing where no practice has a result yet.

    `line` is the command that goes on. Raises OSError when the figure or the page cannot be written.
    """
    judged = judgements(results)
    if not judged:
        return
    baseline = [result for result in results if result.practice == BASELINE]
    images = "Images: " + "; ".join(sorted({result.images for result in results})) + "."
    caption = f"{settings.firstname}, {settings.track}, {counted(settings.epochs, 'epoch')}. {images} {KEY}"
    title = f"What each practice changes: differences to the {BASELINE}"
    save(draw_differences(judged, FIGURES, title, caption), workspace.figure)
    write_lab_page(
        workspace,
        settings=settings,
        images=images,
        is_standin=any(result.is_of_standin for result in results),
        line=line,
        judged=judged,
        baseline=baseline,
        rule=RULE,
        figures=FIGURES,
        key=KEY,
    )
    screen.table(
        f"What each practice changes: its mean difference to the {BASELINE} over the seeds (95 % interval)",
        ("practice", *(title for title, _ in FIGURES.values()), "seeds", "verdict"),
        [_row(one) for one in judged],
    )
    screen.say(f"  the {BASELINE} itself, seed by seed: {_told(baseline)}")
    for name, not_well in [(BASELINE, how_sick(baseline)), *((one.practice, one.not_well) for one in judged)]:
        if not_well:
            screen.say(f"  {name} was not well: {not_well}")
    for one in judged:
        if one.verdict == INCOMPARABLE:
            screen.say(f"  {one.practice} has {INCOMPARABLE}: {WHY_INCOMPARABLE}")
    screen.say(f"  {RULE}")
    screen.say(f"  wrote {workspace.results}, {workspace.figure} and {workspace.report}")


def _told(baseline: Sequence[Result]) -> str:
    """What the baseline's trials brought, a figure after the other."""
    return "; ".join(
        f"{called} " + ", ".join(f"{getattr(result, name):.{decimals}f}" for result in baseline)
        for name, (called, decimals) in FIGURES.items()
    )


def _row(judgement: Judgement) -> tuple[str, ...]:
    first, *others = FIGURES.items()
    name, (_, decimals) = first
    return (
        judgement.practice,
        judgement.differences[name].told(decimals),
        *(judgement.differences[other].mean_told(places) for other, (_, places) in others),
        judgement.seeds,
        judgement.verdict,
    )
