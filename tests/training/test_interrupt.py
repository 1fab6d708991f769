import signal
import threading
from contextlib import contextmanager

import pytest

from assignment.signals import HANGUP, STOP_SIGNALS
from assignment.training.interrupt import Interrupted, StopRequest, stop_on_signals


@contextmanager
def stop_on_request(announce):
    """Within the block, signals make a request, which this yields."""
    stop = StopRequest(announce)
    with stop_on_signals(stop):
        yield stop


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_current_update_is_finished_and_the_next_not_started(number):
    events = []
    with stop_on_request(lambda: events.append("announced")) as stop:
        update = stop.between_updates(lambda real_images, noise: events.append(noise))
        update(None, 1)
        signal.raise_signal(number)
        with pytest.raises(Interrupted):
            update(None, 2)
    assert events == [1, "announced"] and stop.signal == number


def test_second_ctrl_c_stops_at_once():
    with pytest.raises(KeyboardInterrupt), stop_on_request(lambda: None):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(HANGUP is None, reason="Windows cannot block signals")
def test_two_signals_at_once_print_no_error(capsys):
    """Ctrl-C reaches a lab's runs directly, and the lab also signals them, so both may arrive before Python looks."""
    with stop_on_request(lambda: None) as stop:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    assert stop.signal is not None and not capsys.readouterr().err


def test_repeated_sigterm_is_announced_once():
    announced = []
    with stop_on_request(lambda: announced.append(1)) as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert announced == [1] and stop.signal == signal.SIGTERM


@pytest.mark.skipif(HANGUP is None, reason="Windows has no SIGHUP")
def test_sighup_stays_ignored_under_nohup():
    earlier = signal.signal(HANGUP, signal.SIG_IGN)
    try:
        with stop_on_request(lambda: None) as stop:
            signal.raise_signal(HANGUP)
        assert stop.signal is None and signal.getsignal(HANGUP) is signal.SIG_IGN
    finally:
        signal.signal(HANGUP, earlier)


@pytest.mark.parametrize("stopped", [False, True])
def test_signal_handlers_are_restored(stopped):
    earlier = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    with stop_on_request(lambda: None):
        assert all(signal.getsignal(number) is not handler for number, handler in earlier.items())
        if stopped:
            signal.raise_signal(signal.SIGTERM)
    assert {number: signal.getsignal(number) for number in STOP_SIGNALS} == earlier


def test_outside_the_main_thread_no_handler_is_installed():
    results = []

    def train():
        with stop_on_request(lambda: None) as stop:
            results.append(stop.between_updates(lambda batch: batch)(1))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert results == [1]


def test_a_handler_that_was_not_installed_from_python_is_kept(monkeypatch):
    unknown = signal.SIGTERM
    monkeypatch.setattr(
        signal, "getsignal", lambda number, get=signal.getsignal: None if number == unknown else get(number)
    )
    changed = []
    monkeypatch.setattr(signal, "signal", lambda number, handler: changed.append(number))
    with stop_on_request(lambda: None):
        pass
    assert unknown not in changed and signal.SIGINT in changed


def test_another_thread_can_make_the_request():
    announced = []
    stop = StopRequest(lambda: announced.append(stop.signal))
    update = stop.between_updates(lambda batch: batch)
    assert update(1) == 1
    stop.request(signal.SIGINT)
    assert announced == [signal.SIGINT]
    with pytest.raises(Interrupted):
        update(2)
