"""Evaluation during a session: what it writes and prints, and that it does not change the training."""

import json
import shutil
from dataclasses import asdict

import keras
import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import Dataset
from assignment.evaluation.comparison import DRAW_COUNT, Comparison
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.practices.choice import checked_practices
from assignment.practices.stack import PracticeStack
from assignment.session import examiner, measurement
from assignment.session.resume import find_earlier
from assignment.session.session import run_session
from assignment.session.track import EvaluationSpec, TrainingData
from assignment.settings.tracks import DigitsSettings
from assignment.training.checkpoints import gather, restore
from assignment.training.export import export_h5
from assignment.training.interrupt import Interrupted, StopRequest
from assignment.training.network_file import load_network
from assignment.training.steps import build_optimizers, compiled_update

IMAGES = np.random.default_rng(0).uniform(-1, 1, (24, 28, 28, 1)).astype(np.float32)
LABELS = np.resize([0, 1], 24)

pytestmark = pytest.mark.usefixtures("quick_figures")


@pytest.fixture
def set_judge_accuracy(monkeypatch, fake_judge):
    """A function after which every judge is a fake judge of this accuracy."""
    return lambda accuracy: monkeypatch.setattr(measurement, "get_judge", lambda *arguments: fake_judge(accuracy))


@pytest.fixture(scope="module")
def untrained(make_gan):
    """A small GAN, its update, and its initial variables; all tests share them, since tracing an update takes time."""
    gan = make_gan()
    build_optimizers(gan)
    return gan, compiled_update(gan), gather(gan)


@pytest.fixture
def train(untrained, make_run, make_training, standin, set_judge_accuracy):
    """A function that runs a session of a small training; it returns the run, and the GAN's variables at the end."""
    gan, update, initial_variables = untrained

    def train(*, is_stopped=False, judge_is_set=False, **options):
        if not judge_is_set:
            set_judge_accuracy(0.99)
        restore(gan, initial_variables)
        small = {"batch_size": 8, "epochs": 4, "grid_every": 2, "evaluation": True, "provenance": standin}
        run = make_run(DigitsSettings, **{**small, **options})
        data = TrainingData(IMAGES, LABELS, sources.MNIST, Dataset(None, None, standin))
        spec = EvaluationSpec(data, IMAGES, LABELS, learned_from=IMAGES[:12], expects_class=False)
        training = make_training(run, gan, update, IMAGES, evaluation=spec)
        stopped_by = run_session(run, training, find_earlier(run, training.conditions), StopRequest())
        assert is_stopped or stopped_by is None
        return run, gather(gan)

    return train


def read_metrics(run):
    return json.loads(run.workspace.metrics.read_text(encoding="utf-8"))


def read_weights(path):
    return [weight.tobytes() for weight in keras.models.load_model(path, compile=False).get_weights()]


def test_an_evaluated_training_writes_and_prints_its_metrics(train, printed):
    run, _ = train()
    metrics = read_metrics(run)
    assert [measured["epoch"] for measured in metrics["over_time"]] == [0, 2, 4]
    assert metrics["images"] == {"per_draw": 12, "draws": 5, "real": 12}
    assert set(metrics["generated"]) == set(metrics["floor"]) - {"agreement"} and "judge_fid" in metrics["generated"]
    answers = {verdict["question"]: verdict["answer"] for verdict in metrics["verdicts"]}
    assert answers.pop("Were the losses stable?") == "not shown", "four epochs are too few for the checks"
    assert set(answers.values()) <= {"yes", "no", "not shown"} and len(answers) == 4
    assert "not comparable with published FIDs" in metrics["judge_fid_note"] and metrics["judge"]["accuracy"] == 0.99

    heading, *lines = run.workspace.history.read_text(encoding="utf-8").splitlines()
    assert "judge_fid" in heading and [line.count(",,") > 0 for line in lines] == [True, False, True, False]
    for words in (
        "the judge 0123456789ab recognizes 99.00% of the test images",
        "Evaluation\n  measuring the generated images: 33%, ",
        "Did it learn? (The report has the evidence.)",
        "  Were the losses stable? not shown\n",
        "  best judge FID, of one draw: ",
    ):
        assert words in printed(run)
    *_, last = printed(run).splitlines()
    assert last == f"open {run.workspace.report}"
    assert "│" not in printed(run), "the tables are in the report"
    assert run.workspace.metrics_figure.is_file()

    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert {"metrics.json", "step7_measures.png", "digits_best_generator_model_Ана.h5"} <= set(record["files_sha256"])
    assert record["timings_seconds"]["evaluation"] > 0


def test_the_last_epoch_is_measured_like_a_grid_if_no_grid_is_due(train):
    run, _ = train(epochs=3)
    assert [measured["epoch"] for measured in read_metrics(run)["over_time"]] == [0, 2, 3]
    _, *lines = run.workspace.history.read_text(encoding="utf-8").splitlines()
    assert [line.count(",,") > 0 for line in lines] == [True, False, False]


