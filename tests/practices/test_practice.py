import pytest

from assignment.practices.practice import Practice, PracticeContext, in_turn
from assignment.training.steps import SHEET_INGREDIENTS


@pytest.fixture
def practice():
    return Practice(PracticeContext(seed=1, batch_size=8, tapes=False))


@pytest.mark.parametrize("method", ["noise", "generator", "discriminator", "compiled", "training_view"])
def test_base_class_changes_no_ingredient(practice, method):
    assert getattr(practice, method)("ingredient") == "ingredient"


def test_base_class_does_not_change_the_update(practice):
    assert practice.ingredients(SHEET_INGREDIENTS, None) is SHEET_INGREDIENTS
    assert practice.update("update", None, SHEET_INGREDIENTS) == "update"


def test_in_turn_applies_the_earlier_function_first():
    def add(number, real):
        return number + 1 if real else number

    def double(number, real):
        return 2 * number

    assert in_turn(add, double)(3, real=True) == 8 and in_turn(add, double)(3, real=False) == 6
