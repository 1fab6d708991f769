"""The assignment's eight steps in one process, on twelve of the stand-in's trousers."""

import csv
import json
import signal
from dataclasses import replace

import keras
import numpy as np
import pytest

from assignment.data import garments, sources, standin
from assignment.data.dataset import TROUSER, Dataset, Provenance
from assignment.errors import AssignmentError
from assignment.fashion import track
from assignment.fashion.track import TRACK
from assignment.figures import style
from assignment.foreign.metadata import read_metadata
from assignment.session import session, stages
from assignment.session.stages import run_steps
from assignment.training.steps import Losses

TROUSERS = 12  # step 2 draws this number


@pytest.fixture
def use_trousers(monkeypatch):
    """A function that replaces Fashion-MNIST by this number of images, of which the first twelve are trousers."""
    provenance = Provenance("drawn", standin.caption("Fashion-MNIST"), "nothing to check", is_standin=True)
    trousers = garments.draw_garments(TROUSER, TROUSERS)

    def use(count):
        images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)
        images[:TROUSERS], labels[:TROUSERS] = trousers, TROUSER
        monkeypatch.setattr(sources, "load", lambda *request: Dataset(images, labels, provenance))

    return use


@pytest.fixture(autouse=True)
def trousers_only(use_trousers):
    use_trousers(TROUSERS)


@pytest.fixture
def make_run(make_run):
    def make(firstname="ana", **options):
        return make_run(firstname=firstname, **{"epochs": 3, "batch_size": 6, "grid_every": 2, **options})

    return make


@pytest.fixture
def small_track(make_gan):
    """The fashion track with small networks in place of the sheet's."""

    def build(settings, precision):
        return make_gan(precision, latent_dim=100, firstname=settings.firstname)

    return replace(
        TRACK,
        build_generator=lambda settings, precision: build(settings, precision).generator,
        build_discriminator=lambda settings, precision: build(settings, precision).discriminator,
    )


def read_record(run):
    return json.loads(run.workspace.record.read_text(encoding="utf-8"))


def read_history(run):
    with run.workspace.history.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_a_complete_run_prints_all_steps_and_writes_its_files(
    make_run, printed, use_trousers, check_written_files, monkeypatch
):
    captions = {}
    save = style.save

    def record_caption(figure, path):
        captions[path.name] = figure.texts[-1].get_text()
        save(figure, path)

    use_trousers(70_000)
    monkeypatch.setattr(style, "save", record_caption)
    run = make_run(batch_size=8)  # the second batch is shorter than the first
    assert run_steps(TRACK, run) is None
    assert len(captions) == 8
    assert set(captions.values()) == {"ana, seed 1. Images: drawn stand-in, not Fashion-MNIST."}
    check_written_files(run, "step7_grid_epoch_0002.png", "step7_grid_epoch_0003.png")
    assert sorted(path.name for path in run.workspace.models_dir.iterdir()) == [
        "discriminator_model_ana.h5",
        "generator_model_ana.h5",
    ]

    for number in range(1, 9):
        assert f"Step {number} ·" in printed(run)
    assert "ds1_ana['images'].shape = (60000, 28, 28)" in printed(run)
    assert "ds2_ana['images'].shape = (10000, 28, 28)" in printed(run)
    assert "dataset_ana.shape = (12, 28, 28)" in printed(run)
    assert "Total params: 2,330,944" in printed(run) and "Total params: 6,629,953" in printed(run)
    assert "The freeze holds" in printed(run)

    record = read_record(run)
    assert (record["status"], record["epochs_done"], record["precision"]) == ("finished", 3, "float32")
    assert record["data"]["is_standin"] and record["data"]["caption"] == "drawn stand-in, not Fashion-MNIST"
    assert [check["changed"] for check in record["freeze_proof"]] == [True, False, False, True]
    assert set(record["timings_seconds"]) == {"preparation", "training", "saving", "evaluation"}
    assert record["settings"]["firstname"] == "ana" and record["settings"]["batch_size"] == 8
    assert record["versions"]["keras"]

    rows = read_history(run)
    assert [row["epoch"] for row in rows] == ["1", "2", "3"] and rows[0]["updates"] == "2"
    assert float(rows[-1]["generator_loss"]) == record["final_losses"]["generator"]

    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100)), verbose=0).shape == (2, 28, 28, 1)


@pytest.mark.usefixtures("quick_figures")
def test_the_standin_is_announced_and_named_in_the_captions(make_run, printed):
    run = make_run()
    data, run = stages.load_data(TRACK, run)
    assert "Not the real images" in printed(run) and "drawn stand-in" in printed(run)
    assert "drawn stand-in, not Fashion-MNIST" in run.caption
    stages.show_real_images(TRACK, data, run)
    assert run.workspace.real_images.exists()


@pytest.fixture
def check_same_seed(make_run):
    """A function that checks that two trainings with the same seed have the same generator and losses bit for bit."""

    def train_once(track):
        run = make_run(epochs=1, fresh=True)
        run_steps(track, run)
        weights = keras.models.load_model(run.workspace.generator_model, compile=False).get_weights()
        (row,) = read_history(run)
        return weights, {**row, "seconds": None}

    def check(track):
        (weights, row), (weights_again, row_again) = train_once(track), train_once(track)
        assert row == row_again
        for weight, weight_again in zip(weights, weights_again, strict=True):
            np.testing.assert_array_equal(weight, weight_again)

    return check


