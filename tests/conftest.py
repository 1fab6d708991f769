"""Fixtures that all tests share: small networks, few images, quiet runs and figures that are not drawn."""

from __future__ import annotations

import gc
import io
import os
import shutil
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assignment import runtime
from assignment.foreign import child, reader
from assignment.storage.reading import convert

# The user's ASSIGNMENT_DATA_DIR must not change what a test does. Workers start after it is removed here, so the folder
# is passed on to them under another name.
REAL_IMAGES = os.environ.pop("ASSIGNMENT_DATA_DIR", None) or os.environ.get("REAL_IMAGES_FOR_TESTS")
if REAL_IMAGES:
    os.environ["REAL_IMAGES_FOR_TESTS"] = REAL_IMAGES
# A background job of a shell starts with ignored signals, and so would the processes that the tests start and stop.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_configure(config):
    """Start TensorFlow before the tests are imported, but not in the process that only distributes them to workers."""
    is_worker = hasattr(config, "workerinput")
    if is_worker or not config.getoption("numprocesses", default=None):
        runtime.start_tensorflow()


def pytest_collection_finish():
    """Collect garbage less often, and not in what exists now: the modules of TensorFlow and of the tests.

    This saves a twentieth of the time, since tracing an update makes thousands of objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # Python's own are 700 (or 2,000), 10 and 10


def pytest_collection_modifyitems(items):
    # The notebooks take minutes each. They start first, so that at the end no processor waits for the last one.
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")
    if REAL_IMAGES is None:
        skip = pytest.mark.skip(reason="ASSIGNMENT_DATA_DIR names no folder with the real images")
        for item in items:
            if "real_data" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def real_images_folder() -> Path:
    return Path(REAL_IMAGES).resolve()


@pytest.fixture(scope="session")
def make_gan():
    """A function that makes a small compiled GAN with the sheet's kinds of layers; the same weights at every call."""
    import keras

    from assignment.fashion.step6_compile import compile_gan
    from assignment.training.streams import seed_initial_weights

    def make(precision: str = "float32", *, latent_dim: int = 5, firstname: str = "test"):
        layers = keras.layers
        seed_initial_weights(0, 1)
        generator = keras.Sequential(
            [
                keras.Input((latent_dim,), name="noise"),
                layers.Dense(7 * 7 * 4, use_bias=False, dtype=precision),
                layers.BatchNormalization(dtype=precision),
                layers.LeakyReLU(dtype=precision),
                layers.Reshape((7, 7, 4), dtype=precision),
                layers.Conv2DTranspose(1, 5, strides=4, padding="same", activation="tanh", dtype="float32"),
            ],
            name=f"generator_model_{firstname}",
        )
        discriminator = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(3, 5, strides=4, padding="same", use_bias=False, dtype=precision),
                layers.LeakyReLU(dtype=precision),
                layers.Flatten(dtype=precision),
                layers.Dense(1, activation="sigmoid", dtype="float32"),
            ],
            name=f"discriminator_model_{firstname}",
        )
        return compile_gan(generator, discriminator)

    return make


