import io
from math import nan

import pytest
from rich.console import Console

from assignment.lab.curves import CurvePoint
from assignment.lab.plan import BASELINE
from assignment.lab.record import LabRecord
from assignment.lab.settings import LabSettings
from assignment.lab.showing import show_results
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen


@pytest.fixture
def workspace(tmp_path):
    return LabWorkspace(tmp_path)


@pytest.fixture
def show(workspace):
    """A function that shows results and returns what is printed."""

    def show_and_read(*results, points=()):
        screen = Screen(Console(file=io.StringIO(), width=200))
        record = LabRecord(LabSettings("ana"), workspace)
        record.results, record.points = list(results), list(points)
        show_results(record, screen, "assignment lab --firstname ana")
        return screen.console.file.getvalue()

    return show_and_read


def test_the_table_has_a_row_for_each_practice_and_the_baseline_is_printed_below(show, make_result, workspace):
    baseline = [make_result(BASELINE, seed, 50 + seed) for seed in (1, 2, 3)]
    printed = show(*baseline, *(make_result("ema", seed) for seed in (1, 2, 3)))
    row = (
        "│ ema      │ -2.0 (-4.5 to +0.5) │ +0.000    │ +0.000 │ +0.000    │ +0.000             │ 3     │ no difference"
    )
    assert row in printed
    assert "the baseline itself, by seed: judge FID 51.0, 52.0, 53.0; precision 0.800, 0.800, 0.800" in printed
    for path in (workspace.figure, workspace.report):
        assert path.stat().st_size and str(path) in printed


def test_the_curves_are_drawn_and_on_the_page_if_they_were_measured(show, make_result, workspace):
    results = [make_result(name, 1) for name in (BASELINE, "ema")]
    show(*results)
    assert not workspace.curves_figure.exists() and "Over the epochs" not in workspace.report.read_text(
        encoding="utf-8"
    )
    points = [
        CurvePoint(name, 1, float(epoch), 90.0 / epoch, 0.5, 0.4, 0.9) for name in (BASELINE, "ema") for epoch in (1, 2)
    ]
    show(*results, points=points)
    assert workspace.curves_figure.stat().st_size
    assert "Over the epochs" in workspace.report.read_text(encoding="utf-8")
    show(*results, points=points[:2])  # of the baseline alone
    assert not workspace.curves_figure.exists()


def test_a_combination_is_explained_on_the_page_by_its_practices(show, make_result, workspace):
    show(make_result(BASELINE, 1), make_result("ema+replay", 1))
    page = workspace.report.read_text(encoding="utf-8")
    assert 'scope="row">ema+replay' in page and "<dt>ema</dt>" in page and "<dt>replay</dt>" in page


def test_without_a_practice_the_baseline_alone_is_not_shown(show, make_result, workspace):
    assert show(make_result(BASELINE, 1)) == "" and not workspace.report.exists()


def test_problems_are_printed_for_practices_and_the_baseline(show, make_result):
    printed = show(*(make_result(name, 1, problems="mode collapse") for name in (BASELINE, "ema")))
    for name in (BASELINE, "ema"):
        assert f"problems with {name}: mode collapse (seed 1)" in printed


@pytest.mark.parametrize("change", [None, {"judge": "4567"}, {"judge_fid": nan, "status": "failed"}])
def test_the_reason_is_printed_if_there_is_nothing_to_compare_with(show, make_result, change):
    baseline = [] if change is None else [make_result(BASELINE, 1, **change)]
    reason = "ema has nothing to compare with: the baseline with its seeds"
    assert reason in show(make_result("ema", 1), *baseline)
    assert "nothing to compare with" not in show(make_result("ema", 1), make_result(BASELINE, 1))


def test_the_page_warns_of_drawn_images(show, make_result, workspace):
    warning = "Not the real images"
    show(make_result("ema", 1), make_result(BASELINE, 1))
    assert warning not in workspace.report.read_text(encoding="utf-8")
    show(make_result("ema", 1), make_result(BASELINE, 1, images="drawn stand-in"))
    assert warning in workspace.report.read_text(encoding="utf-8")


def test_several_types_of_machines_are_named(show, make_result, workspace):
    assert "the same type of machine" not in show(make_result(BASELINE, 1), make_result("ema", 1))
    printed = show(make_result(BASELINE, 1, machine="EPYC, 1 thread"), make_result("ema", 1, machine="M4, 8 threads"))
    sentence = "compared only between trials on the same type of machine. The trials ran on: EPYC, 1 thread; M4, 8"
    assert sentence in printed and sentence in workspace.report.read_text(encoding="utf-8")