def test_evaluation_does_not_change_the_training(train):
    (_, evaluated), (run, plain) = train(), train(evaluation=False, fresh=True)
    assert not run.workspace.metrics.exists() and not run.workspace.best_generator.exists()
    assert evaluated.keys() == plain.keys()
    for name in evaluated:
        np.testing.assert_array_equal(evaluated[name], plain[name], err_msg=name)


def test_a_continued_training_has_the_metrics_of_an_uninterrupted_one(train):
    run, _ = train()
    metrics, best = read_metrics(run), read_weights(run.workspace.best_generator)
    train(epochs=2, fresh=True)
    continued, _ = train()
    assert read_metrics(continued) == metrics and read_weights(continued.workspace.best_generator) == best


def test_the_best_generator_is_the_trained_one_with_the_lowest_judge_fid(train, printed, monkeypatch):
    """The judge FIDs are invented: the lowest is the third epoch's, and only the untrained generator's is lower."""
    invented_fids = iter([1.0, 9.0, 8.0, 5.0, 6.0])
    measure = Comparison.measure

    def measure_with_invented_fid(comparison, images, expected_classes=None):
        scores = measure(comparison, images, expected_classes)
        return scores._replace(judge_fid=next(invented_fids, 7.0))

    saved = {}

    def record_export(model, path, metadata):
        saved[metadata.epoch] = [weight.tobytes() for weight in model.get_weights()]
        return export_h5(model, path, metadata)

    monkeypatch.setattr(Comparison, "measure", measure_with_invented_fid)
    monkeypatch.setattr(examiner, "export_h5", record_export)
    run, _ = train(grid_every=1)
    assert list(saved) == [1, 2, 3] and read_weights(run.workspace.best_generator) == saved[3]
    assert read_metadata(run.workspace.best_generator).epoch == 3
    assert "best judge FID, of one draw: 5.00 after epoch 3 (real images: " in printed(run)

    run.workspace.best_generator.unlink()
    run, _ = train(grid_every=1)
    assert "the best epoch's generator is missing here" in printed(run) and not run.workspace.best_generator.exists()


@pytest.mark.slow
def test_metrics_that_another_judge_measured_are_dropped(train, monkeypatch, fake_judge):
    run, _ = train()
    uninterrupted = read_metrics(run)["over_time"]
    train(epochs=2, fresh=True)
    monkeypatch.setattr(measurement, "get_judge", lambda *arguments: fake_judge(weights="ba9876543210"))
    continued, _ = train(judge_is_set=True)
    metrics = read_metrics(continued)
    assert metrics["judge"]["weights"] == "ba9876543210"
    assert metrics["over_time"] == [values for values in uninterrupted if values["epoch"] != 2]


@pytest.mark.slow
def test_metrics_are_kept_while_the_training_continues_without_evaluation(train):
    run, _ = train(epochs=4)
    uninterrupted = read_metrics(run)["over_time"]
    train(epochs=2, fresh=True)
    train(epochs=3, evaluation=False)
    continued, _ = train(epochs=4)
    assert read_metrics(continued)["over_time"] == uninterrupted


def test_the_saved_generator_has_the_metrics_of_the_run(train):
    run, _ = train(practices=PracticeStack(checked_practices(["uniform-noise"])))
    metrics = read_metrics(run)
    path = run.workspace.generator_model
    data = TrainingData(IMAGES, LABELS, sources.MNIST, Dataset(None, None, run.provenance))
    measurer = measurement.Measurer(run, EvaluationSpec(data, IMAGES, LABELS, IMAGES[:12], expects_class=False))
    result = measurer.measure(load_network(path), read_metadata(path).epoch)
    assert {name: asdict(score) for name, score in result.scores.items()} == metrics["generated"]
    assert {name: asdict(score) for name, score in result.floor.scores.items()} == metrics["floor"]
    assert asdict(result.copying) == metrics["copying"]


def test_a_training_that_was_not_evaluated_at_first_has_the_metrics_of_an_uninterrupted_one(train):
    run, _ = train()
    metrics = read_metrics(run)
    train(epochs=2, evaluation=False, fresh=True)
    continued, _ = train()
    over_time = read_metrics(continued)["over_time"]
    assert over_time == [values for values in metrics["over_time"] if values["epoch"] != 2]


def test_an_epoch_that_was_measured_at_the_end_of_a_session_keeps_its_metrics(train):
    run, _ = train(epochs=3)
    assert [values["epoch"] for values in read_metrics(run)["over_time"]] == [0, 2, 3]
    measured_last = read_metrics(run)["over_time"][-1]
    continued, _ = train()
    over_time = read_metrics(continued)["over_time"]
    assert [values["epoch"] for values in over_time] == [0, 2, 3, 4] and over_time[2] == measured_last


