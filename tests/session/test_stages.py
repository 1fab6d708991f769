import io

import numpy as np
import pytest
from rich.console import Console

from assignment.data import sources
from assignment.data.dataset import Dataset, Provenance
from assignment.session import stages
from assignment.session.run import Run
from assignment.session.screen import Screen
from assignment.session.stages import facts_of, load_images, load_training_images, say_compiled, say_saved, show_proof
from assignment.settings.tracks import FashionSettings
from assignment.training.export import Facts
from assignment.training.proof import Movement


@pytest.fixture
def run():
    screen = Screen(Console(file=io.StringIO(), width=200, highlight=False))
    return Run(FashionSettings("ana"), None, screen, "", "float32")


def said(run):
    return run.screen.console.file.getvalue()


@pytest.mark.parametrize(("is_standin", "words"), [(True, "a drawn stand-in, not MNIST; its"), (False, "checked: MD5")])
def test_where_the_images_come_from_is_said_and_kept(run, monkeypatch, is_standin, words):
    provenance = Provenance("there", "caption", "MD5", is_standin)
    asked = []
    monkeypatch.setattr(sources, "load", lambda *of: asked.append(of) or Dataset(None, None, provenance))
    _, on = load_images(sources.MNIST, run)
    assert asked == [(sources.MNIST, "auto", None)] and on.provenance == provenance
    assert words in said(run)


def test_the_test_images_are_kept_from_the_training(run, monkeypatch):
    images = np.arange(10, dtype=np.uint8).reshape(10, 1, 1) * np.ones((1, 28, 28), np.uint8)
    dataset = Dataset(images, np.arange(10, dtype=np.uint8), Provenance("there", "caption", "MD5", is_standin=False))
    monkeypatch.setattr(sources, "load", lambda *of: dataset)
    monkeypatch.setattr(stages, "TRAINING", 7)
    data, on = load_training_images(sources.MNIST, run)
    assert data.images.shape == (7, 28, 28, 1) and data.labels.tolist() == list(range(7))
    assert on.provenance.caption == "caption" and data.classes == tuple("0123456789")
    np.testing.assert_allclose(data.images[:, 0, 0, 0], np.arange(7) / 127.5 - 1, rtol=1e-6)
    exam = data.exam(facts_of(on, data.classes), asked=True)
    np.testing.assert_allclose(exam.images[:, 0, 0, 0], np.arange(7, 10) / 127.5 - 1, rtol=1e-6)
    assert exam.labels.tolist() == [7, 8, 9] and exam.learned_from is data.images and exam.asked
    assert exam.facts == Facts("fashion", "ana", 1, "caption", tuple("0123456789"))


def test_how_both_models_are_compiled_is_said(run, make_gan):
    say_compiled(make_gan(), run)
    assert "discriminator: binary_crossentropy; Adam, rate 0.0002" in said(run) and "combined: binary" in said(run)


def test_the_proof_is_shown_and_handed_on(run):
    still, moved = ("discriminator", "a", "a", False), ("generator", "a", "b", True)
    proof = [Movement("generator", *what) for what in (still, moved)]
    assert show_proof(proof, run) is proof
    cells = [[cell.strip() for cell in line.split("│")] for line in said(run).splitlines() if "│" in line]
    assert [row[-2] for row in cells][-2:] == ["no", "yes"] and "The freeze holds" in said(run)


def test_every_network_saved_is_said(run):
    say_saved(["a.h5", "b.h5"], run)
    assert said(run).count("read back and compared") == 2
