import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import Dataset, Provenance
from assignment.session import track
from assignment.session.track import compare_with_test_images, load_dataset, load_training_images


@pytest.mark.parametrize(
    ("is_standin", "message"),
    [
        (True, "The images are a caption, there. The figures say so and must not be handed in"),
        (False, "caption, from there; checked: MD5"),
    ],
)
def test_the_provenance_of_the_images_is_printed_and_kept(make_run, printed, monkeypatch, is_standin, message):
    run, provenance, requests = make_run(), Provenance("there", "caption", "MD5", is_standin), []
    monkeypatch.setattr(sources, "load", lambda *request: requests.append(request) or Dataset(None, None, provenance))
    _, run = load_dataset(sources.MNIST, run)
    assert requests == [(sources.MNIST, "auto", None)] and run.provenance == provenance
    assert message in " ".join(printed(run).replace("│", "").split())


def test_test_images_are_used_for_comparison_only(make_run, monkeypatch):
    images = np.arange(10, dtype=np.uint8).reshape(10, 1, 1) * np.ones((1, 28, 28), np.uint8)
    dataset = Dataset(images, np.arange(10, dtype=np.uint8), Provenance("there", "caption", "MD5", is_standin=False))
    monkeypatch.setattr(sources, "load", lambda *request: dataset)
    monkeypatch.setattr(track, "TRAINING_IMAGES", 7)
    data, run = load_training_images(sources.MNIST, make_run())
    assert data.images.shape == (7, 28, 28, 1) and data.labels.tolist() == list(range(7))
    assert run.images_from.caption == "caption" and data.classes == tuple("0123456789")
    np.testing.assert_allclose(data.images[:, 0, 0, 0], np.arange(7) / 127.5 - 1, rtol=1e-6)
    spec = compare_with_test_images(data, expects_class=True)
    np.testing.assert_allclose(spec.images[:, 0, 0, 0], np.arange(7, 10) / 127.5 - 1, rtol=1e-6)
    assert spec.labels.tolist() == [7, 8, 9] and spec.learned_from is data.images and spec.expects_class
