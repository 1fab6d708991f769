"""A run as a function of Python."""

import signal
import threading
import time

import pytest

from assignment import digits, fashion
from assignment.errors import AssignmentError
from assignment.session import call
from assignment.session.call import in_own_thread
from assignment.session.stages import make_generator
from assignment.signals import STOP_SIGNALS


@pytest.fixture
def started(monkeypatch):
    """The settings and activities of the runs that are started; nothing is run."""
    found = []
    monkeypatch.setattr(call, "start_run", lambda settings, activity, stop: found.append((settings, activity, stop)))
    return found


def test_the_arguments_are_the_options_of_the_command(started, tmp_path):
    fashion.run("ana", epochs=20, practice=["ema"], quick=True, outputs_dir=tmp_path)
    ((settings, activity, _),) = started
    assert (settings.firstname, settings.epochs, settings.practice) == ("ana", 20, ("ema",))
    assert settings.grid_every == 1 and settings.seed == 897_080_505 and settings.show is False
    assert activity.command_line.startswith("fashion.run(firstname='ana', epochs=20, practice=['ema'], quick=True")


def test_the_other_tracks_have_their_own_arguments(started, tmp_path):
    digits.run(firstname="ana", outputs_dir=tmp_path)
    assert started[0][0].TRACK == "digits"
    with pytest.raises(AssignmentError, match="the digits track has no --network"):
        digits.run(firstname="ana", network="dense")
    with pytest.raises(AssignmentError, match=r"has no --epoch; did you mean --epochs\?"):
        fashion.run("ana", epoch=1)
    with pytest.raises(AssignmentError, match="has no --zzz; it has .*--quick, --recipe, --seed"):
        fashion.run("ana", zzz=1)


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (AssignmentError("no."), AssignmentError, r"\Ano\.\Z"),
        (OSError(28, "full", "x.png"), AssignmentError, "the disk is full: x.png"),
        (MemoryError(), AssignmentError, "the memory is full"),
        (ZeroDivisionError("a bug"), ZeroDivisionError, "a bug"),
    ],
)
def test_an_error_is_the_sentence_of_the_command(monkeypatch, tmp_path, error, raised, words):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(call, "start_run", fail)
    with pytest.raises(raised, match=words):
        fashion.run("ana", outputs_dir=tmp_path)


def test_work_is_done_in_another_thread_and_its_error_is_raised_here():
    threads = []
    in_own_thread(lambda: threads.append(threading.current_thread()), on_interrupt=print)
    assert threads[0] is not threading.main_thread()
    with pytest.raises(KeyError, match="x"):
        in_own_thread(lambda: {}["x"], on_interrupt=print)


def test_ctrl_c_requests_a_stop_and_the_work_ends_by_itself():
    stopped, interrupts = threading.Event(), []

    def work():
        signal.raise_signal(signal.SIGINT)  # reaches the main thread, as Ctrl-C does
        assert stopped.wait(10)

    in_own_thread(work, on_interrupt=lambda number: interrupts.append(number) or stopped.set())
    assert interrupts == [signal.SIGINT]


def test_a_second_ctrl_c_ends_the_call_at_once():
    release = threading.Event()

    def work():
        for _ in range(2):
            time.sleep(1)
            signal.raise_signal(signal.SIGINT)
        release.wait(10)

    with pytest.raises(KeyboardInterrupt):
        in_own_thread(work, on_interrupt=lambda number: None)
    release.set()


def test_a_stop_before_the_training_leaves_nothing(monkeypatch, tmp_path, capsys):
    def stopped_early(settings, activity, stop):
        stop.request(signal.SIGINT)
        stop.raise_if_made()

    monkeypatch.setattr(call, "start_run", stopped_early)
    run = fashion.run("ana", outputs_dir=tmp_path)
    assert (run.status, run.epochs) == ("interrupted", 0)
    assert "stopping before the training begins" in capsys.readouterr().out


def watch(function, changed, handlers):
    """Return the function; it also notes whether a handler has changed while it runs."""

    def watched(*arguments):
        changed.append([signal.getsignal(number) for number in STOP_SIGNALS] != handlers)
        return function(*arguments)

    return watched


@pytest.mark.usefixtures("few_trousers")
def test_a_run_leaves_its_result_and_changes_no_signal_handler(run_here, capsys, monkeypatch):
    """`run_here` provides an empty folder. The networks are the sheet's, for one update."""
    handlers = [signal.getsignal(number) for number in STOP_SIGNALS]
    changed = []
    monkeypatch.setattr("assignment.session.stages.make_generator", watch(make_generator, changed, handlers))
    run = fashion.run("ana", epochs=1, batch_size=8, precision="float32", evaluation=False)
    assert changed == [False]
    assert (run.status, run.epochs) == ("finished", 1) and repr(run).startswith(
        "<run of ana, fashion: finished, 1 of 1"
    )
    assert run.history["epoch"].tolist() == [1] and run.history["generator_loss"][0] > 0
    assert run.generator.name == "generator_model_ana" and run.discriminator.output_shape == (None, 1)
    assert run.metrics is None and run.report.exists()
    assert {"step7_losses", "step7_grid_epoch_0001"} <= run.figures.keys()
    printed = capsys.readouterr().out
    assert "Step 8" in printed and "Ctrl-C cannot stop" not in printed and "Starting TensorFlow" not in printed
