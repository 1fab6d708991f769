"""The page of a lab: what each practice changed, in one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.report.page import data_url, template
from assignment.storage.files import replacing


def write_lab_page(
    workspace: LabWorkspace,
    *,
    settings: LabSettings,
    images: str,
    is_standin: bool,
    line: str,
    judged: Sequence,
    baseline: Sequence,
    rule: str,
    figures: Mapping[str, tuple[str, int]],
    key: str,
) -> Path:
    """Write the page of the lab whose figure stands in the workspace.

    `judged` are the practices' judgements and `baseline` the results of the trials without any (of `lab.results`);
    `figures` are what was measured, by name, with their titles and decimals; `line` is the command that goes on; `key`
    says what the figure's marks are.
    Raises OSError when it cannot be written.
    """
    page = template("lab.html.jinja").render(
        settings=settings,
        images=images,
        is_standin=is_standin,
        line=line,
        judged=judged,
        baseline=baseline,
        rule=rule,
        figures=figures,
        practices=BY_NAME,
        key=key,
        picture=data_url(workspace.figure),
    )
    with replacing(workspace.report) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return workspace.report
