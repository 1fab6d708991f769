from pathlib import Path

import pytest

from assignment.checking.answers import NO, UNKNOWN, YES, Finding, Line
from assignment.checking.check import FileCheck


@pytest.mark.parametrize(
    ("answer", "is_serious", "is_good"),
    [(YES, False, True), (UNKNOWN, False, True), (NO, False, False), (YES, True, False)],
)
def test_a_file_is_good_without_missed_requirements_and_serious_findings(answer, is_serious, is_good):
    check = FileCheck(Path("x.h5"), lines=(Line("r", answer),), findings=(Finding("f", "1", "", is_serious),))
    assert check.is_good == is_good
