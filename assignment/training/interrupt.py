"""A stop that waits for the update under way, so that what is saved is whole."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assignment.training.steps import Losses, Update

HANGUP = getattr(signal, "SIGHUP", None)  # a terminal that is closed; Windows has no such signal
BREAK = getattr(signal, "SIGBREAK", None)  # how a lab asks its runs on Windows, which alone has it
# The first two are Ctrl-C and a polite kill, as of a machine that shuts down.
STOPPING = [number for number in (signal.SIGINT, signal.SIGTERM, HANGUP, BREAK) if number is not None]


class Interrupted(Exception):
    """Somebody asked to stop; raised between two updates."""


class StopRequest:
    """Which signal asked to stop, None while none has. A second Ctrl-C does not wait."""

    def __init__(self):
        self.signal: signal.Signals | None = None

    def between_updates(self, update: Update) -> Update:
        """The same update rule, which raises Interrupted instead of starting once a stop is requested."""

        def interruptible_update(*batch) -> Losses:
            if self.signal is not None:
                raise Interrupted
            return update(*batch)

        return interruptible_update


@contextmanager
def stop_on_request(announce: Callable[[], None]) -> Iterator[StopRequest]:
    """Within the block the first Ctrl-C, SIGTERM or SIGHUP is a StopRequest, `announce`d.

    A Ctrl-C after it raises KeyboardInterrupt as usual, while the other signals, which come in numbers when a machine
    shuts down, are then ignored. A SIGHUP that was ignored before, as it is under nohup, stays so.
    """
    request = StopRequest()

    def on_signal(number, frame):
        request.signal = signal.Signals(number)
        for other in earlier:
            signal.signal(other, signal.default_int_handler if other == signal.SIGINT else _take_no_notice)
        announce()

    earlier = {number: signal.getsignal(number) for number in STOPPING}
    if HANGUP is not None and earlier[HANGUP] is signal.SIG_IGN:
        del earlier[HANGUP]
    for number in earlier:
        signal.signal(number, on_signal)
    try:
        yield request
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _take_no_notice(number, frame) -> None:
    """In place of SIG_IGN, which Python complains of when the signal has come just before."""