@pytest.mark.usefixtures("quick_figures")
def test_the_same_seed_gives_the_same_files_bit_for_bit(check_same_seed, small_track):
    check_same_seed(small_track)


@pytest.mark.slow
@pytest.mark.usefixtures("quick_figures")
def test_the_same_seed_gives_the_same_files_of_the_sheets_networks_bit_for_bit(check_same_seed):
    check_same_seed(TRACK)


@pytest.mark.usefixtures("quick_figures")
def test_sampling_a_grid_changes_no_variable_and_always_uses_the_same_noise(make_run):
    data, run = stages.load_data(TRACK, make_run())
    generator = stages.make_generator(TRACK, run)
    view = stages.make_training_view(TRACK, generator, data, run)
    before = [variable.numpy() for variable in generator.variables]
    first, second = view.sample(), view.sample()
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, generator(stages.grid_noise(TRACK, run), training=False))
    for variable, value in zip(generator.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


@pytest.mark.usefixtures("quick_figures")
def test_both_networks_have_the_precision_and_the_seed_of_the_run(make_run):
    run, other = make_run(precision="mixed_bfloat16", seed=2), make_run(seed=1)
    for make in (stages.make_generator, stages.make_discriminator):
        network = make(TRACK, run)
        assert network.layers[0].dtype_policy.name == "mixed_bfloat16"
        assert not np.array_equal(network.weights[0], make(TRACK, other).weights[0])


@pytest.fixture
def after_the_first_epoch(monkeypatch):
    """A function that makes every training call `action` after its first epoch."""
    add = session.Journal.add

    def set_action(action):
        monkeypatch.setattr(session.Journal, "add", lambda journal, row: add(journal, row) or action())

    return set_action


@pytest.mark.usefixtures("quick_figures")
def test_after_an_error_the_results_so_far_are_saved(make_run, small_track, after_the_first_epoch):
    def fail():
        raise RuntimeError("an unforeseen error")

    run = make_run(epochs=300)
    after_the_first_epoch(fail)
    with pytest.raises(RuntimeError):
        run_steps(small_track, run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    record = read_record(run)
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("failed", 1, 2)


@pytest.mark.usefixtures("quick_figures")
def test_after_a_stop_the_results_so_far_are_saved(make_run, printed, small_track, after_the_first_epoch):
    run = make_run(epochs=300)
    after_the_first_epoch(lambda: signal.raise_signal(signal.SIGINT))
    assert run_steps(small_track, run) == signal.SIGINT
    assert "stopped after 1 epoch; the same command continues at epoch 2" in printed(run)
    assert run.workspace.generator_model.exists() and run.workspace.grid(1).exists()
    record = read_record(run)
    assert (record["status"], record["epochs_done"]) == ("interrupted", 1)
    for path in run.workspace.models:
        metadata = read_metadata(path)
        assert (metadata.epoch, metadata.epochs, metadata.updates) == (1, 300, record["updates_done"])


@pytest.mark.usefixtures("quick_figures")
def test_the_networks_are_saved_although_a_figure_cannot_be_drawn(make_run, small_track, monkeypatch):
    def refuse(*arguments):
        raise OSError(28, "No space left on device", "step7_animation.gif")

    monkeypatch.setattr("assignment.session.journal.animation.save_animation", refuse)
    run = make_run(epochs=1)
    with pytest.raises(AssignmentError, match="gif.*the same command writes the final files again, without train"):
        run_steps(small_track, run)
    assert run.workspace.generator_model.exists() and run.workspace.discriminator_model.exists()
    assert read_record(run)["status"] == "failed"


@pytest.mark.usefixtures("quick_figures")
def test_a_fresh_training_that_is_stopped_in_its_first_epoch_changes_no_earlier_file(make_run, printed, small_track):
    def interrupt_before_the_first_update(update, data, settings, position):
        signal.raise_signal(signal.SIGINT)
        update(data.images, None)
        yield

    run = make_run(epochs=1)
    run_steps(small_track, run)
    before = {path: path.read_bytes() for path in run.workspace.models_dir.iterdir()}
    before |= {path: path.read_bytes() for path in run.workspace.folder.rglob("[!s]*") if path.is_file()}
    again = make_run(epochs=1, seed=2, fresh=True)
    assert run_steps(replace(small_track, train=interrupt_before_the_first_update), again) == signal.SIGINT
    assert {path: path.read_bytes() for path in before} == before
    assert "after 0 complete epochs; the earlier training's networks, history, grids and chec" in printed(again)


@pytest.mark.usefixtures("quick_figures")
def test_a_fresh_training_removes_the_grids_of_the_earlier_one(make_run, small_track):
    run_steps(small_track, make_run(epochs=3))
    run = make_run(epochs=1, fresh=True)
    run_steps(small_track, run)
    assert [path.name for path in run.workspace.grids()] == ["step7_grid_epoch_0001.png"]


@pytest.mark.parametrize(
    ("step", "files"),
    [
        (1, []),
        (2, ["step2_real_images.png"]),
        (3, ["step3_generator_diagram.png"]),
        (4, ["step3_generator_diagram.png", "step4_untrained_samples.png"]),
        (5, ["step5_discriminator_diagram.png"]),
        (6, ["step3_generator_diagram.png", "step5_discriminator_diagram.png"]),
    ],
)
def test_one_step_writes_its_own_figures_and_those_it_depends_on(make_run, monkeypatch, step, files):
    captions = []
    monkeypatch.setattr(style, "save", lambda figure, path: path.touch() or captions.append(figure.texts[-1]))
    run = make_run("Ана")
    run_steps(TRACK, run, step)
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == ["checkpoints", *files]
    needs_images = step in (2, 6)
    assert all(("drawn stand-in" in caption.get_text()) == needs_images for caption in captions)


@pytest.mark.parametrize("step", [3, 4, 5])
def test_a_step_that_needs_no_images_loads_none(make_run, printed, monkeypatch, step):
    monkeypatch.setattr(sources, "load", lambda *request: pytest.fail("images were loaded"))
    run = make_run()
    run_steps(TRACK, run, step)
    assert "Step 1" not in printed(run)


@pytest.mark.usefixtures("quick_figures")
def test_a_step_without_images_writes_the_same_figures_as_the_complete_run(make_run, small_track):
    run = make_run(epochs=1)
    run_steps(small_track, run)
    figures = (run.workspace.generator_diagram, run.workspace.untrained_samples, run.workspace.discriminator_diagram)
    expected = [path.read_bytes() for path in figures]
    for step in (4, 5):
        run_steps(small_track, make_run(epochs=1), step)
    assert [path.read_bytes() for path in figures] == expected


@pytest.mark.usefixtures("quick_figures")
def test_one_step_is_refused_in_the_folder_of_another_training(make_run, small_track):
    run_steps(small_track, make_run(epochs=1))
    with pytest.raises(AssignmentError, match="a training with --seed 1"):
        run_steps(small_track, make_run(seed=3), 4)


@pytest.mark.usefixtures("quick_figures")
@pytest.mark.parametrize("firstname", ["Ана", "李雷"])
def test_a_first_name_of_any_alphabet_names_the_models(make_run, printed, small_track, firstname):
    run = make_run(firstname, epochs=1)
    assert run_steps(small_track, run) is None
    assert run.workspace.generator_model.name == f"generator_model_{firstname}.h5"
    assert f"generator_model_{firstname}" in printed(run)
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100)), verbose=0).shape == (2, 28, 28, 1)


