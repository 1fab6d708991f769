"""Fixtures for the tests of sessions: a small training, and figures that are not drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assignment.evaluation.judge import Reading
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge
from assignment.fashion.sheet import SHEET
from assignment.foreign.metadata import ModelMetadata
from assignment.practices.view import TrainingView
from assignment.session import journal
from assignment.session.resume import conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.session import run_session
from assignment.session.training import Training
from assignment.storage.files import replacing
from assignment.training.export import export_pair
from assignment.training.interrupt import StopRequest
from assignment.training.loop import train, updates_per_epoch
from assignment.training.steps import compiled_update
from assignment.training.streams import Purpose, draw_noise

IMAGES = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28, 1)).astype(np.float32)


@pytest.fixture(scope="session")
def make_training():
    """A function that makes the training of a small GAN on `images`, with the settings of a run.

    view_options: fields of the TrainingView.
    """

    def make(run, gan, update, images, *, evaluation=None, **view_options):
        settings = run.settings
        noise = draw_noise(1, Purpose.GRID_NOISE, count=12, latent_dim=5)
        metadata = ModelMetadata(settings.TRACK, settings.firstname, 1, "a stand-in")
        return Training(
            gan=gan,
            update=update,
            rows=lambda update, position: train(
                update,
                images,
                epochs=settings.epochs,
                batch_size=settings.batch_size,
                latent_dim=5,
                seed=1,
                position=position,
            ),
            updates_per_epoch=updates_per_epoch(len(images), settings.batch_size),
            view=TrainingView(lambda: gan.generator(noise, training=False).numpy(), **view_options),
            save=lambda metadata: export_pair(gan, run.workspace.models, metadata),
            proof=[],
            conditions=conditions_of(run, images),
            began=0.0,
            metadata=metadata,
            sheet=SHEET,
            evaluation=evaluation,
        )

    return make


class FakeJudge:
    """A judge without a network: the features are the means of an image's four quarters, which also give its class."""

    def read(self, images):
        features = images.reshape(len(images), 4, -1).mean(axis=2)
        return Reading(features, (features[:, 0] > features[:, 1]).astype(int), np.full(len(images), 0.95))

    def accuracy(self, images, labels):
        return float((self.read(images).classes == labels).mean())


@pytest.fixture
def fake_judge():
    """A function that returns a judge without a network, with the facts of one of this accuracy and hash."""

    def make(accuracy=0.99, weights="0123456789ab"):
        facts = {
            "data": "mnist",
            "data_md5": "",
            "images": "a stand-in",
            "code": 0,
            "seed": 0,
            "epochs": 1,
            "weights": weights,
            "accuracy": accuracy,
            "seconds": 1.0,
            "made": "",
            "versions": {},
        }
        return StoredJudge(FakeJudge(), JudgeFacts(**facts))

    return make


@pytest.fixture
def make_session(make_gan, make_run, make_training, standin, tmp_path):
    """A function that makes a session of three epochs of three updates; `start` runs it."""

    class SmallSession:
        view_options = {}

        def __init__(self, folder=tmp_path, **options):
            small = {"epochs": 3, "batch_size": 4, "grid_every": 2, "checkpoint_every": 1}
            self.run = make_run(firstname="ana", folder=folder, provenance=standin, **{**small, **options})
            self.workspace = self.run.workspace
            self.workspace.remove_partials()
            self.gan = make_gan()

        def start(self, change_update=lambda update: update, earlier=None):
            update = change_update(compiled_update(self.gan))
            training = make_training(self.run, self.gan, update, IMAGES, **self.view_options)
            return run_session(
                self.run, training, earlier or find_earlier(self.run, training.conditions), StopRequest()
            )

        @property
        def record(self):
            return json.loads(self.workspace.record.read_text(encoding="utf-8"))

    return SmallSession


@pytest.fixture
def undrawn_figures(make_session, monkeypatch):
    """Replace every figure of a session by the arguments that it would be drawn from, and write these to its file."""

    def write(path, content):
        with replacing(path) as temporary:
            temporary.write_bytes(repr(content).encode())

    def collect(images, *rest, **options):
        return np.asarray(images).tobytes(), rest, options

    make_session.view_options = {"draw": collect, "plot": lambda *arguments: arguments}
    monkeypatch.setattr(journal.grids, "row_grid", collect)
    monkeypatch.setattr(Run, "save_figure", lambda run, figure, path, quiet=False: write(path, figure))
    monkeypatch.setattr(
        journal.animation, "save_animation", lambda path, frames, *rest: write(path, np.array(frames).tobytes())
    )
