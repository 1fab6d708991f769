from assignment.errors import AssignmentError
from assignment.foreign.refused import Refused


def test_a_refusal_is_not_yet_a_sentence_for_the_user():
    """It has no path; the caller puts it into a sentence, or into the answers of a check."""
    assert issubclass(Refused, ValueError) and not issubclass(Refused, AssignmentError)
