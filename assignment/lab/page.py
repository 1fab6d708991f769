"""The HTML page of a lab: what each practice changed, in one self-contained file."""

from __future__ import annotations

from collections.abc import Sequence

from assignment.figures.metric_curves import CURVES_KEY
from assignment.lab.judgement import RULE, Judgement, describe_machines
from assignment.lab.plan import BASELINE
from assignment.lab.results import COMPARED_METRICS, Result
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import CATALOGUE, CatalogueEntry
from assignment.practices.choice import split_combination
from assignment.report.page import file_url, template
from assignment.storage.files import write_text


def write_lab_page(
    workspace: LabWorkspace,
    settings: LabSettings,
    results: Sequence[Result],
    judgements: Sequence[Judgement],
    *,
    images: str,
    key: str,
    command: str,
) -> None:
    """Write the page of a lab whose figures are in the workspace.

    images: a sentence that says which images the lab used.
    key: explains the marks of the figure.
    command: continues the lab.
    Raises OSError if the page cannot be written.
    """
    page = template("lab.html.jinja", "assignment.lab").render(
        settings=settings,
        images=images,
        is_standin=any(result.is_of_standin for result in results),
        command=command,
        judgements=judgements,
        baseline=[result for result in results if result.practice == BASELINE],
        rule=RULE,
        machines=describe_machines(results),
        metrics=COMPARED_METRICS,
        practices=_described(judgements),
        key=key,
        figure=file_url(workspace.figure),
        curves_key=CURVES_KEY,
        curves=file_url(workspace.curves_figure) if workspace.curves_figure.exists() else "",
    )
    write_text(workspace.report, page)


def _described(judgements: Sequence[Judgement]) -> list[CatalogueEntry]:
    """Return the catalogue's entries of all practices that were compared, alone or in a combination."""
    used = {name for judgement in judgements for name in split_combination(judgement.practice)}
    return [entry for entry in CATALOGUE if entry.name in used]