def test_the_generator_is_compared_with_all_trousers(make_run):
    data, _ = stages.load_data(TRACK, make_run())
    spec = track.evaluation(data)
    assert spec.images.shape == (TROUSERS, 28, 28, 1) and set(spec.labels) == {TROUSER} and spec.learned_from is None
    assert spec.expects_class and spec.data is data


@pytest.mark.usefixtures("quick_figures")
def test_a_violated_freeze_ends_the_run_before_the_training(make_run, small_track):
    broken = replace(small_track, update_rule=lambda gan, ingredients: lambda real_images, noise: Losses(0, 0, 0))
    run = make_run()
    with pytest.raises(AssignmentError, match="would never learn. The freeze does not hold"):
        run_steps(broken, run)
    assert not run.workspace.history.exists() and not run.workspace.generator_model.exists()


@pytest.mark.usefixtures("quick_figures")
def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(epochs=1))


def test_held_out_trousers_are_left_out_of_the_training_and_checked(make_run, monkeypatch):
    monkeypatch.setattr("assignment.settings.tracks.MIN_HELD_OUT", 3)  # of twelve
    data, _ = TRACK.load_data(make_run(held_out=3))
    spec = TRACK.evaluation(data)
    assert len(data.images) + 3 == len(spec.images) and spec.learned_from is data.images
    assert len(spec.unseen.images) == 3 and spec.data is data
    trained, unseen = ({image.tobytes() for image in images} for images in (data.images, spec.unseen.images))
    assert not trained & unseen and trained | unseen == {image.tobytes() for image in spec.images}
    other, _ = TRACK.load_data(make_run(held_out=3, seed=5))
    np.testing.assert_array_equal(other.images, data.images)
    assert TRACK.evaluation(TRACK.load_data(make_run())[0]).unseen is None


def test_memorization_is_measured_after_every_epoch_if_images_are_held_out(make_run, monkeypatch):
    monkeypatch.setattr("assignment.settings.tracks.MIN_HELD_OUT", 3)
    run = make_run(held_out=3, epochs=2)
    nine_are_left = replace(
        TRACK,
        draw_real_images=lambda data, run: track.display_images(np.resize(data.images, (12, 28, 28)), run.caption),
    )
    assert run_steps(nine_are_left, run) is None
    with run.workspace.history.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert all(np.isfinite(float(row["memorization"])) for row in rows) and len(rows) == 2
    assert "Images held out of the training: 3" in run.workspace.report.read_text(encoding="utf-8")
