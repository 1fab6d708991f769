import sys
from pathlib import Path

import pytest

from assignment.cli import console_parser
from assignment.cluster.images import ImageFiles
from assignment.lab.plan import (
    BASELINE,
    OTHER_SECONDS,
    estimate_seconds,
    plan_trials,
    trial_command,
    trial_job,
    trials_at_once,
)
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.settings.tracks import TRACKS, settings_from

UNROLLED = BY_NAME["unrolled"].relative_time
WORKSPACE = LabWorkspace(Path("lab"))


def lab(**options):
    return LabSettings("ana", **{"practices": ("ema", "unrolled"), "seeds": 2, "epochs": 8, **options})


def test_trials_are_planned_seed_by_seed_with_the_baseline_first():
    trials = plan_trials(lab(), WORKSPACE)
    assert [(trial.practice, trial.seed) for trial in trials] == [
        (BASELINE, 1),
        ("ema", 1),
        ("unrolled", 1),
        (BASELINE, 2),
        ("ema", 2),
        ("unrolled", 2),
    ]
    assert len({trial.folder for trial in trials}) == 6
    trial = trials[1]
    assert trial.name == "ema, seed 1" and trial.log == Path("lab/runs/ema/seed_1/log.txt")
    run = trial.run_workspace(lab())
    assert run.folder == Path("lab/runs/ema/seed_1/ana/fashion")
    assert run.models_dir == Path("lab/runs/ema/seed_1/models")


def test_a_name_that_begins_with_a_hyphen_is_not_an_option():
    settings = LabSettings("-ana", practices=["ema"], outputs_dir=Path("-outputs"))
    words = trial_command(plan_trials(settings, LabWorkspace(Path("-lab")))[0], settings)
    assert vars(console_parser().parse_args(words[3:]))["firstname"] == "-ana"


@pytest.mark.parametrize("options", [{}, {"data_dir": Path("images")}, {"data": "standin", "precision": "float32"}])
@pytest.mark.parametrize("track", TRACKS)
def test_a_trial_is_an_ordinary_run(track, options):
    settings = lab(track=track, **options)
    for trial in plan_trials(settings, WORKSPACE)[:2]:
        words = trial_command(trial, settings)
        assert words[:3] == [sys.executable, "-m", "assignment"]
        parsed = vars(console_parser().parse_args(words[3:]))
        del parsed["command"], parsed["action"], parsed["quick"]
        run = settings_from(TRACKS[parsed.pop("track")], parsed)
        assert (run.TRACK, run.seed, run.epochs, run.grid_every) == (track, 1, 8, 1)
        assert run.practice == (() if trial.practice == BASELINE else ("ema",))
        assert run.data_dir == settings.data_dir and run.data == settings.data and run.evaluation
        assert run.outputs_dir == trial.folder and run.models_dir == trial.folder / "models"


def test_a_combination_is_one_run_with_both_practices():
    settings = lab(practices=("ema+unrolled",), epochs=100)
    trial = plan_trials(settings, WORKSPACE)[1]
    words = trial_command(trial, settings)
    assert trial.folder == Path("lab/runs/ema+unrolled/seed_1")
    assert words[-2:] == ["--practice=ema", "--practice=unrolled"] and "--grid-every=10" in words
    alone = estimate_seconds([trial._replace(practice=BASELINE)], settings, {BASELINE: 10.0}, at_once=1)
    assert estimate_seconds([trial], settings, {BASELINE: 10.0}, at_once=1) == UNROLLED * alone


@pytest.mark.parametrize("track", TRACKS)
def test_the_time_is_estimated_from_another_machine_until_it_is_measured(track):
    settings = lab(track=track)
    trials = plan_trials(settings, WORKSPACE)
    plain = 8 * TRACKS[track].EPOCH_SECONDS + OTHER_SECONDS
    assert estimate_seconds(trials, settings, {}, 2) == pytest.approx(2 * (1 + 1 + UNROLLED) * plain / 2)
    assert estimate_seconds(trials[:1], settings, {}, 2) == pytest.approx(plain)  # one run uses one job
    expected = pytest.approx(2 * (10 + 10 + 10 * UNROLLED) / 2)
    assert estimate_seconds(trials, settings, {BASELINE: 10.0}, 2) == expected
    assert estimate_seconds(trials, settings, {"unrolled": 10.0 * UNROLLED}, 2) == expected
    assert estimate_seconds([], settings, {}, 2) == 0


def test_more_jobs_than_cores_do_not_shorten_the_estimate(monkeypatch):
    monkeypatch.setattr("assignment.lab.plan.usable_processors", lambda: 2)
    assert [trials_at_once(lab(jobs=jobs)) for jobs in (1, 2, 64)] == [1, 2, 2]


def test_a_job_is_the_command_of_a_trial_in_the_current_folder():
    settings = lab(practices=("ema",), data_dir=Path("images"), precision="float32")
    trial = plan_trials(settings, WORKSPACE)[1]
    job = trial_job(trial, settings, images=None)
    assert job.name == "ema, seed 1"
    assert job.words == tuple(trial_command(trial._replace(folder=Path()), settings)[3:])
    assert {"--outputs-dir=.", "--models-dir=models", "--data-dir=images"} <= set(job.words)


@pytest.mark.parametrize(("has_bfloat16", "precision"), [(True, "mixed_bfloat16"), (False, "float32")])
def test_what_is_auto_is_the_same_on_all_workers(monkeypatch, has_bfloat16, precision):
    monkeypatch.setattr("assignment.runtime.has_native_bfloat16", lambda: has_bfloat16)
    settings = lab(precision="auto", data="auto", data_dir=None)
    words = trial_job(plan_trials(settings, WORKSPACE)[0], settings, images=None).words
    assert {f"--precision={precision}", "--data=real"} <= set(words)


def test_a_job_with_images_leaves_their_folder_to_the_worker():
    images = ImageFiles("/images", {"a.gz": "0123"})
    for settings in (lab(data_dir=Path("images")), lab(data="real")):
        job = trial_job(plan_trials(settings, WORKSPACE)[0], settings, images)
        assert job.images == images and not any(word.startswith("--data") for word in job.words)
