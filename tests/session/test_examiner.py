"""The judge at work in a sitting: what it leaves, and that it changes nothing."""

import json

import keras
import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import Provenance
from assignment.digits.sheet import SHEET
from assignment.evaluation.comparison import DRAW_COUNT, Comparison
from assignment.evaluation.judge import Reading
from assignment.evaluation.judge_store import StoredJudge
from assignment.practices.stack import PracticeStack
from assignment.practices.view import TrainingView
from assignment.session import examiner
from assignment.session.resume import conditions_of, find_earlier
from assignment.session.session import Training, run_session
from assignment.session.track import EvaluationSpec, TrainingData
from assignment.settings.tracks import DigitsSettings
from assignment.training import streams
from assignment.training.export import ModelMetadata, export_h5, export_pair, read_metadata
from assignment.training.loop import train
from assignment.training.steps import compiled_update

IMAGES = np.random.default_rng(0).uniform(-1, 1, (24, 28, 28, 1)).astype(np.float32)
LABELS = np.resize([0, 1], 24)


class Eye:
    """In place of a judge: the means of four quarters are the features, their order the class."""

    def read(self, images):
        features = images.reshape(len(images), 4, -1).mean(axis=2)
        return Reading(features, (features[:, 0] > features[:, 1]).astype(int), np.full(len(images), 0.95))


@pytest.fixture
def train_judged(make_gan, make_run, monkeypatch):
    """A function that carries out one sitting of a small training, judged or not, and returns its run and its GAN."""
    monkeypatch.setattr(examiner, "get_judge", lambda name, *more: StoredJudge(Eye(), {"data": name, "accuracy": 0.99}))

    def sitting(**options):
        run = make_run(DigitsSettings, **{"batch_size": 8, "epochs": 4, "grid_every": 2, "evaluation": True, **options})
        run = run.with_provenance(Provenance("drawn", "a stand-in", "nothing", is_standin=True))
        gan, settings = make_gan(), run.settings
        noise = streams.draw_noise(1, streams.Purpose.GRID_NOISE, count=12, latent_dim=5)
        conditions = conditions_of(run, IMAGES)
        facts = ModelMetadata("digits", "Ана", 1, "a stand-in")
        training = Training(
            gan=gan,
            update=compiled_update(gan),
            rows=lambda rule, position: train(
                rule, IMAGES, epochs=settings.epochs, batch_size=8, latent_dim=5, seed=1, position=position
            ),
            updates_per_epoch=3,
            view=TrainingView(lambda: gan.generator(noise, training=False).numpy()),
            save=lambda: export_pair(gan, run.workspace.models, facts),
            proof=[],
            conditions=conditions,
            began=0.0,
            metadata=facts,
            sheet=SHEET,
            evaluation=EvaluationSpec(
                TrainingData(IMAGES, LABELS, sources.MNIST, None), IMAGES, LABELS, IMAGES[:12], False
            ),
        )
        assert run_session(run, training, find_earlier(run, conditions)) is None
        return run, gan

    return sitting


def metrics(run):
    return json.loads(run.workspace.metrics.read_text(encoding="utf-8"))


def test_what_it_leaves_and_says(train_judged):
    run, _ = train_judged()
    told = metrics(run)
    assert [one["epoch"] for one in told["over_time"]] == [0, 2, 4]
    assert told["images"] == {"per_draw": 12, "draws": 5, "real": 12}
    assert set(told["generated"]) == set(told["floor"]) - {"agreement"} and "judge_fid" in told["generated"]
    assert "untrained" in run.screen.console.file.getvalue()
    assert {verdict["answer"] for verdict in told["verdicts"]} <= {"yes", "no"} and len(told["verdicts"]) == 5
    assert "not comparable with published FIDs" in told["judge_fid_note"] and told["judge"]["accuracy"] == 0.99
    heads, *lines = run.workspace.history.read_text(encoding="utf-8").splitlines()
    assert "judge_fid" in heads and [line.count(",,") > 0 for line in lines] == [True, False, True, False]
    said = run.screen.console.file.getvalue()
    for words in ("Metrics over the training", "Metrics of the trained generator", "Verdicts", "published FIDs"):
        assert words in said
    assert run.workspace.metrics_figure.is_file()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert {"metrics.json", "step7_measures.png", "digits_best_generator_model_Ана.h5"} <= set(record["files_sha256"])
    assert record["timings_seconds"]["evaluation"] > 0


