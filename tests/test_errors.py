import errno

import pytest

from assignment.errors import sentence_for


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "no permission"),
        (errno.EIO, "input/output error"),
    ],
)
def test_one_sentence_that_names_the_file(number, said):
    sentence = sentence_for(OSError(number, "Input/output error", "some.png"))
    assert said in sentence and "some.png" in sentence and sentence.endswith(".") and "\n" not in sentence


def test_a_file_that_is_not_known_is_not_named():
    assert "None" not in sentence_for(OSError(errno.ENOSPC, "No space left on device"))
