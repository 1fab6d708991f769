from types import SimpleNamespace

import numpy as np
import pytest

from assignment.data.sources import SOURCES
from assignment.evaluation.verdicts import Verdict
from assignment.grading import measuring
from assignment.grading.archives import Unreadable
from assignment.grading.measuring import ClassMeasurer, _answers


def test_the_stand_in_is_not_measured():
    with pytest.raises(Unreadable, match="it did not learn the real images of the sheet"):
        ClassMeasurer("fashion", None, None)(None, {"standin": True})


@pytest.mark.parametrize("images", ["drawn stand-in, not Fashion-MNIST", SOURCES["mnist"].caption])
def test_a_student_does_not_choose_what_the_images_are_compared_with(images):
    with pytest.raises(Unreadable, match="it did not learn the real images of the sheet"):
        ClassMeasurer("fashion", None, None)(None, {"standin": False, "images": images})


def test_the_images_are_loaded_once_and_a_network_that_cannot_be_built_has_a_reason(monkeypatch):
    made = []
    monkeypatch.setattr(measuring, "make_measurer", lambda *arguments: made.append(arguments[1].images) or object())
    monkeypatch.setattr(measuring, "rebuild", lambda network, dtype: 1 / 0)
    measurer = ClassMeasurer("fashion", lambda name: None, None)
    for _ in range(2):
        with pytest.raises(Unreadable, match="cannot be built .ZeroDivisionError."):
            measurer(SimpleNamespace(), {})
    assert made == ["Fashion-MNIST (Zalando Research, MIT license)"]


def test_answers_follow_from_the_verdicts():
    verdicts = [Verdict("a?", "yes", "1"), Verdict("right class?", "no", "2"), Verdict("b?", "not shown", "3")]
    found = _answers([*verdicts, Verdict("c?", "yes", "4")])
    assert {name: answer.answer for name, answer in found.items()} == {
        "recognizable": False,
        "varied": False,
        "original": True,
    }
    assert found["recognizable"].found == "2"


@pytest.mark.slow
@pytest.mark.real_data
def test_a_generator_has_the_metrics_of_its_first_draw(real_images_folder):
    from dataclasses import replace

    from assignment.checking.sheets import SHEETS
    from assignment.checking.weights_only import as_network
    from assignment.foreign.shapes import tensor_shapes, weight_shapes
    from assignment.session.start import load_track

    network = as_network(SHEETS["fashion"].networks[0])
    shapes, random, layers = tensor_shapes(network), np.random.default_rng(0), []
    for position, layer in enumerate(network.layers):
        needed = weight_shapes(layer, shapes[position - 1][0]) if position else []
        layers.append(replace(layer, weights=tuple(np.abs(random.normal(0, 0.05, s)).astype("f4") for s in needed)))
    measurer = ClassMeasurer("fashion", load_track, real_images_folder)
    found = measurer(replace(network, layers=tuple(layers)), {})
    assert found.metrics["judge_fid"] > 50 and found.floor["judge_fid"] < 1
    assert found.answers["recognizable"].answer is False
    assert measurer(replace(network, layers=tuple(layers)), {}) == found, "the noise is the same for all"
