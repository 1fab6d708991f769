"""Stopping between two updates, so that what is saved is complete."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from assignment.signals import STOP_SIGNALS, handled_signals
from assignment.training.steps import Losses, Update


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
    machine shuts down. `handled_signals` says which signals are left alone.
    """
    request = StopRequest()

    def on_signal(number: int, frame: FrameType | None) -> None:
        request.signal = signal.Signals(number)
        for other in STOP_SIGNALS:
            if signal.getsignal(other) is on_signal:
                signal.signal(other, signal.default_int_handler if other == signal.SIGINT else _ignore)
        announce()

    with handled_signals(STOP_SIGNALS, on_signal):
        yield request


def _ignore(number: int, frame: FrameType | None) -> None:
    """Ignore a signal. With SIG_IGN instead, Python prints an error if the signal arrived just before."""
