"""The HTML page of a lab: what each practice changed, in one self-contained file."""

from __future__ import annotations

from collections.abc import Sequence

from assignment.lab.judgement import RULE, Judgement
from assignment.lab.plan import BASELINE
from assignment.lab.results import COMPARED_METRICS, Result
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.report.page import data_url, template
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
    """Write the page of a lab whose figure is in the workspace.

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
        metrics=COMPARED_METRICS,
        catalogue=BY_NAME,
        key=key,
        figure=data_url(workspace.figure),
    )
    write_text(workspace.report, page)
