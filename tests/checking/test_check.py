"""Checks of hand-ins: honest ones have no complaint, and of a sabotaged one exactly the sabotage is named."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assignment.checking.answers import NO, UNKNOWN, YES
from assignment.checking.check import check_contents, check_file
from assignment.checking.sheets import SHEETS
from assignment.foreign.compilation import Compilation
from assignment.foreign.network import Layer, Network, Tensor
from assignment.foreign.refused import Refused

FACTS = json.dumps({"epoch": 300, "batch_size": 128, "images": "Fashion-MNIST"})
COMPILED = Compilation("binary_crossentropy", "Adam", 0.0002, 0.5, 0.999)


@pytest.fixture
def check(make_contents):
    """A function that checks a sheet's network, or another one, with the facts of a complete training."""

    def check(network=None, track="fashion", path=Path("hand_in.h5"), **options):
        options = {"facts": FACTS, "compilation": COMPILED, **options}
        contents = (
            make_contents(network, track=track, **options) if network is None else make_contents(network, **options)
        )
        return check_contents(path, contents, SHEETS[track])

    return check


def refused(result):
    """The requirements that are not met, and what was found instead."""
    return {line.requirement: line for line in result.lines if line.answer == NO}


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("seed", range(6))
def test_an_honest_hand_in_is_good(check, role, seed):
    result = check(role=role, seed=seed)
    assert result.is_good and not result.findings
    assert result.role == role and {line.answer for line in result.lines} == {YES}


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_the_notebooks_networks_are_good(check, role, position):
    assert check(track="lecture", role=role, position=position, compilation=None).is_good


def test_a_file_of_others_cannot_answer_every_question(check):
    result = check(role="discriminator", facts="", compilation=None)
    unknown = [line.requirement for line in result.lines if line.answer == UNKNOWN]
    assert unknown[:2] == ["300 epochs", "batch size 128"] and unknown[2].startswith(
        "compiled with binary_crossentropy"
    )
    assert result.is_good, "what cannot be checked is no complaint"


