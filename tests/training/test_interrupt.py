import signal

import pytest

from assignment.training.interrupt import HANGUP, STOPPING, Interrupted, stop_on_request


@pytest.mark.parametrize("number", STOPPING)
def test_the_update_under_way_is_finished_and_the_next_not_begun(number):
    done = []
    with stop_on_request(lambda: done.append("announced")) as stop:
        update = stop.between_updates(lambda real_images, noise: done.append(noise))
        update(None, 1)
        signal.raise_signal(number)
        with pytest.raises(Interrupted):
            update(None, 2)
    assert done == [1, "announced"] and stop.signal == number


def test_a_second_request_does_not_wait():
    with pytest.raises(KeyboardInterrupt), stop_on_request(lambda: None):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(HANGUP is None, reason="Windows cannot hold signals back")
def test_two_signals_at_once_are_no_complaint(capsys):
    """Both have come before Python looks: Ctrl-C reaches a lab's runs, and the lab asks them, too."""
    with stop_on_request(lambda: None) as stop:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    assert stop.signal is not None and not capsys.readouterr().err


def test_a_shutdown_may_ask_more_than_once():
    announced = []
    with stop_on_request(lambda: announced.append(1)) as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert announced == [1] and stop.signal == signal.SIGTERM


@pytest.mark.skipif(HANGUP is None, reason="Windows has no SIGHUP")
def test_a_run_under_nohup_does_not_hear_its_terminal_close():
    earlier = signal.signal(HANGUP, signal.SIG_IGN)
    try:
        with stop_on_request(lambda: None) as stop:
            signal.raise_signal(HANGUP)
        assert stop.signal is None and signal.getsignal(HANGUP) is signal.SIG_IGN
    finally:
        signal.signal(HANGUP, earlier)


@pytest.mark.parametrize("asked", [False, True])
def test_afterwards_every_signal_is_as_before(asked):
    earlier = {number: signal.getsignal(number) for number in STOPPING}
    with stop_on_request(lambda: None):
        assert all(signal.getsignal(number) is not handler for number, handler in earlier.items())
        if asked:
            signal.raise_signal(signal.SIGTERM)
    assert {number: signal.getsignal(number) for number in STOPPING} == earlier
