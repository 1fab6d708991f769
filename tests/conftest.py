"""What the tests share: networks small enough to train in a moment, and images to train them on."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from assignment import runtime

# The option of the command line and the environment must not decide what a test sees.
REAL_IMAGES = os.environ.pop("ASSIGNMENT_DATA_DIR", None) or os.environ.get("REAL_IMAGES_OF_THE_TESTS")
if REAL_IMAGES:
    os.environ["REAL_IMAGES_OF_THE_TESTS"] = REAL_IMAGES  # for the workers, which begin after the line above
runtime.start_tensorflow()
# A shell's background job begins with signals ignored, and so would the processes that the tests start and stop.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items):
    if REAL_IMAGES is None:
        skip = pytest.mark.skip(reason="ASSIGNMENT_DATA_DIR names no folder with the real images")
        for item in items:
            if "real_data" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def real_images_folder() -> Path:
    return Path(REAL_IMAGES).resolve()


@pytest.fixture
def make_gan():
    """A function that makes a compiled GAN of the sheet's kinds of layers, small; the same weights at every call."""
    import keras

    from assignment.fashion.step6_compile import compile_gan
    from assignment.training.streams import seed_initial_weights

    def make(precision: str = "float32"):
        layers = keras.layers
        seed_initial_weights(0, 1)
        generator = keras.Sequential(
            [
                keras.Input((5,), name="noise"),
                layers.Dense(7 * 7 * 4, use_bias=False, dtype=precision),
                layers.BatchNormalization(dtype=precision),
                layers.LeakyReLU(dtype=precision),
                layers.Reshape((7, 7, 4), dtype=precision),
                layers.Conv2DTranspose(1, 5, strides=4, padding="same", activation="tanh", dtype="float32"),
            ],
            name="generator_model_test",
        )
        discriminator = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(3, 5, strides=4, padding="same", use_bias=False, dtype=precision),
                layers.LeakyReLU(dtype=precision),
                layers.Flatten(dtype=precision),
                layers.Dense(1, activation="sigmoid", dtype="float32"),
            ],
            name="discriminator_model_test",
        )
        return compile_gan(generator, discriminator)

    return make


@pytest.fixture
def few_digits(monkeypatch):
    """Eight of the stand-in's digits in each class, in place of whatever a run asks for; the names of what it asked."""
    from assignment.data import sources
    from assignment.data.dataset import Dataset, Provenance
    from assignment.data.digits import draw_digits

    images = np.concatenate([draw_digits(label, 8) for label in range(10)])
    labels = np.repeat(np.arange(10, dtype=np.uint8), 8)
    few = Dataset(images, labels, Provenance("drawn", "drawn stand-in, not MNIST", "nothing", is_standin=True))
    asked = []
    monkeypatch.setattr(sources, "load", lambda source, *more: asked.append(source.name) or few)
    return asked


@pytest.fixture
def make_run(tmp_path):
    """A function that makes a run with a quiet screen, in a folder of its own; `printed` returns what it prints.

    Its options are the settings' own, with small defaults, and the fields of `Run`.
    """
    from rich.console import Console

    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
    from assignment.session.screen import Screen
    from assignment.settings.tracks import FashionSettings
    from assignment.storage.workspace import Workspace

    def make(
        settings_class=FashionSettings,
        firstname="Ана",
        *,
        folder=tmp_path,
        precision="float32",
        provenance=None,
        practices=PracticeStack(),
        command="python run_assignment.py",
        width=300,
        **options,
    ):
        small = {"epochs": 2, "batch_size": 32, "grid_every": 1, "evaluation": False}
        settings = settings_class(
            firstname, **{**small, **options}, outputs_dir=folder / "outputs", models_dir=folder / "models"
        )
        workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
        workspace.prepare()
        screen = Screen(Console(file=io.StringIO(), width=width, highlight=False))
        return Run(settings, workspace, screen, command, precision, provenance, practices)

    return make


@pytest.fixture
def printed():
    """A function that returns what a run has printed."""
    return lambda run: run.screen.console.file.getvalue()


@pytest.fixture
def standin():
    """The provenance of a drawn stand-in."""
    from assignment.data.dataset import Provenance

    return Provenance("drawn", "drawn stand-in, not MNIST", "nothing", is_standin=True)


INGREDIENTS = {"draw_noise", "generator", "discriminator", "compiled", "update", "training_view"}


@pytest.fixture
def check_all_ingredients_are_requested():
    """A function that runs a track and checks that it requests every ingredient from its run's practices."""
    from dataclasses import replace

    from assignment.practices.stack import PracticeStack
    from assignment.session.stages import run_steps

    requested = set()

    class Recorder(PracticeStack):
        def __getattribute__(self, name):
            if not name.startswith("_"):
                requested.add(name)
            return super().__getattribute__(name)

    def check(track, run):
        assert run_steps(track, replace(run, practices=Recorder())) is None
        assert requested == INGREDIENTS

    return check


@pytest.fixture
def batches():
    """A function that gives (real_images, noise) of a size, others at every number, the same in every test."""

    def batch(size: int, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng([size, number])
        real_images = random.uniform(-1, 1, (size, 28, 28, 1)).astype(np.float32)
        return real_images, random.standard_normal((size, 5), np.float32)

    return batch


@pytest.fixture
def check_sheet():
    """A function that checks a sheet: eight steps with requests, and figures that the report can describe."""
    from assignment.report.page import DESCRIPTIONS, GRID

    def check(sheet):
        assert len(sheet) == 8 and all(step.title and step.request.endswith(".") for step in sheet)
        figures = {name for step in sheet for name in step.figures}
        assert {name.removesuffix(".png").removesuffix("_*") for name in figures} <= set(DESCRIPTIONS)
        assert f"{GRID}_*.png" in figures

    return check
