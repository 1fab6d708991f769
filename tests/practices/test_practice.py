from assignment.practices.practice import Practice, Setting, in_turn
from assignment.training.steps import SHEETS


def test_a_practice_replaces_nothing_by_itself():
    practice = Practice(Setting(seed=1, batch_size=8, tapes=False))
    for method in (practice.noise, practice.generator, practice.discriminator, practice.compiled, practice.sketch):
        assert method("as it is") == "as it is"
    assert practice.ingredients(SHEETS, None) is SHEETS and practice.update("rule", None, SHEETS) == "rule"


def test_in_turn_the_earlier_comes_first():
    def added(number, real):
        return number + 1 if real else number

    def doubled(number, real):
        return 2 * number

    assert in_turn(added, doubled)(3, real=True) == 8 and in_turn(added, doubled)(3, real=False) == 6
