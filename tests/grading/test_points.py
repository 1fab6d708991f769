from dataclasses import replace

import pytest

from assignment.grading.evidence import Answer, Evidence
from assignment.grading.points import grade


def test_points_are_the_share_of_the_checks_that_hold(evidence, rubric):
    result = grade(evidence, rubric, is_late=False)
    layers, figures = result.scores
    assert (layers.points, figures.points, result.total, result.possible) == (5.0, 2.0, 7.0, 14)
    assert [answer.requirement for answer in layers.lost] == ["layer 2: stride 2"]
    assert [answer.requirement for answer in layers.unchecked] == ["layer 3"]
    assert result.open_points == 2.5, "a quarter of the generator's points could not be checked"


def test_a_missing_figure_of_this_program_is_no_and_of_another_could_not_be_checked(evidence, rubric):
    (missing,) = grade(evidence, rubric, None).scores[1].lost
    assert (missing.requirement, missing.found) == ("step7_grid_*.png", "it is missing")
    other = grade(replace(evidence, recorded={}), rubric, None)
    assert not other.scores[1].lost and other.scores[1].unchecked[0].found.startswith("no file has this name")


def test_a_figure_that_was_left_out_to_fit_a_limit_could_not_be_checked(evidence, rubric):
    score = grade(replace(evidence, left_out=("step7_grid_epoch_0050.png",)), rubric, None).scores[1]
    (answer,) = score.unchecked
    assert "left out to fit a limit" in answer.found and not score.lost


@pytest.mark.parametrize(("bad", "points"), [(None, 4.0), (2, 2.0)])
def test_a_pattern_counts_once_however_many_figures_match_it(evidence, rubric, bad, points):
    grids = {f"figure step7_grid_{n}.png": (Answer(str(n), n != bad),) for n in range(30)}
    score = grade(replace(evidence, checks={**evidence.checks, **grids}), rubric, None).scores[1]
    assert score.points == points and score.answers[1].requirement == "step7_grid_*.png"


@pytest.mark.parametrize(("is_late", "total"), [(True, 4.0), (False, 7.0), (None, 7.0)])
def test_late_points_are_taken_off(evidence, rubric, is_late, total):
    assert grade(evidence, replace(rubric, late_points=3), is_late).total == total
    assert grade(evidence, replace(rubric, late_points=50), True).total == 0.0


def test_a_submission_that_cannot_be_graded_has_no_points(rubric):
    result = grade(Evidence("it is encrypted"), rubric, None)
    assert result.total == result.open_points == 0 and all(score.lost for score in result.scores)


def test_a_check_that_a_sheet_does_not_have_could_not_be_checked(evidence, rubric):
    criterion = replace(rubric.criteria[0], checks=("compiled",))
    (score,) = grade(evidence, replace(rubric, criteria=(criterion,)), None).scores
    assert score.points == 0 and score.unchecked[0].found == "the sheet of this track does not ask for it"
