from assignment.data.dataset import GARMENTS, TROUSER


def test_the_class_that_the_sheet_calls_pants():
    assert len(GARMENTS) == 10 and GARMENTS[TROUSER] == "Trouser" and TROUSER == 1
