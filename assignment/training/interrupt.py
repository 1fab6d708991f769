"""Stopping between two updates, so that what is saved is complete."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from assignment.guards import can_handle_signals
from assignment.training.steps import Losses, Update

HANGUP = getattr(signal, "SIGHUP", None)  # the terminal was closed; Windows has no such signal
BREAK = getattr(signal, "SIGBREAK", None)  # sent by a lab to stop its runs on Windows, the only system that has it
# Ctrl-C, the default of `kill` (also sent when the machine shuts down), and those of the two that the system has.
STOP_SIGNALS = [number for number in (signal.SIGINT, signal.SIGTERM, HANGUP, BREAK) if number is not None]


class Interrupted(Exception):
    """A stop was requested. Raised between two updates."""


class StopRequest:
    """The signal that requested a stop, or None."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def between_updates(self, update: Update) -> Update:
        """Return an update that calls `update`, or raises Interrupted instead if a stop was requested."""

        def interruptible_update(*batch) -> Losses:
            if self.signal is not None:
                raise Interrupted
            return update(*batch)

        return interruptible_update


@contextmanager
def stop_on_request(announce: Callable[[], None]) -> Iterator[StopRequest]:
    """Within the block the first stop signal sets the StopRequest and calls `announce`.

    A second Ctrl-C raises KeyboardInterrupt as usual. Other signals are then ignored, since several may arrive when a
    machine shuts down. If SIGHUP was ignored before, as under nohup, it stays ignored.
    In another thread than the main one, no signal sets the StopRequest.
    """
    request = StopRequest()
    if not can_handle_signals():
        yield request
        return

    def on_signal(number: int, frame: FrameType | None) -> None:
        request.signal = signal.Signals(number)
        for other in earlier_handlers:
            signal.signal(other, signal.default_int_handler if other == signal.SIGINT else _ignore)
        announce()

    earlier_handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    if HANGUP is not None and earlier_handlers[HANGUP] is signal.SIG_IGN:
        del earlier_handlers[HANGUP]
    for number in [number for number, handler in earlier_handlers.items() if handler is None]:
        del earlier_handlers[number]  # the handler of a program that Python is part of, which could not be restored
    for number in earlier_handlers:
        signal.signal(number, on_signal)
    try:
        yield request
    finally:
        for number, handler in earlier_handlers.items():
            signal.signal(number, handler)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Ignore a signal. With SIG_IGN instead, Python prints an error if the signal arrived just before."""
