from math import nan

import pytest

from assignment.figures.differences import draw_differences
from assignment.figures.style import save
from assignment.lab.judgement import RULE, Difference, Judgement
from assignment.lab.page import write_lab_page
from assignment.lab.results import FIGURES, Result
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace

SCRIPT = "<script>document.title = 'broken'</script>"


@pytest.fixture
def page(tmp_path):
    """The text of a lab's page, whose command holds what a page must not obey."""
    workspace = LabWorkspace.of("fashion", tmp_path, "Ана")
    workspace.prepare()
    difference = Difference({1: -4.0, 2: -5.0, 3: -6.0}, -5.0, -7.5, -2.5)
    broken = Difference({}, nan, nan, nan)
    judged = [
        Judgement("ema", dict.fromkeys(FIGURES, difference), "helps", "", 0),
        Judgement("sgd", dict.fromkeys(FIGURES, broken), "not enough seeds", "seed 1: mode collapse", 0),
    ]
    save(draw_differences(judged, FIGURES, "title", "caption"), workspace.figure)
    baseline = [Result("baseline", 1, 20, "finished", 52.25, 0.8, 0.5, 0.25, 300.0, "", "0123", "drawn")]
    settings = LabSettings("Ана", outputs_dir=tmp_path)
    path = write_lab_page(
        workspace,
        settings=settings,
        images="Images: drawn.",
        is_standin=True,
        line=f"assignment lab {SCRIPT}",
        judged=judged,
        baseline=baseline,
        rule=RULE,
        figures=FIGURES,
        key="A point is a seed.",
    )
    return path.read_text(encoding="utf-8")


def test_it_tells_what_came_out(page):
    said = " ".join(page.split())
    for words in (
        "Ана, the fashion track, 20 epochs a run",
        "Images: drawn.",
        "-5.0 (-7.5 to -2.5)",
        "<td>none</td>",
        "seed 1: mode collapse",
        "52.2",
        "A point is a seed.",
        "not enough seeds",
        "wholly below (above) 0",
        "Yazıcı et al. 2019",
        "These runs learned from a drawn stand-in",
        "does not compare with published FIDs",
    ):
        assert words in said, words


def test_it_needs_nothing_else_and_obeys_nobody(page):
    assert SCRIPT not in page and "&lt;script&gt;" in page
    assert page.count("<img") == 1 and 'src="data:image/png;base64,' in page and "http" not in page.split("base64,")[0]
    assert "--ink" in page  # the style of the runs' pages
