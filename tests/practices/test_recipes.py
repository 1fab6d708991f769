import pytest

from assignment.errors import AssignmentError
from assignment.practices.choice import checked_practices
from assignment.practices.recipes import SHEET, TUNED, TUNED_PRACTICES, recipe_practices


@pytest.mark.parametrize("track", TUNED_PRACTICES)
def test_the_practices_of_a_recipe_can_be_used_together_in_their_track(track):
    practices = recipe_practices(TUNED, track)
    assert practices and set(checked_practices(practices, track)) == set(practices)


def test_the_recipe_of_the_sheet_has_no_practice():
    assert recipe_practices(SHEET, "fashion") == ()


def test_a_track_without_a_tuned_recipe_is_refused():
    with pytest.raises(AssignmentError, match="the museum track has no tuned recipe; leave out --recipe"):
        recipe_practices(TUNED, "museum")
