from math import nan

import pytest

from assignment.figures.differences import draw_differences
from assignment.figures.style import save
from assignment.lab.judgement import Difference, Judgement
from assignment.lab.page import write_lab_page
from assignment.lab.results import COMPARED_METRICS
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace

SCRIPT = "<script>document.title = 'broken'</script>"


@pytest.fixture
def page(tmp_path, make_result):
    """The page of a lab whose command contains a script, which must be escaped."""
    workspace = LabWorkspace.for_lab("fashion", tmp_path, "Ана")
    workspace.prepare()
    difference = Difference({1: -4.0, 2: -5.0, 3: -6.0}, -5.0, -7.5, -2.5)
    no_differences = dict.fromkeys(COMPARED_METRICS, Difference({}, nan, nan, nan))
    judgements = [
        Judgement("ema", dict.fromkeys(COMPARED_METRICS, difference), "helps", "", 0),
        Judgement("sgd", no_differences, "not enough seeds", "mode collapse (seed 1)", 0),
    ]
    save(draw_differences(judgements, COMPARED_METRICS, "title", "caption"), workspace.figure)
    results = [make_result("baseline", 1, 52.25, images="drawn stand-in"), make_result("ema", 1, 47.5)]
    write_lab_page(
        workspace,
        LabSettings("Ана", outputs_dir=tmp_path),
        results,
        judgements,
        images="Images: drawn.",
        key="A point is a seed.",
        command=f"assignment lab {SCRIPT}",
    )
    return workspace.report.read_text(encoding="utf-8")


def test_the_page_contains_the_results(page):
    words = " ".join(page.split())
    for text in (
        "Ана, the fashion track, 20 epochs per run",
        "Images: drawn.",
        "-5.0 (-7.5 to -2.5)",
        "<td>none</td>",
        "mode collapse (seed 1)",
        "52.2",
        "A point is a seed.",
        "not enough seeds",
        "entirely below (above) 0",
        "seconds per update",
        "Yazıcı et al. 2019",
        "These runs were trained on a drawn stand-in",
        "is not comparable with published FIDs",
    ):
        assert text in words, text


def test_the_baseline_table_has_only_the_baseline(page):
    baseline = page[page.index("<h2>The baseline</h2>") : page.index("<h2>The practices</h2>")]
    assert "52.2" in baseline and "47.5" not in baseline


def test_the_page_is_self_contained_and_escapes_the_command(page):
    assert SCRIPT not in page and "&lt;script&gt;" in page
    assert page.count("<img") == 1 and 'src="data:image/png;base64,' in page and "http" not in page.split("base64,")[0]
    assert "--ink" in page  # the style of the runs' pages
