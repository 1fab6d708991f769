import pytest

from assignment.foreign.compilation import Compilation, find_obstacles, read_compilation

ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.00019999999494757503, "beta_1": 0.5, "beta_2": 0.999}}
EXPECTED = Compilation("binary_crossentropy", "Adam", 0.0002, 0.5, 0.999)


@pytest.mark.parametrize(
    "loss",
    [
        "binary_crossentropy",
        ["binary_crossentropy"],
        {"class_name": "BinaryCrossentropy", "config": {"from_logits": False}},
        {"class_name": "function", "config": "binary_crossentropy"},
    ],
)
def test_a_loss_has_one_name(loss):
    assert read_compilation({"loss": loss, "optimizer_config": ADAM}) == EXPECTED


@pytest.mark.parametrize(
    "optimizer",
    [
        {"optimizer_config": {**ADAM, "class_name": "Custom>Adam"}},
        {"optimizer": ADAM},
        {"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.0002, "beta_1": 0.5, "beta_2": 0.999}}},
    ],
)
def test_an_optimizer_is_read_from_every_version(optimizer):
    assert read_compilation({"loss": "binary_crossentropy", **optimizer}) == EXPECTED


@pytest.mark.parametrize("config", [None, [], {}, {"loss": None}, "adam"])
def test_a_network_that_was_not_compiled_has_none(config):
    assert read_compilation(config) is None


def test_values_of_other_types_are_unknown():
    config = {"loss": {"class_name": 7}, "optimizer_config": {"class_name": ["Adam"], "config": {"learning_rate": {}}}}
    assert read_compilation(config) == Compilation()


@pytest.mark.parametrize(
    ("layers", "obstacles"),
    [
        ([{"class_name": "InputLayer", "config": {}}], ()),
        ([{"class_name": "Dense", "config": {}}], ("the Sequential model has no input layer",)),
        (
            [{"class_name": "InputLayer"}, {"class_name": "Conv2DTranspose", "config": {"groups": 1}}],
            ("a Conv2DTranspose has the argument groups",),
        ),
    ],
)
def test_obstacles_are_named_once(layers, obstacles):
    assert find_obstacles({"class_name": "Sequential", "config": {"layers": layers * 2}}) == obstacles


def test_a_loss_from_logits_says_so():
    loss = {"class_name": "BinaryCrossentropy", "config": {"name": "x", "from_logits": True}}
    assert read_compilation({"loss": loss}).loss == "binary_crossentropy from logits"


def test_what_changes_the_updates_is_read():
    loss = {"class_name": "BinaryCrossentropy", "config": {"label_smoothing": 0.1}}
    others = {"clipnorm": 1.0, "weight_decay": None, "amsgrad": True, "epsilon": 1e-07, "use_ema": False}
    found = read_compilation({"loss": loss, "optimizer": {"class_name": "Adam", "config": others}})
    assert found.loss == "binary_crossentropy with label smoothing 0.1" and found.others == ("amsgrad", "clipnorm 1")
