from __future__ import annotations

import errno
import io
import os
import sys

import pytest

from assignment.output import LONGEST_MESSAGE, RobustStream, printable


class FailingStream(io.StringIO):
    """A stream that cannot be written."""

    def __init__(self, number):
        super().__init__()
        self.number, self.writes = number, 0

    def write(self, text=""):
        self.writes += 1
        raise OSError(self.number, os.strerror(self.number))

    flush = write


def test_a_closed_stream_is_dropped():
    stream = io.StringIO()
    stream.close()
    robust = RobustStream(stream)
    assert robust.write("text") == 4 and not robust.isatty()
    robust.flush()


def test_a_full_disk_is_reported_on_the_other_stream(capsys):
    full, ended = RobustStream(FailingStream(errno.ENOSPC)), RobustStream(FailingStream(errno.EPIPE))
    full.write("text")
    assert "the rest of the output is lost" in capsys.readouterr().err and full.is_incomplete
    ended.write("text")
    assert capsys.readouterr().err == "" and not ended.is_incomplete


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE])
def test_a_stream_that_fails_is_not_written_again(capsys, number):
    stream = FailingStream(number)
    robust = RobustStream(stream)
    for _ in range(3):
        robust.write("text")
        robust.flush()
    assert stream.writes == 1 and capsys.readouterr().err.count("warning") == (number == errno.ENOSPC)


def test_a_full_disk_under_both_streams_ends_without_a_warning(monkeypatch):
    streams = [FailingStream(errno.ENOSPC), FailingStream(errno.ENOSPC)]
    for name, stream in zip(("stdout", "stderr"), streams):
        monkeypatch.setattr(sys, name, RobustStream(stream))
    print("text")
    assert [stream.writes for stream in streams] == [1, 1]


def test_what_is_left_in_the_buffer_of_a_failed_stream_goes_to_the_null_device(tmp_path):
    with (tmp_path / "file").open("w") as stream:
        robust = RobustStream(stream)
        robust.write("text")
        robust._discard(OSError(errno.EPIPE, "broken pipe"))
    assert (tmp_path / "file").read_text() == ""


def test_a_message_is_one_line_without_control_characters():
    assert printable("no folder \x1b[31mRED\nfoo é 李") == "no folder ?[31mRED?foo é 李"
    assert len(printable("x" * 100_000)) == LONGEST_MESSAGE
