import pytest

from assignment.evaluation import health
from assignment.evaluation.health import Episode, Problem
from assignment.evaluation.scores import Copying, ScoreRange
from assignment.evaluation.verdicts import verdicts


def constant(value):
    """The range of a metric that has the same value in every draw."""
    return ScoreRange(value, value, value)


FLOOR = {name: constant(1.0) for name in ("confident", "precision", "agreement", "classes", "diversity", "recall")}
GOOD = {**FLOOR, "confident": constant(0.9), "classes": constant(10.0), "recall": constant(0.5)}
NO_COPIES = Copying(0.2, 0.2, 0.01)
FIDS = {0: 900.0, 5: 40.0, 10: 20.0}


def judge(scores=GOOD, floor=FLOOR, copying=NO_COPIES, judge_fids=FIDS, episodes=(), epochs=20):
    return verdicts(scores, floor, copying, judge_fids, episodes, 10, epochs)


def answers(**changes):
    return [verdict.answer for verdict in judge(**changes)]


def episode(name):
    return Episode(Problem(name, "seen", "means", ("seed",)), 3, 9)


def test_good_generator_has_only_positive_answers():
    assert answers() == ["yes"] * 6


@pytest.mark.parametrize(
    ("name", "value", "position"),
    [
        ("agreement", 0.89, 1),
        ("classes", 9.4, 2),
        ("diversity", 0.49, 2),
        ("recall", 0.24, 2),
    ],
)
def test_score_below_its_threshold_makes_the_answer_no(name, value, position):
    expected = ["yes"] * 6
    expected[position] = "no"
    assert answers(scores={**GOOD, name: constant(value)}) == expected


@pytest.mark.parametrize(("name", "value"), [("confident", 0.79), ("precision", 0.49)])
def test_images_that_are_not_recognizable_show_nothing_else(name, value):
    scores = {**GOOD, name: constant(value)}
    assert answers(scores=scores) == ["no", *["not shown"] * 3, "yes", "yes"]
    assert answers(scores={**scores, "recall": constant(0.0)})[2] == "no", "a collapse stays one"
    assert judge(scores=scores)[3].evidence.startswith("The images are not recognizable, so this does not count: 1.0%")


def test_classes_that_some_draws_lack_are_not_rounded_away():
    verdict = judge(scores={**GOOD, "classes": constant(9.8)})[2]
    assert verdict.answer == "yes" and verdict.evidence.startswith("9.8 of 10 classes are covered.")


def test_thresholds_are_shares_of_the_floor():
    for recall, floor_recall in ((0.1, 0.3), (0.0, 0.0)):
        scores, floor = {**GOOD, "recall": constant(recall)}, {**FLOOR, "recall": constant(floor_recall)}
        assert answers(scores=scores, floor=floor) == ["yes"] * 6


def test_question_of_the_right_class_is_left_out_without_agreement():
    without_agreement = {name: value for name, value in GOOD.items() if name != "agreement"}
    questions = [verdict.question for verdict in judge(scores=without_agreement)]
    assert len(questions) == 5 and "Do the images show the right class?" not in questions


def test_unstable_training_is_explained_by_its_problems_and_their_epochs():
    (stable,) = (
        verdict for verdict in judge(episodes=[episode(health.EXPLODING)]) if verdict.question.endswith("stable?")
    )
    assert stable.answer == "no" and "exploding gradients (epochs 3 to 9)" in stable.evidence


def test_mode_collapse_does_not_count_as_instability():
    assert answers(episodes=[episode(health.COLLAPSE)])[4] == "yes"


@pytest.mark.parametrize(
    ("judge_fids", "answer"), [({0: 100.0, 9: 50.0}, "yes"), ({0: 100.0, 9: 51.0}, "no"), ({9: 9.0}, "not shown")]
)
def test_improvement_compares_the_first_and_the_last_measurement(judge_fids, answer):
    assert answers(judge_fids=judge_fids)[5] == answer


def test_long_list_of_measurements_is_shortened():
    evidence = judge(judge_fids={epoch: 100.0 - epoch for epoch in range(11)})[5].evidence
    assert evidence.startswith(
        "Judge FID: 100.0 (untrained), 99.0 (epoch 1), 95.0 (epoch 5), 91.0 (epoch 9), 90.0 (epoch 10). "
    )


def test_evidence_names_the_best_epoch_if_the_images_became_much_worse_after_it():
    evidence = judge(judge_fids={0: 900.0, 50: 10.0, 100: 15.1})[5].evidence
    assert evidence.endswith(" It was lowest after epoch 50, 10.0; the images became worse after it.")
    assert "lowest" not in judge(judge_fids={0: 900.0, 50: 10.0, 100: 15.0})[5].evidence
    untrained_is_best = judge(judge_fids={0: 1.0, 5: 9.0, 9: 20.0})[5].evidence
    assert "lowest after epoch 5, 9.0" in untrained_is_best, "the untrained generator is not saved"


def test_generator_that_copies_training_images_is_not_original():
    assert answers(copying=Copying(0.0, 0.2, 0.2)) == [*["yes"] * 3, "no", "yes", "yes"]


def test_evidence_states_numbers_and_thresholds():
    evidence = " ".join(verdict.evidence for verdict in judge())
    for words in ("90.0%", "80%", "10 of 10", "50%", "25%", "900.0 (untrained)", "20.0 (epoch 10)", "1.0%"):
        assert words in evidence


def test_training_that_is_too_short_for_the_checks_is_not_called_stable():
    short = judge(epochs=health.STUCK_EPOCHS - 1)[4]
    assert (short.answer, short.evidence) == ("not shown", "The checks need 8 epochs; this training has 7.")
    assert answers(epochs=health.STUCK_EPOCHS)[4] == "yes"
    assert answers(epochs=3, episodes=[episode(health.DIVERGENCE)])[4] == "no"
