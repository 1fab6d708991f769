import ast
from pathlib import Path

import pytest

import assignment
from assignment.training.freezing import frozen, unfrozen


@pytest.fixture
def discriminator(make_gan):
    return make_gan().discriminator


def flags(model):
    return [model.trainable, *(layer.trainable for layer in model.layers)]


def test_model_is_frozen_within_the_block_only(discriminator):
    with frozen(discriminator):
        assert not discriminator.trainable_weights and not any(flags(discriminator))
    assert all(flags(discriminator))


def test_mixed_flags_are_restored(discriminator):
    discriminator.layers[0].trainable = False
    before = flags(discriminator)
    with unfrozen(discriminator):
        assert all(flags(discriminator))
    assert flags(discriminator) == before
    with frozen(discriminator), unfrozen(discriminator):
        pass
    assert flags(discriminator) == before


def test_layers_of_inner_models_are_frozen_too(make_gan):
    combined = make_gan().combined
    inner_layer = combined.layers[0].layers[0]
    with frozen(combined):
        assert not inner_layer.trainable
    assert inner_layer.trainable


def test_flags_are_restored_after_an_error(discriminator):
    with pytest.raises(ZeroDivisionError), frozen(discriminator):
        raise ZeroDivisionError
    assert all(flags(discriminator))


def test_no_other_file_sets_the_flag():
    package = Path(assignment.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assigned = isinstance(node, ast.Attribute) and node.attr == "trainable" and isinstance(node.ctx, ast.Store)
            set_by_name = (
                isinstance(node, ast.Call) and "setattr" in ast.unparse(node.func) and "trainable" in ast.unparse(node)
            )
            assert path.name == "freezing.py" or not (assigned or set_by_name), f"{path}:{node.lineno}"
