import io
from math import nan

import pytest
from rich.console import Console

from assignment.lab.plan import BASELINE
from assignment.lab.results import Result
from assignment.lab.settings import LabSettings
from assignment.lab.showing import show_results
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen


def result(practice, seed, judge_fid=50.0, **others):
    whole = Result(practice, seed, 20, "finished", judge_fid, 0.8, 0.5, 0.3, 330.0, "", "0123", "the real ones")
    return whole._replace(**others)


@pytest.fixture
def shown(tmp_path):
    """A function that shows results and gives what the console said; the files are in `shown.workspace`."""

    def show(*results):
        screen = Screen(Console(file=io.StringIO(), width=200))
        show_results(results, LabSettings("ana"), show.workspace, screen, "assignment lab --firstname ana")
        return screen.console.file.getvalue()

    show.workspace = LabWorkspace(tmp_path)
    return show


def test_the_table_has_a_row_for_each_practice_and_the_baseline_is_told_beside(shown):
    baseline = [result(BASELINE, seed, 50 + seed) for seed in (1, 2, 3)]
    said = shown(*baseline, *(result("ema", seed) for seed in (1, 2, 3)))
    assert "│ ema      │ -2.0 (-4.5 to +0.5) │ +0.000    │ +0.000 │ +0.000            │ 3     │ no difference" in said
    assert "the baseline itself, seed by seed: judge FID 51.0, 52.0, 53.0; precision 0.800, 0.800, 0.800" in said
    for path in (shown.workspace.figure, shown.workspace.report):
        assert path.stat().st_size and str(path) in said


def test_without_a_practice_there_is_nothing_to_show(shown):
    assert shown(result(BASELINE, 1)) == "" and not shown.workspace.report.exists()


def test_who_was_not_well_is_said_of_the_baseline_too(shown):
    said = shown(result(BASELINE, 1, not_well="mode collapse"), result("ema", 1, not_well="mode collapse"))
    for name in (BASELINE, "ema"):
        assert f"{name} was not well: mode collapse (seed 1)" in said


@pytest.mark.parametrize(
    "baseline",
    [
        [],
        [result(BASELINE, 1, judge="4567")],
        [result(BASELINE, 1, nan, status="failed")],
    ],
)
def test_why_nothing_is_compared_is_said(shown, baseline):
    assert "ema has nothing to compare with: the baseline of its seeds" in shown(result("ema", 1), *baseline)
    assert "nothing to compare with" not in shown(result("ema", 1), result(BASELINE, 1))


def test_the_page_of_drawn_images_says_so(shown):
    warning = "Not the real images"
    shown(result("ema", 1), result(BASELINE, 1))
    assert warning not in shown.workspace.report.read_text(encoding="utf-8")
    shown(result("ema", 1), result(BASELINE, 1, images="drawn stand-in"))
    assert warning in shown.workspace.report.read_text(encoding="utf-8")
