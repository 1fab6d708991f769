"""Ctrl-C that waits for the update under way, so that what is saved is whole."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assignment.training.steps import Losses, Update


class Interrupted(Exception):
    """The person asked to stop; raised between two updates."""


class StopRequest:
    """Whether Ctrl-C was pressed. A second press does not wait."""

    def __init__(self):
        self.made = False

    def between_updates(self, update: Update) -> Update:
        """The same update rule, which raises Interrupted instead of starting once a stop is requested."""

        def interruptible_update(real_images, noise) -> Losses:
            if self.made:
                raise Interrupted
            return update(real_images, noise)

        return interruptible_update


@contextmanager
def stop_on_request(announce: Callable[[], None]) -> Iterator[StopRequest]:
    """Within the block the first Ctrl-C is a StopRequest, `announce`d; the second raises KeyboardInterrupt as usual."""
    request = StopRequest()

    def on_signal(number, frame):
        request.made = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        announce()

    earlier = signal.signal(signal.SIGINT, on_signal)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, earlier)
