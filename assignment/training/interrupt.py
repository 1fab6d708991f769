"""Stopping between two updates, so that what is saved is complete."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from assignment.signals import STOP_SIGNALS, handled_signals

if TYPE_CHECKING:
    from assignment.training.steps import Losses, Update


class Interrupted(Exception):
    """A stop was requested. Raised between two updates, or before the training."""


class StopRequest:
    """A request to stop the training.

    signal: the signal that made it, or None.
    announce: called when it is made, to tell the user what happens next.
    announce_again: what a second Ctrl-C does, in words.
    """

    def __init__(
        self, announce: Callable[[], None] = lambda: None, announce_again: str = "Ctrl-C again stops at once"
    ) -> None:
        self.signal: signal.Signals | None = None
        self.announce, self.announce_again = announce, announce_again

    def request(self, number: int) -> None:
        """Make the request, in the name of a signal."""
        self.signal = signal.Signals(number)
        self.announce()

    def raise_if_made(self) -> None:
        """Raise Interrupted if the request was made."""
        if self.signal is not None:
            raise Interrupted

    def between_updates(self, update: Update) -> Update:
        """Return an update that calls `update`, or raises Interrupted instead if a stop was requested."""

        def interruptible_update(*batch) -> Losses:
            self.raise_if_made()
            return update(*batch)

        return interruptible_update


@contextmanager
def stop_on_signals(stop: StopRequest) -> Iterator[None]:
    """Within the block, the first stop signal makes the request.

    A second Ctrl-C raises KeyboardInterrupt as usual. Other signals are then ignored, since several may arrive when a
    machine shuts down. `handled_signals` says which signals are left alone; in another thread than the main one, all.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        for other in STOP_SIGNALS:
            if signal.getsignal(other) is on_signal:
                signal.signal(other, signal.default_int_handler if other == signal.SIGINT else _ignore)
        stop.request(number)

    with handled_signals(STOP_SIGNALS, on_signal):
        yield


def _ignore(number: int, frame: FrameType | None) -> None:
    """Ignore a signal. With SIG_IGN instead, Python prints an error if the signal arrived just before."""
