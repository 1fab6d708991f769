from __future__ import annotations

import signal
import threading

import pytest

from assignment.signals import can_handle_signals, deferred_interrupt, handled_signals


def test_only_the_main_thread_can_handle_signals():
    answers = [can_handle_signals()]
    thread = threading.Thread(target=lambda: answers.append(can_handle_signals()))
    thread.start()
    thread.join()
    assert answers == [True, False]


@pytest.fixture
def received():
    """The list of signals that `handle` received."""
    return []


@pytest.fixture
def handle(received):
    return lambda number, frame: received.append(number)


def test_a_signal_is_handled_within_the_block_only(received, handle):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), handled_signals([signal.SIGTERM], handle):
        signal.raise_signal(signal.SIGTERM)
        raise ZeroDivisionError
    assert received == [signal.SIGTERM] and signal.getsignal(signal.SIGTERM) is before


def test_an_ignored_signal_stays_ignored(received, handle):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with handled_signals([signal.SIGTERM], handle):
            signal.raise_signal(signal.SIGTERM)
        assert received == [] and signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_handler_that_was_not_installed_from_python_is_kept(monkeypatch, handle):
    changed = []
    monkeypatch.setattr(signal, "getsignal", lambda number: None if number == signal.SIGTERM else signal.SIG_DFL)
    monkeypatch.setattr(signal, "signal", lambda number, handler: changed.append(number))
    with handled_signals([signal.SIGTERM, signal.SIGINT], handle):
        pass
    assert changed == [signal.SIGINT, signal.SIGINT]


def test_outside_the_main_thread_no_handler_is_installed(handle):
    before = signal.getsignal(signal.SIGTERM)
    found = []

    def run():
        with handled_signals([signal.SIGTERM], handle):
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [before]


def test_an_interrupt_is_raised_after_the_block_that_defers_it():
    done = []
    with pytest.raises(KeyboardInterrupt):
        with deferred_interrupt(lambda: done.append("announced")):
            signal.raise_signal(signal.SIGINT)
            done.append("the block")
    assert done == ["announced", "the block"]
    with deferred_interrupt(lambda: None):
        done.append("another block")
    assert done[-1] == "another block"
