import signal

import pytest

from assignment.training.interrupt import Interrupted, stop_on_request


def test_the_update_under_way_is_finished_and_the_next_not_begun():
    done = []
    with stop_on_request(lambda: done.append("announced")) as stop:
        update = stop.between_updates(lambda real_images, noise: done.append(noise))
        update(None, 1)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted):
            update(None, 2)
    assert done == [1, "announced"]


def test_a_second_request_does_not_wait():
    with pytest.raises(KeyboardInterrupt), stop_on_request(lambda: None):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


def test_afterwards_ctrl_c_is_as_before():
    earlier = signal.getsignal(signal.SIGINT)
    with stop_on_request(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not earlier
    assert signal.getsignal(signal.SIGINT) is earlier
