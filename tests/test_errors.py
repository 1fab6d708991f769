import errno

import pytest

from assignment.errors import (
    DISK_QUOTA_EXCEEDED,
    describe_os_error,
    is_disk_full,
    is_out_of_memory,
    one_line,
    os_reason,
)

CASES = [
    (errno.ENOSPC, "the disk is full: some.png; make room and run the same command again."),
    (errno.EACCES, "permission denied: some.png; choose another folder"),
    (errno.EPERM, "permission denied: some.png; choose another folder"),
    (errno.EROFS, "the file system is read-only: some.png; choose another folder"),
    (errno.EIO, "could not be read or written: some.png (input/output error)."),
]
if DISK_QUOTA_EXCEEDED is not None:
    CASES.append((DISK_QUOTA_EXCEEDED, "your disk quota is used up: some.png; make room and"))


@pytest.mark.parametrize(("number", "message"), CASES)
def test_an_os_error_is_described_in_one_sentence_with_the_file(number, message):
    sentence = describe_os_error(OSError(number, "Input/output error", "some.png"))
    assert message in sentence and sentence.endswith(".") and "\n" not in sentence


def test_an_unknown_file_is_left_out():
    assert "None" not in describe_os_error(OSError(errno.ENOSPC, "No space left on device"))


def test_the_sentence_ends_with_what_the_caller_suggests_after_freeing_space():
    sentence = describe_os_error(OSError(errno.ENOSPC, "No space left on device"), "save again")
    assert sentence == "the disk is full; make room and save again."


def test_a_full_disk_and_a_used_up_quota_are_recognized():
    assert is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
    assert DISK_QUOTA_EXCEEDED is None or is_disk_full(OSError(DISK_QUOTA_EXCEEDED, "Disk quota exceeded"))


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), OSError("no number"), ValueError()])
def test_other_errors_are_not_a_full_disk(error):
    assert not is_disk_full(error)


class ResourceExhaustedError(Exception):
    """Has the name of TensorFlow's exception."""


@pytest.mark.parametrize("error", [MemoryError(), ResourceExhaustedError(), OSError(errno.ENOMEM, "no memory")])
def test_every_kind_of_full_memory_is_recognized(error):
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [ValueError(), OSError(errno.EIO, "Input/output error")])
def test_other_errors_are_not_a_full_memory(error):
    assert not is_out_of_memory(error)


def test_the_reason_and_the_message_of_an_error_fit_into_a_sentence():
    assert os_reason(OSError(errno.EIO, "Input/output\nerror")) == "input/output error"
    assert os_reason(OSError("Timed out")) == "timed out"
    assert one_line(ValueError("one\n  two.")) == "one two"
    assert one_line(ValueError()) == "ValueError"
