from pathlib import Path

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import Dataset
from assignment.errors import AssignmentError
from assignment.session.images import load_images


@pytest.fixture
def requests(monkeypatch, standin):
    """The requests for data sets, each of which is answered with 60,001 white images."""
    white = Dataset(np.full((60_001, 28, 28), 255, np.uint8), np.zeros(60_001, np.uint8), standin)
    found = []
    monkeypatch.setattr(sources, "load", lambda *request: found.append(request) or white)
    return found


def test_the_training_images_are_scaled_and_a_standin_is_mentioned(requests):
    with pytest.warns(UserWarning, match="The images are a drawn stand-in") as warned:
        images, labels = load_images("mnist", "~/folder", "standin")
    assert warned[0].filename == __file__
    assert images.shape == (60_000, 28, 28, 1) and images.dtype == np.float32 and (images == 1).all()
    assert labels.shape == (60_000,) and requests == [(sources.MNIST, "standin", Path("~/folder").expanduser())]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "cifar"}, "--dataset"),
        ({"data": "reel"}, "--data"),
        ({"data_dir": ""}, "--data-dir takes a folder"),
    ],
)
def test_other_values_are_refused_as_in_a_run(requests, options, message):
    with pytest.raises(AssignmentError, match=message):
        load_images(**options)
    assert requests == []
