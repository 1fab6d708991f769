"""Handling signals within a block."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

HANGUP = getattr(signal, "SIGHUP", None)  # the terminal was closed; Windows has no such signal
BREAK = getattr(signal, "SIGBREAK", None)  # sent by a lab to stop its runs on Windows, the only system that has it
# Ctrl-C, the default of `kill` (also sent when the machine shuts down), and those of the two that the system has.
STOP_SIGNALS = [number for number in (signal.SIGINT, signal.SIGTERM, HANGUP, BREAK) if number is not None]


def can_handle_signals() -> bool:
    """Return whether this is the main thread, the only one for which Python handles signals."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def handled_signals(numbers: Sequence[int], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within the block, `handler` handles these signals; after it, their earlier handlers do again.

    A signal that was ignored before, as SIGHUP under nohup, stays ignored. One that another program handles, of which
    Python is a part, keeps its handler, because Python could not restore it. In another thread than the main one, no
    signal is handled.
    """
    earlier = {number: signal.getsignal(number) for number in numbers} if can_handle_signals() else {}
    replaced = {number: found for number, found in earlier.items() if found not in (None, signal.SIG_IGN)}
    try:
        for number in replaced:
            signal.signal(number, handler)
        yield
    finally:
        for number, found in replaced.items():
            signal.signal(number, found)


@contextmanager
def deferred_interrupt(announce: Callable[[], None]) -> Iterator[None]:
    """Within the block, Ctrl-C only calls `announce`; after the block, it raises KeyboardInterrupt.

    Where TensorFlow traces a function, an interrupt may be lost or end in another error.
    """
    interrupts: list[int] = []

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        announce()

    with handled_signals([signal.SIGINT], on_interrupt):
        yield
    if interrupts:
        raise KeyboardInterrupt
