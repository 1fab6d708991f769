import json

import numpy as np
import pytest

from assignment.data.dataset import TROUSER, Dataset, Provenance, scale_pixels
from assignment.data.sources import FASHION_MNIST, MNIST
from assignment.evaluation import make_judges
from assignment.evaluation.floor import images_md5
from assignment.evaluation.make_judges import COMMAND, write_shipped_judge
from assignment.evaluation.shipped_judges import read_shipped_facts, read_shipped_judge

RANDOM = np.random.default_rng(0)
DATASET = Dataset(
    RANDOM.integers(0, 256, (120, 28, 28), np.uint8),
    np.resize(np.arange(10, dtype=np.uint8), 120),
    Provenance("there", "the real ones", "", is_standin=False),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Sixty training images, and no classifier that is really trained."""
    monkeypatch.setattr(make_judges, "TRAINING_IMAGES", 60)
    monkeypatch.setattr(make_judges, "gan_train", lambda images, labels, *test: len(test[0]) / 100)


@pytest.mark.parametrize("source", [MNIST, FASHION_MNIST], ids=lambda source: source.name)
def test_a_judge_is_written_with_the_floors_of_all_tracks(source, make_judge, tmp_path):
    stored = make_judge(seed=1, data=source.name)
    write_shipped_judge(stored, source, DATASET, tmp_path)
    again = read_shipped_judge(source.name, tmp_path)
    assert again.facts == stored.facts
    facts = read_shipped_facts(source.name, tmp_path)
    images = scale_pixels(DATASET.images[..., np.newaxis])
    compared = {images_md5(images[60:])}
    if source is FASHION_MNIST:
        compared.add(images_md5(images[DATASET.labels == TROUSER]))
    assert facts.floors.keys() == compared and facts.gan_train == 0.6
    assert all({"judge_fid", "precision", "recall"} <= floor.scores.keys() for floor in facts.floors.values())
    assert facts.command == COMMAND
    assert len(json.loads((tmp_path / f"{source.name}.json").read_text(encoding="utf-8"))["sha256"]) == 64
