from assignment.checking.answers import NO, UNKNOWN, YES, Line
from assignment.grading.evidence import answer_of


def test_an_answer_is_true_false_or_none():
    answers = [answer_of(Line("layer 1", answer, "found", "do"), "generator: ") for answer in (YES, NO, UNKNOWN)]
    assert [answer.answer for answer in answers] == [True, False, None]
    assert (answers[1].requirement, answers[1].found, answers[1].advice) == ("generator: layer 1", "found", "do")


def test_networks_are_found_by_their_role(evidence):
    assert evidence.network("discriminator").weights == "b" * 64 and evidence.network("other") is None
