import sys
from pathlib import Path

import pytest

from assignment.cli import console_parser
from assignment.lab.plan import BASELINE, EPOCH_SECONDS, OTHER_SECONDS, command, seconds_expected, trials
from assignment.lab.settings import LabSettings
from assignment.settings.tracks import TRACKS, settings_from


def lab(**options):
    return LabSettings("ana", **{"practices": ("ema", "unrolled"), "seeds": 2, "epochs": 8, **options})


def test_seed_by_seed_the_baseline_first():
    planned = trials(lab(), Path("lab"))
    assert [(trial.practice, trial.seed) for trial in planned] == [
        (BASELINE, 1),
        ("ema", 1),
        ("unrolled", 1),
        (BASELINE, 2),
        ("ema", 2),
        ("unrolled", 2),
    ]
    assert len({trial.folder for trial in planned}) == 6
    assert planned[1].name == "ema, seed 1"
    assert planned[1].run_folder(lab()) == Path("lab/runs/ema/seed_1/ana/fashion")


def test_a_name_that_begins_with_a_hyphen_is_no_option():
    settings = LabSettings("-ana", practices=["ema"], outputs_dir=Path("-outputs"))
    words = command(trials(settings, Path("-lab"))[0], settings)
    assert vars(console_parser().parse_args(words[3:]))["firstname"] == "-ana"


@pytest.mark.parametrize("options", [{}, {"data_dir": Path("images")}, {"data": "standin", "precision": "float32"}])
@pytest.mark.parametrize("track", TRACKS)
def test_a_trial_is_an_ordinary_run(track, options):
    settings = lab(track=track, **options)
    for trial in trials(settings, Path("lab"))[:2]:
        words = command(trial, settings)
        assert words[:3] == [sys.executable, "-m", "assignment"]
        given = vars(console_parser().parse_args(words[3:]))
        del given["command"], given["action"], given["quick"]
        run = settings_from(TRACKS[given.pop("track")], given)
        assert (run.TRACK, run.seed, run.epochs, run.grid_every) == (track, 1, 8, 2)
        assert run.practice == (() if trial.practice == BASELINE else ("ema",))
        assert run.data_dir == settings.data_dir and run.data == settings.data and run.evaluation
        assert run.outputs_dir == trial.folder and run.models_dir == trial.folder / "models"


def test_the_time_is_reckoned_by_cost_until_it_is_measured(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = lab(jobs=2)
    planned = trials(settings, Path("lab"))
    plain = 8 * EPOCH_SECONDS["fashion"] + OTHER_SECONDS
    assert seconds_expected(planned, settings) == pytest.approx(2 * (1 + 1 + 3) * plain / 2)
    assert seconds_expected(planned[:1], settings) == pytest.approx(plain)  # one run has one job
    assert seconds_expected(planned, settings, {BASELINE: 10.0}) == pytest.approx(2 * (10 + 10 + 30) / 2)
    assert seconds_expected(planned, settings, {"unrolled": 30.0}) == pytest.approx(2 * (10 + 10 + 30) / 2)
    assert seconds_expected([], settings) == 0


def test_more_jobs_than_cores_bring_nothing(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    planned = trials(lab(), Path("lab"))
    assert seconds_expected(planned, lab(jobs=64)) == seconds_expected(planned, lab(jobs=2))