def test_a_best_generator_of_another_training_is_replaced(train):
    run, _ = train(epochs=2)
    run.workspace.best_generator.write_bytes(b"of another training")
    continued, _ = train()
    assert read_metadata(continued.workspace.best_generator).epoch == 4


def test_a_best_generator_of_another_training_is_kept_until_the_networks_are_saved(
    untrained, make_run, standin, set_judge_accuracy
):
    """A training that is stopped at once changes no file."""
    set_judge_accuracy(0.99)
    run = make_run(DigitsSettings, provenance=standin)
    best = run.workspace.best_generator
    best.write_bytes(b"of another training")
    data = TrainingData(IMAGES, LABELS, sources.MNIST, Dataset(None, None, standin))
    spec = EvaluationSpec(data, IMAGES, LABELS, None, expects_class=False)
    metadata = ModelMetadata("digits", "ana", 1, "a stand-in")
    one = examiner.Examiner(run, untrained[0], spec, metadata, [{"judge_fid": 9.0}, {"judge_fid": 5.0}])
    assert best.read_bytes() == b"of another training"
    one.remove_other_best()
    assert not best.exists()


def test_a_measurement_within_an_epoch_is_named_by_its_position_and_not_kept_for_the_complete_epoch(train, monkeypatch):
    def stop_after_five(request, update):
        calls = iter(range(5))  # one complete epoch of three updates, and two more

        def counted_update(*batch):
            if next(calls, None) is None:
                raise Interrupted
            return update(*batch)

        return counted_update

    with monkeypatch.context() as patched:
        patched.setattr(StopRequest, "between_updates", stop_after_five)
        train(grid_every=9, is_stopped=True)
    run, _ = train(grid_every=9, finish=True)
    assert [values["epoch"] for values in read_metrics(run)["over_time"]] == [0, 1.67]
    assert read_metadata(run.workspace.best_generator).updates == 5
    run, _ = train(grid_every=9)
    assert [values["epoch"] for values in read_metrics(run)["over_time"]] == [0, 4]


def test_a_lost_best_generator_is_written_again_if_it_is_that_of_the_last_epoch(train):
    run, _ = train(epochs=2)
    run.workspace.best_generator.write_bytes(b"of another training")
    train(finish=True)
    assert read_metadata(run.workspace.best_generator).epoch == 2
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert run.workspace.best_generator.name in record["files_sha256"]


def test_a_training_without_a_grid_is_measured_at_its_start_and_end(train):
    run, _ = train(grid_every=9)
    assert [measured["epoch"] for measured in read_metrics(run)["over_time"]] == [0, 4]
    assert read_metadata(run.workspace.best_generator).epoch == 4


def test_a_finished_training_can_be_evaluated_later(train):
    run, _ = train(evaluation=False)
    assert not run.workspace.metrics.exists() and run.workspace.report.is_file()
    train()
    assert run.workspace.metrics.is_file()


def test_metrics_of_fewer_epochs_are_removed_if_the_continued_training_is_not_evaluated(train):
    run, _ = train(epochs=2)
    train(evaluation=False)
    assert not run.workspace.metrics.exists() and not run.workspace.metrics_figure.exists()
    assert "This run was not evaluated" in run.workspace.report.read_text(encoding="utf-8")


def test_the_result_is_that_of_the_saved_file(train, monkeypatch):
    """What is handed in is what is measured; the networks of the training may have another precision."""
    loaded = []
    monkeypatch.setattr(examiner, "load_network", lambda path: loaded.append(path) or load_network(path))
    run, _ = train()
    assert loaded == [run.workspace.generator_model]


def test_the_noise_of_the_measured_images_is_transformed_by_the_practices(train, monkeypatch):
    draws = []
    draw_noise = PracticeStack.draw_noise
    monkeypatch.setattr(
        PracticeStack,
        "draw_noise",
        lambda self, *position, **shape: draws.append(shape) or draw_noise(self, *position, **shape),
    )
    train()
    assert len(draws) == 3 + DRAW_COUNT  # of the untrained generator, at two grids, and at the end


@pytest.mark.slow
def test_the_best_generator_is_written_again_if_the_folder_of_the_models_is_deleted(train, monkeypatch):
    invented_fids = iter([9.0, 5.0, 6.0, 7.0, 8.0])
    measure = Comparison.measure

    def measure_and_delete(comparison, images, expected_classes=None):
        fid = next(invented_fids, 7.5)
        if fid == 7.0:  # in the third epoch; the best generator is that of the first
            shutil.rmtree(models_dir, ignore_errors=True)
        return measure(comparison, images, expected_classes)._replace(judge_fid=fid)

    models_dir = train(epochs=1)[0].workspace.models_dir
    monkeypatch.setattr(Comparison, "measure", measure_and_delete)
    run, _ = train(grid_every=1, fresh=True)
    assert read_metadata(run.workspace.best_generator).epoch == 1
    assert json.loads(run.workspace.record.read_text(encoding="utf-8"))["files_sha256"][
        run.workspace.best_generator.name
    ]