@pytest.mark.parametrize(
    ("role", "position", "settings", "requirement", "advice"),
    [
        ("generator", 5, {"strides": (2, 2)}, "layer 5: Conv2DTranspose, 128 kernels 5x5, stride 1", "strides=(1, 1)"),
        ("generator", 3, {"slope": 0.2}, "layer 3: LeakyReLU, slope 0.3", "negative_slope=0.3"),
        ("generator", 11, {"activation": "sigmoid"}, "layer 11: Conv2DTranspose, 1 kernel", "activation='tanh'"),
        ("discriminator", 2, {"slope": 0.01}, "layer 2: LeakyReLU, slope 0.3", "negative_slope=0.3"),
        ("discriminator", 6, {"activation": "relu"}, "layer 6: Dense, 1,024 neurons", "activation='linear'"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(
    check, make_network, change_layer, role, position, settings, requirement, advice
):
    result = check(change_layer(make_network(role), position, **settings))
    (line,) = (line for name, line in refused(result).items() if name.startswith("layer"))
    assert line.requirement.startswith(requirement) and line.advice == f"write {advice}"
    assert not result.is_good


def test_an_extra_bias_is_named(check, make_network, change_layer):
    network = make_network("discriminator")
    kernel = network.layers[1].weights[0]
    result = check(change_layer(network, 1, weights=(kernel, np.ones(64, np.float32)), use_bias=True))
    names = list(refused(result))
    assert names == ["layer 1: Conv2D, 64 kernels 5x5, stride 2, same padding, no bias", "6,629,953 weights in all"]


def test_a_missing_and_an_extra_layer_are_named(check, make_network):
    network = make_network("discriminator")
    dropout = Layer("Dropout", "dropout", {"rate": 0.3, "dtype": "float32"}, (Tensor(2),))
    layers = [*network.layers[:3], dropout, *network.layers[3:]]
    chain = [replace(layer, inputs=(Tensor(i - 1),)) if i else layer for i, layer in enumerate(layers)]
    result = check(replace(network, layers=tuple(chain), outputs=(Tensor(9),)))
    assert list(refused(result)) == ["only the layers of the sheet"]

    shorter = [layer for i, layer in enumerate(network.layers) if i != 4]
    chain = [replace(layer, inputs=(Tensor(i - 1),)) if i else layer for i, layer in enumerate(shorter)]
    result = check(replace(network, layers=tuple(chain), outputs=(Tensor(7),)))
    (line,) = refused(result).values()
    assert (line.requirement, line.found) == ("layer 4: LeakyReLU, slope 0.3", "missing")


def test_a_separate_activation_counts_as_the_layers_own(check, make_network, change_layer):
    network = change_layer(make_network(), 11, activation="linear")
    activation = Layer("Activation", "tanh", {"activation": "tanh", "dtype": "float32"}, (Tensor(11),))
    assert check(replace(network, layers=(*network.layers, activation), outputs=(Tensor(12),))).is_good


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("seed", range(3))
def test_a_network_that_was_never_trained_is_named(check, role, seed):
    result = check(role=role, trained=False, seed=seed)
    assert [finding.title for finding in result.findings][:1] == ["never trained"]
    assert "trained" in refused(result) and not result.is_good


def test_the_finding_explains_what_keras_3_does(check):
    (finding,) = check(role="discriminator", trained=False).findings
    assert "the textbook recipe" in finding.meaning and "3 kernels" not in finding.numbers
    assert "all 4 kernels are uniform" in finding.numbers


def test_another_name_another_kind_and_a_short_training_are_named(check, make_network):
    network = replace(make_network(), name="sequential", kind="Functional")
    result = check(network, facts=json.dumps({"epoch": 3, "batch_size": 64}))
    assert list(refused(result)) == [
        "a Sequential model",
        "name: generator_model_<firstname>",
        "300 epochs",
        "batch size 128",
    ]


@pytest.mark.parametrize("name", ["loss", "optimizer", "learning_rate", "beta_1"])
def test_another_compilation_is_named(check, name):
    other = replace(COMPILED, **{name: "other" if name in ("loss", "optimizer") else 0.001})
    (line,) = refused(check(role="discriminator", compilation=other)).values()
    assert line.requirement.startswith("compiled with") and line.advice == "compile it with these values"


def test_images_in_0_to_1_are_named(check, make_network, change_layer):
    result = check(change_layer(make_network(), 11, activation="sigmoid"))
    assert "pixels in -1..1" in refused(result)
    assert "pixels in 0..1" in [finding.title for finding in result.findings]


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_a_network_of_another_sheet_is_named(check, make_contents, role):
    contents = make_contents(track="lecture", role=role, position=1, facts=FACTS)
    result = check_contents(Path("x.h5"), contents, SHEETS["fashion"])
    (finding,) = result.findings
    assert finding.title == "another sheet" and not finding.is_serious
    assert finding.numbers.endswith("and none of the lecture sheet") and "--track lecture" in finding.meaning


def test_a_network_of_no_sheet_has_no_such_finding(check, make_network, change_layer):
    network = make_network()
    for position in (3, 7, 9):
        network = change_layer(network, position, **({"slope": 0.1} if position == 3 else {"use_bias": True}))
    assert not check(network).findings


def test_swapped_files_are_named(check):
    result = check(role="discriminator", path=Path("generator_model_ana.h5"))
    (finding,) = result.findings
    assert finding.title == "swapped files" and "contains a discriminator" in finding.numbers


def test_a_combined_model_is_named_and_its_generator_is_checked(check, make_network):
    parts = [make_network("generator"), make_network("discriminator")]
    layers = [parts[0].layers[0]]
    layers += [Layer("Sequential", part.name, {}, (Tensor(i),), network=part) for i, part in enumerate(parts)]
    combined = Network("gan", "Sequential", tuple(layers), (Tensor(0),), (Tensor(2),))
    result = check(combined)
    assert (result.role, list(refused(result))) == ("generator", ["one network in the file"])


def test_weights_alone_are_recognized_by_their_shapes(make_contents, make_network):
    network = make_network("discriminator")
    groups = tuple((layer.name, layer.weights) for layer in network.layers if layer.weights)
    contents = replace(make_contents(network), network=None, weights=groups[::-1])
    result = check_contents(Path("x.h5"), contents, SHEETS["fashion"])
    assert result.role == "discriminator" and list(refused(result)) == ["the complete network, not its weights alone"]
    assert {line.answer for line in result.lines if line.requirement.startswith("layer")} == {UNKNOWN}
    with pytest.raises(Refused, match="it has only weights, and not those of a network of the fashion sheet"):
        check_contents(Path("x.h5"), replace(contents, weights=groups[1:]), SHEETS["fashion"])
    with pytest.raises(Refused, match="it has only weights, and the digits sheet leaves the layers open"):
        check_contents(Path("x.h5"), contents, SHEETS["digits"])


def test_the_images_of_weights_alone_could_not_be_checked(make_contents, make_network):
    network = make_network("generator")
    groups = tuple((layer.name, layer.weights) for layer in network.layers if layer.weights)
    result = check_contents(Path("x.h5"), replace(make_contents(), network=None, weights=groups), SHEETS["fashion"])
    (line,) = (line for line in result.lines if line.requirement == "pixels in -1..1")
    assert (line.answer, line.found) == (UNKNOWN, "the file has only weights")


def test_a_network_of_something_else_is_unusable(make_contents, make_network, change_layer):
    network = make_network("discriminator")
    other = replace(network, layers=network.layers[:2], outputs=(Tensor(1),))
    with pytest.raises(Refused, match="neither a generator nor a discriminator of images"):
        check_contents(Path("x.h5"), make_contents(other), SHEETS["fashion"])


def test_a_file_that_cannot_be_read_has_a_reason(tmp_path):
    path = tmp_path / "x.h5"
    assert check_file(path, SHEETS["fashion"]).unusable == "it cannot be read (no such file or directory)"
    path.write_bytes(b"")
    assert check_file(path, SHEETS["fashion"]).unusable == "it is empty; copy it again"


@pytest.mark.parametrize("name", ["learning_rate", "optimizer"])
def test_a_compilation_that_the_file_gives_only_in_part_could_not_be_checked(check, name):
    partial = replace(COMPILED, **{name: None if name == "learning_rate" else ""})
    (line,) = (line for line in check(role="discriminator", compilation=partial).lines if line.answer == UNKNOWN)
    assert line.requirement.startswith("compiled with") and "unknown" in line.found


def test_further_arguments_of_the_optimizer_are_named(check):
    (line,) = refused(check(role="discriminator", compilation=replace(COMPILED, others=("clipnorm 1",)))).values()
    assert line.found.endswith("beta_2 0.999, clipnorm 1")


def test_a_loss_from_logits_is_another_loss(check):
    other = replace(COMPILED, loss="binary_crossentropy from logits")
    (line,) = refused(check(role="discriminator", compilation=other)).values()
    assert line.found.startswith("binary_crossentropy from logits, Adam")


def test_nan_images_have_advice_of_their_own(check, make_network, change_layer):
    network = make_network()
    kernel = np.full_like(network.layers[1].weights[0], np.nan)
    line = refused(check(change_layer(network, 1, weights=(kernel,))))["pixels in -1..1"]
    assert (line.found, line.advice) == ("NaN or infinite pixels", "train it again")


def test_an_error_that_nobody_foresaw_is_the_reason_of_its_file(monkeypatch):
    monkeypatch.setattr("assignment.checking.check.read_contents", lambda path: 1 / 0)
    result = check_file(Path("x.h5"), SHEETS["fashion"])
    assert result.unusable == "checking it failed (ZeroDivisionError: division by zero)" and not result.lines
