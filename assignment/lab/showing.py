"""Show the results of a lab: a figure, a page and a table on the console."""

from __future__ import annotations

from collections.abc import Sequence

from assignment.figures import style
from assignment.figures.differences import draw_differences
from assignment.figures.metric_curves import CURVES_KEY, draw_metric_curves
from assignment.lab.curves import METRICS, CurvePoint, curve
from assignment.lab.judgement import (
    NOT_COMPARABLE,
    RULE,
    WHY_NOT_COMPARABLE,
    Judgement,
    describe_machines,
    describe_problems,
    judge_practices,
)
from assignment.lab.page import write_lab_page
from assignment.lab.plan import BASELINE
from assignment.lab.record import LabRecord
from assignment.lab.results import COMPARED_METRICS, Result
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen, plural

KEY = (
    "Each point is a seed, the vertical stroke is the mean, the bar is its 95 % interval; the dotted line is the"
    f" {BASELINE}."
)


def show_results(record: LabRecord, screen: Screen, command: str) -> None:
    """Draw and print the results so far. Does nothing while no practice has a result.

    `command` continues the lab. Raises OSError if a figure or the page cannot be written.
    """
    results, settings, workspace = record.results, record.settings, record.workspace
    judgements = judge_practices(results)
    if not judgements:
        return
    images = "Images: " + "; ".join(sorted({result.images for result in results})) + "."
    caption = f"{settings.firstname}, {settings.track}, {plural(settings.epochs, 'epoch')}. {images} {KEY}"
    title = f"What each practice changes: differences from the {BASELINE}"
    style.save(draw_differences(judgements, COMPARED_METRICS, title, caption), workspace.figure)
    _save_curves(record.points, judgements, f"{settings.firstname}, {settings.track}. {images}", workspace)
    write_lab_page(workspace, settings, results, judgements, images=images, key=KEY, command=command)
    _print_results(results, judgements, screen)
    screen.say(f"  wrote {workspace.results}, {workspace.figure} and {workspace.report}")


def _save_curves(
    points: Sequence[CurvePoint], judgements: Sequence[Judgement], caption: str, workspace: LabWorkspace
) -> None:
    """Draw the metrics over the epochs, of the practices and the baseline; without any, delete an earlier figure."""
    titles = {name: COMPARED_METRICS[name][0] for name in METRICS}
    curves = {
        practice: {metric: curve(points, practice, metric) for metric in METRICS}
        for practice in (BASELINE, *(judgement.practice for judgement in judgements))
    }
    curves = {practice: of_practice for practice, of_practice in curves.items() if of_practice[METRICS[0]].epochs}
    baseline = curves.pop(BASELINE, None)
    if baseline is None or not curves:
        workspace.curves_figure.unlink(missing_ok=True)
        return
    title = f"The metrics of each practice over the epochs; gray: the {BASELINE}"
    figure = draw_metric_curves(curves, baseline, titles, title, f"{caption} {CURVES_KEY}")
    style.save(figure, workspace.curves_figure)


def _print_results(results: Sequence[Result], judgements: Sequence[Judgement], screen: Screen) -> None:
    screen.table(
        f"What each practice changes: mean difference from the {BASELINE} over the seeds (95 % interval)",
        ("practice", *(title for title, _ in COMPARED_METRICS.values()), "seeds", "verdict"),
        [_table_row(judgement) for judgement in judgements],
    )
    baseline = [result for result in results if result.practice == BASELINE]
    screen.say(f"  the {BASELINE} itself, by seed: {_values_by_seed(baseline)}")
    if machines := describe_machines(results):
        screen.say_wrapped(f"  {machines}")
    problems = {BASELINE: describe_problems(baseline)}
    problems |= {judgement.practice: judgement.problems for judgement in judgements}
    for name, description in problems.items():
        if description:
            screen.say(f"  problems with {name}: {description}")
    for judgement in judgements:
        if judgement.verdict == NOT_COMPARABLE:
            screen.say(f"  {judgement.practice} has {NOT_COMPARABLE}: {WHY_NOT_COMPARABLE}")
    screen.say(f"  {RULE}")


def _values_by_seed(baseline: Sequence[Result]) -> str:
    """Return the values of the baseline's trials, one metric after the other."""
    return "; ".join(
        f"{title} " + ", ".join(f"{getattr(result, name):.{decimals}f}" for result in baseline)
        for name, (title, decimals) in COMPARED_METRICS.items()
    )


def _table_row(judgement: Judgement) -> tuple[str, ...]:
    """Return the cells of a practice; the interval only for the first metric, so that the table stays narrow."""
    (first, (_, first_decimals)), *others = COMPARED_METRICS.items()
    return (
        judgement.practice,
        judgement.differences[first].format(first_decimals),
        *(judgement.differences[name].format_mean(decimals) for name, (_, decimals) in others),
        judgement.seeds,
        judgement.verdict,
    )