def test_it_changes_nothing_of_the_training(train_judged):
    (_, with_judge), (plain, without) = train_judged(), train_judged(evaluation=False, fresh=True)
    assert not plain.workspace.metrics.exists() and not plain.workspace.best_generator.exists()
    for one, other in zip(with_judge.variables().values(), without.variables().values()):
        for variable, again in zip(one, other):
            np.testing.assert_array_equal(variable, again)


def weights(path):
    return [weight.tobytes() for weight in keras.models.load_model(path, compile=False).get_weights()]


def test_a_training_that_goes_on_measures_what_one_that_never_stopped_does(train_judged):
    run, _ = train_judged()
    at_once, best = metrics(run), weights(run.workspace.best_generator)
    train_judged(epochs=2, fresh=True)
    again, _ = train_judged()
    assert metrics(again) == at_once and weights(again.workspace.best_generator) == best


def test_the_best_generator_is_the_one_with_the_smallest_judge_fid(train_judged, monkeypatch):
    """Judge FIDs are made up here: the third epoch's is the smallest, the untrained generator's smaller still."""
    fids = iter([1.0, 9.0, 8.0, 5.0, 6.0])
    measure = Comparison.measure

    def made_up(comparison, images, asked=None):
        return measure(comparison, images, asked)._replace(judge_fid=next(fids, 7.0))

    saved = {}

    def noted(model, path, facts):
        saved[facts.epoch] = [weight.tobytes() for weight in model.get_weights()]
        return export_h5(model, path, facts)

    monkeypatch.setattr(Comparison, "measure", made_up)
    monkeypatch.setattr(examiner, "export_h5", noted)
    run, _ = train_judged(grid_every=1)
    assert list(saved) == [1, 2, 3] and weights(run.workspace.best_generator) == saved[3]
    assert read_metadata(run.workspace.best_generator).epoch == 3
    said = " ".join(run.screen.console.file.getvalue().split())
    assert "the generator of epoch 3, the best by judge FID (5.00)" in said


def test_a_best_generator_that_is_not_the_notes_is_not_kept(train_judged):
    run, _ = train_judged(epochs=2)
    run.workspace.best_generator.write_bytes(b"of another training")
    again, _ = train_judged()
    assert read_metadata(again.workspace.best_generator).epoch == 4


def test_a_run_without_a_grid_is_measured_at_its_end_alone(train_judged):
    run, _ = train_judged(grid_every=9)
    told = metrics(run)
    assert [one["epoch"] for one in told["over_time"]] == [0, 4]
    assert read_metadata(run.workspace.best_generator).epoch == 4


def test_a_finished_run_is_judged_when_that_is_asked_for_later(train_judged):
    run, _ = train_judged(evaluation=False)
    assert not run.workspace.metrics.exists() and run.workspace.report.is_file()
    train_judged()
    assert run.workspace.metrics.is_file()


def test_an_earlier_end_is_not_this_ones(train_judged):
    run, _ = train_judged(epochs=2)
    train_judged(evaluation=False)
    assert not run.workspace.metrics.exists() and not run.workspace.metrics_figure.exists()
    assert "This run was not evaluated" in run.workspace.report.read_text(encoding="utf-8")


def test_a_weak_judge_is_warned_of(train_judged, monkeypatch):
    monkeypatch.setattr(examiner, "get_judge", lambda name, *more: StoredJudge(Eye(), {"data": name, "accuracy": 0.7}))
    assert "A weak judge" in train_judged()[0].screen.console.file.getvalue()


def test_what_is_measured_is_drawn_from_the_noise_of_the_runs_practices(train_judged, monkeypatch):
    drawn = []
    draw_noise = PracticeStack.draw_noise
    monkeypatch.setattr(
        PracticeStack,
        "draw_noise",
        lambda self, *position, **shape: drawn.append(shape) or draw_noise(self, *position, **shape),
    )
    train_judged()
    assert len(drawn) == 3 + DRAW_COUNT  # untrained, at two grids, and the end's