@pytest.fixture(scope="session")
def batches():
    """A function that returns (real_images, noise) of a batch of `size`: the same in every test, others per number."""

    def batch(size: int, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng([size, number])
        real_images = random.uniform(-1, 1, (size, 28, 28, 1)).astype(np.float32)
        return real_images, random.standard_normal((size, 5), np.float32)

    return batch


@pytest.fixture(scope="session")
def standin():
    """The provenance of a drawn stand-in."""
    from assignment.data.dataset import Provenance

    return Provenance("drawn", "drawn stand-in, not MNIST", "nothing to check", is_standin=True)


@pytest.fixture
def run_here(tmp_path, monkeypatch):
    """A function that runs a program with these arguments in this process and an empty folder.

    program: `assignment`, `run_assignment.py`, or `step 1` to `step 8`. Returns the exit code.
    """
    from assignment import cli

    monkeypatch.chdir(tmp_path)
    programs = {
        "assignment": cli.main,
        "run_assignment.py": cli.main_run,
        **{f"step {number}": lambda number=number: cli.main_step(number) for number in range(1, 9)},
    }

    def run(*arguments: str, program: str = "assignment") -> int:
        monkeypatch.setattr(sys, "argv", [program, *arguments])
        return programs[program]()

    return run


@pytest.fixture
def few_digits(standin, monkeypatch):
    """Replace every data set by 80 drawn digits, 8 of each class; returns the names of the data sets requested."""
    from assignment.data import sources
    from assignment.data.dataset import Dataset
    from assignment.data.digits import draw_digits

    images = np.concatenate([draw_digits(label, 8) for label in range(10)])
    labels = np.repeat(np.arange(10, dtype=np.uint8), 8)
    requested = []
    monkeypatch.setattr(
        sources, "load", lambda source, *more: requested.append(source.name) or Dataset(images, labels, standin)
    )
    return requested


@pytest.fixture
def few_trousers(standin, monkeypatch):
    """Replace every data set by 16 drawn trousers."""
    from assignment.data import sources
    from assignment.data.dataset import TROUSER, Dataset
    from assignment.data.garments import draw_garments

    dataset = Dataset(draw_garments(TROUSER, 16), np.full(16, TROUSER, np.uint8), standin)
    monkeypatch.setattr(sources, "load", lambda *request: dataset)


@pytest.fixture(scope="session")
def make_screen():
    """A function that makes a screen that keeps what it prints; its options are those of rich's Console."""
    from rich.console import Console

    from assignment.session.screen import Screen

    return lambda **options: Screen(Console(file=io.StringIO(), **{"highlight": False, **options}))


@pytest.fixture(scope="session")
def printed():
    """A function that returns what a run, or a screen of `make_screen`, has printed."""
    return lambda source: getattr(source, "screen", source).console.file.getvalue()


@pytest.fixture
def make_run(make_screen, tmp_path):
    """A function that makes a run in its own folder; `printed` returns what it prints.

    Its options are those of the settings, with small defaults, and the fields of `Run`.
    """
    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
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
        small = {"epochs": 2, "batch_size": 40, "grid_every": 1, "evaluation": False}
        settings = settings_class(
            firstname, **{**small, **options}, outputs_dir=folder / "outputs", models_dir=folder / "models"
        )
        workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
        workspace.prepare()
        return Run(settings, workspace, make_screen(width=width), command, precision, provenance, practices)

    return make


@pytest.fixture(scope="session")
def check_written_files():
    """A function that checks the names in the folder of a finished run: those of every track, and some more."""
    common = {
        "checkpoints",
        "planes",
        "history.csv",
        "report.html",
        "run.json",
        "step2_real_images.png",
        "step3_generator_diagram.png",
        "step4_untrained_samples.png",
        "step5_discriminator_diagram.png",
        "step7_animation.gif",
        "step7_losses.png",
        "step7_progress.png",
    }

    def check(run, *more):
        assert {path.name for path in run.workspace.folder.iterdir()} == common | set(more)

    return check


@pytest.fixture
def quick_figures(monkeypatch):
    """Save figures without drawing them: a figure's file holds its texts, images and lines instead of pixels.

    Equal figures have equal files, so files can still be compared.
    """
    from assignment.figures import animation, style
    from assignment.storage.files import replacing

    def write(path, texts, arrays):
        with replacing(path) as temporary:
            temporary.write_bytes(repr(texts).encode() + b"".join(np.asarray(array).tobytes() for array in arrays))

    def save(figure, path):
        texts = [figure.get_suptitle(), *(text.get_text() for text in figure.texts)]
        images = [image.get_array() for axes in figure.axes for image in axes.images]
        lines = [line.get_xydata() for axes in figure.axes for line in axes.lines]
        write(path, texts, [*images, *lines])

    def save_animation(path, frames, titles, caption, draw):
        write(path, [*titles, caption], frames)

    monkeypatch.setattr(style, "save", save)
    monkeypatch.setattr(animation, "save_animation", save_animation)


INGREDIENTS = {"draw_noise", "generator", "discriminator", "compiled", "update", "schedule", "training_view"}


@pytest.fixture
def check_all_ingredients_are_requested(monkeypatch):
    """A function that prepares a track's training, and checks that it requests every ingredient from its practices."""
    from assignment.practices.stack import PracticeStack
    from assignment.session import stages

    requested = set()

    class Recorder(PracticeStack):
        def __getattribute__(self, name):
            if not name.startswith("_"):
                requested.add(name)
            return super().__getattribute__(name)

    def check(track, run):
        # Every ingredient is requested before the session; the proof would only take time.
        monkeypatch.setattr(stages, "prove_freeze", lambda *batch, hint: [])
        monkeypatch.setattr(stages, "run_session", lambda *session: None)
        assert stages.run_steps(track, replace(run, practices=Recorder())) is None
        assert requested == INGREDIENTS

    return check


@pytest.fixture
def check_sheet():
    """A function that checks a sheet: eight steps with requests, and figures that the report can describe."""
    from assignment.report.page import DESCRIPTIONS, GRID

    def check(sheet):
        assert len(sheet) == 8 and all(step.title and step.request.endswith(".") for step in sheet)
        figures = {name for step in sheet for name in step.figures}
        assert {name.rpartition(".")[0].removesuffix("_*") for name in figures} <= set(DESCRIPTIONS)
        assert f"{GRID}_*.png" in figures

    return check


@pytest.fixture(autouse=True)
def files_are_described_in_this_process(request, monkeypatch):
    """Without the child process, which takes 0.2 s to start; tests that use the fixture `real_child` have it."""
    if "real_child" not in request.fixturenames:

        def ask(path):
            path.stat()
            return convert(child.answer(path), reader._Answer)

        monkeypatch.setattr(reader, "_ask_child", ask)


@pytest.fixture
def real_child():
    """Files of networks are described by a child process, as outside of tests."""


@pytest.fixture
def browser(open_browser):
    """Chromium without a window, with its console log; skipped if it is not installed."""
    with open_browser("--disable-gpu") as chrome:
        yield chrome


@pytest.fixture
def open_browser():
    """A context manager that opens Chromium without a window with some switches; skips the test if there is none."""
    return _open_browser


@contextmanager
def _open_browser(*switches):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium and chromedriver are not both installed (Debian: apt install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in ("--headless=new", "--no-sandbox", "--hide-scrollbars", *switches):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as chrome:
        yield chrome
