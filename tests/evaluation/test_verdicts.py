import pytest

from assignment.evaluation import health
from assignment.evaluation.health import Finding, Spell
from assignment.evaluation.scores import Copying, Range
from assignment.evaluation.verdicts import verdicts


def one(value):
    return Range(value, value, value)


FLOOR = {name: one(1.0) for name in ("certain", "precision", "agreement", "classes", "diversity", "recall")}
GOOD = {**FLOOR, "certain": one(0.9), "classes": one(10.0), "recall": one(0.5)}
OWN = Copying(0.2, 0.2, 0.01)
FIDS = {0: 900.0, 5: 40.0, 10: 20.0}


def answers(figures=GOOD, floor=FLOOR, copying=OWN, judge_fids=FIDS, spells=()):
    return [verdict.answer for verdict in verdicts(figures, floor, copying, judge_fids, spells, 10)]


def spell(name):
    return Spell(Finding(name, "seen", "means", ("seed",)), 3, 9)


def test_a_good_generator():
    assert answers() == ["yes"] * 6


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("certain", 0.79, 0),
        ("precision", 0.49, 0),
        ("agreement", 0.89, 1),
        ("classes", 9.4, 2),
        ("diversity", 0.49, 2),
        ("recall", 0.24, 2),
    ],
)
def test_what_is_below_its_bound_is_no(name, value, place):
    expected = ["yes"] * 6
    expected[place] = "no"
    assert answers({**GOOD, name: one(value)}) == expected


def test_bounds_are_shares_of_the_floor():
    assert answers({**GOOD, "recall": one(0.1)}, {**FLOOR, "recall": one(0.3)}) == ["yes"] * 6
    assert answers({**GOOD, "recall": one(0.0)}, {**FLOOR, "recall": one(0.0)}) == ["yes"] * 6


def test_nothing_is_asked_where_nothing_was_asked_for():
    without = {name: value for name, value in GOOD.items() if name != "agreement"}
    asked = [verdict.question for verdict in verdicts(without, FLOOR, OWN, FIDS, (), 10)]
    assert len(asked) == 5 and "Are they what they should be?" not in asked


def test_an_unstable_training_names_what_was_seen_and_when():
    (stable,) = (
        verdict
        for verdict in verdicts(GOOD, FLOOR, OWN, FIDS, [spell(health.EXPLODING)], 10)
        if "stable" in verdict.question
    )
    assert stable.answer == "no" and "exploding gradients (epochs 3 to 9)" in stable.evidence
    assert answers(spells=[spell(health.COLLAPSE)])[3] == "yes", "that is another question"


@pytest.mark.parametrize(
    ("judge_fids", "answer"), [({0: 100.0, 9: 50.0}, "yes"), ({0: 100.0, 9: 51.0}, "no"), ({9: 9.0}, "not shown")]
)
def test_improvement_is_from_the_first_measurement_to_the_last(judge_fids, answer):
    assert answers(judge_fids=judge_fids)[4] == answer


def test_a_copier():
    assert answers(copying=Copying(0.0, 0.2, 0.2)) == ["yes"] * 5 + ["no"]


def test_the_evidence_has_its_figures_and_bounds():
    said = " ".join(verdict.evidence for verdict in verdicts(GOOD, FLOOR, OWN, FIDS, (), 10))
    for figure in ("90.0%", "80%", "10 of 10", "50%", "25%", "900.0 (untrained)", "20.0 (epoch 10)", "1.0%"):
        assert figure in said
