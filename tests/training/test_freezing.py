import ast
from pathlib import Path

import pytest

import assignment
from assignment.training.freezing import frozen, unfrozen


def flags(model):
    return [model.trainable, *(layer.trainable for layer in model.layers)]


def test_frozen_for_the_block_only(make_gan):
    discriminator = make_gan().discriminator
    with frozen(discriminator):
        assert not discriminator.trainable_weights and not any(flags(discriminator))
    assert all(flags(discriminator))


def test_mixed_flags_come_back_as_they_were(make_gan):
    discriminator = make_gan().discriminator
    discriminator.layers[0].trainable = False
    before = flags(discriminator)
    with unfrozen(discriminator):
        assert all(flags(discriminator))
    assert flags(discriminator) == before
    with frozen(discriminator), unfrozen(discriminator):
        pass
    assert flags(discriminator) == before


def test_models_within_models(make_gan):
    combined = make_gan().combined
    inner = combined.layers[0].layers[0]
    with frozen(combined):
        assert not inner.trainable
    assert inner.trainable


def test_the_flags_come_back_after_an_error(make_gan):
    discriminator = make_gan().discriminator
    with pytest.raises(ZeroDivisionError), frozen(discriminator):
        raise ZeroDivisionError
    assert all(flags(discriminator))


def test_no_other_file_touches_the_flag():
    package = Path(assignment.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            stored = isinstance(node, ast.Attribute) and node.attr == "trainable" and isinstance(node.ctx, ast.Store)
            by_name = isinstance(node, ast.Call) and "setattr" in ast.unparse(node.func)
            if stored or by_name and "trainable" in ast.unparse(node):
                assert path.name == "freezing.py", f"{path}:{node.lineno}"
