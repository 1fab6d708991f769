"""The judges that come with the program: what they are, and that they measure the same on every machine."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import TRAINING_IMAGES, TROUSER, scale_pixels
from assignment.data.digits import draw_digits
from assignment.data.garments import draw_garments
from assignment.errors import AssignmentError
from assignment.evaluation import judge_files
from assignment.evaluation.comparison import Comparison
from assignment.evaluation.floor import measure_floor
from assignment.evaluation.judge_files import FACTS_CHECKSUM, facts_checksum
from assignment.evaluation.judge_training import CODE_VERSION
from assignment.evaluation.make_judges import COMMAND, RECIPES
from assignment.evaluation.scores import Scores
from assignment.evaluation.shipped_judges import (
    FOLDER,
    check_shipped_judge,
    judge_path,
    read_shipped_facts,
    read_shipped_judge,
    shipped_floor,
)
from assignment.fashion.step1_data import split_data

CHECKOUT = Path(__file__).parent.parent.parent
MINIMUM_ACCURACY = {"mnist": 0.995, "fashion-mnist": 0.935}
DRAW = {"mnist": draw_digits, "fashion-mnist": draw_garments}

pytestmark = pytest.mark.parametrize("name", MINIMUM_ACCURACY)


def test_a_judge_is_accurate_and_small(name):
    judge, facts = read_shipped_judge(name)
    assert facts.accuracy >= MINIMUM_ACCURACY[name]
    assert judge.classifier.count_params() <= 500_000 and 1e6 <= judge_path(name).stat().st_size <= 2e6


def test_its_facts_describe_how_it_was_made(name):
    facts = read_shipped_judge(name).facts
    source = sources.SOURCES[name]
    assert (facts.images, facts.code, facts.epochs) == (source.caption, CODE_VERSION, RECIPES[name].epochs)
    assert len(facts.data_md5) == 32 and {"keras", "tensorflow", "numpy"} <= facts.versions.keys()
    assert read_shipped_facts(name).command == COMMAND


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}")])
def test_a_damaged_judge_is_one_sentence(name, suffix, damage, tmp_path):
    shutil.copytree(FOLDER, tmp_path / "judges")
    damage((tmp_path / "judges" / name).with_suffix(suffix))
    names = f"{name}.npz and {name}.json, is missing or damaged; install the program again"
    with pytest.raises(AssignmentError, match=names):
        read_shipped_judge(name, tmp_path / "judges")
    with pytest.raises(AssignmentError, match=f"{names}.*add --no-evaluation"):
        check_shipped_judge(name, tmp_path / "judges")


def test_an_intact_judge_is_accepted_without_building_a_network(name, monkeypatch):
    monkeypatch.setattr(judge_files, "build_classifier", pytest.fail)
    check_shipped_judge(name)


def test_the_judge_of_another_data_set_is_refused(name, tmp_path):
    (other,) = MINIMUM_ACCURACY.keys() - {name}
    for suffix in (".npz", ".json"):
        shutil.copyfile((FOLDER / other).with_suffix(suffix), (tmp_path / name).with_suffix(suffix))
    for check in (read_shipped_judge, check_shipped_judge):
        with pytest.raises(AssignmentError, match="missing or damaged"):
            check(name, tmp_path)


def change_floors(change):
    """Change all floors together with the checksum of the facts, so that only their values can be refused."""

    def damage(path):
        facts = json.loads(path.read_text(encoding="utf-8"))
        del facts[FACTS_CHECKSUM]
        for floor in facts["floors"].values():
            change(floor)
        path.write_text(json.dumps({**facts, FACTS_CHECKSUM: facts_checksum(facts)}), encoding="utf-8")

    return damage


def change_one_number(path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"mean": 0.', '"mean": 1.', 1), encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_text("[]", encoding="utf-8"),
        change_one_number,
        change_floors(lambda floor: floor["scores"].pop("diversity")),
        change_floors(lambda floor: floor["scores"].update(another=floor["scores"]["recall"])),
        change_floors(lambda floor: floor.pop("copying")),
    ],
)
def test_facts_that_are_damaged_are_one_sentence(name, tmp_path, damage):
    path = Path(shutil.copyfile(FOLDER / f"{name}.json", tmp_path / f"{name}.json"))
    damage(path)
    with pytest.raises(AssignmentError, match="missing or damaged"):
        read_shipped_facts(name, tmp_path)


def test_the_floor_of_other_images_is_missing(name):
    with pytest.raises(AssignmentError, match="missing or damaged"):
        shipped_floor(name, np.zeros((8, 28, 28, 1), np.float32))


# Measured once. On another machine, with other versions or another number of threads they must be the same to 1e-3.
METRICS_OF_FIXED_IMAGES = {
    ("mnist", "same"): Scores(2.45637, -0.07767, 0.91, 0.88333, 0.965, 0.99833, 10, 0.09833, 0.97614),
    ("mnist", "dark"): Scores(53.78512, 2.41638, 0.635, 0.1, 0.715, 0.89667, 10, 0.06333, 0.83226),
    ("fashion-mnist", "same"): Scores(1.81308, -0.00193, 0.915, 0.89, 0.55667, 0.68, 9, 0.00833, 0.98036),
    ("fashion-mnist", "dark"): Scores(4.79956, 0.08337, 0.85167, 0.7, 0.55167, 0.745, 10, 0.05, 0.91811),
}


def test_fixed_images_have_fixed_metrics(name):
    """Drawn images are compared with others of the same classes, as they are and darker."""
    comparison = Comparison(read_shipped_judge(name).judge, *draw(name, 0))
    images, labels = draw(name, 1)
    for change, fakes in {"same": images, "dark": images * 0.5 - 0.5}.items():
        scores = comparison.measure(fakes, labels)
        assert scores == pytest.approx(METRICS_OF_FIXED_IMAGES[name, change], rel=1e-3, abs=1e-3), change


def draw(name, part):
    images = np.concatenate([DRAW[name](label, 60, part) for label in range(10)])
    return scale_pixels(images[..., np.newaxis]), np.repeat(np.arange(10), 60)


@pytest.mark.slow
@pytest.mark.parametrize(
    "variable",
    [
        "TF_NUM_INTRAOP_THREADS=1",
        "TF_NUM_INTRAOP_THREADS=5",
        "ONEDNN_MAX_CPU_ISA=AVX2",
        "ONEDNN_MAX_CPU_ISA=SSE41",
        "TF_ENABLE_ONEDNN_OPTS=0",
    ],
)
def test_the_metrics_do_not_depend_on_the_threads_or_on_the_instructions_of_the_processor(name, variable):
    """TensorFlow reads these variables when it starts, so each value needs its own process."""
    test = f"{Path(__file__)}::test_fixed_images_have_fixed_metrics[{name}]"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", test]
    environment = {**os.environ, **dict([variable.split("=")])}
    process = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8")
    assert process.returncode == 0 and "1 passed" in process.stdout, process.stdout


@pytest.mark.slow
@pytest.mark.real_data
def test_the_accuracy_is_that_of_the_test_images(name, real_images_folder):
    judge, facts = read_shipped_judge(name)
    dataset = sources.from_folder(sources.SOURCES[name], real_images_folder)
    images = scale_pixels(dataset.images[TRAINING_IMAGES:, ..., np.newaxis])
    assert judge.accuracy(images, dataset.labels[TRAINING_IMAGES:]) == pytest.approx(facts.accuracy, abs=2e-4)


@pytest.mark.slow
@pytest.mark.real_data
def test_the_floors_are_those_of_the_images_that_the_tracks_compare_with(name, real_images_folder):
    """They also depend on the code of the metrics: after a change there, the judges' facts must be made again."""
    judge = read_shipped_judge(name).judge
    dataset = sources.from_folder(sources.SOURCES[name], real_images_folder)
    images = scale_pixels(dataset.images[..., np.newaxis])
    training_images, test_images = images[:TRAINING_IMAGES], images[TRAINING_IMAGES:]
    compared = {"test images": (test_images, dataset.labels[TRAINING_IMAGES:], training_images, test_images)}
    if name == "fashion-mnist":
        trousers = split_data(dataset).dataset[..., np.newaxis]
        compared["trousers"] = (trousers, np.full(len(trousers), TROUSER), trousers, None)
    for real_images, labels, learned_from, unseen in compared.values():
        measured = measure_floor(Comparison(judge, real_images, labels), learned_from, unseen)
        shipped = shipped_floor(name, real_images)
        assert asdict(shipped.copying) == pytest.approx(asdict(measured.copying), rel=1e-3)
        assert shipped.scores.keys() == measured.scores.keys()
        for metric, score in shipped.scores.items():
            assert asdict(score) == pytest.approx(asdict(measured.scores[metric]), rel=1e-3, abs=1e-3), metric
