import pytest

from assignment.training.naming import graph_name, named_for_graphs
from assignment.training.steps import compiled_update
from assignment.training.textbook import textbook_update


@pytest.mark.parametrize(
    ("name", "expected"),
    [("generator_model_ana", "generator_model_ana"), ("model_Ана-é", "model_u0410u043du0430-u00e9")],
)
def test_non_ascii_letters_are_written_as_code_points(name, expected):
    assert graph_name(name) == expected


def test_models_have_their_own_names_after_the_block(make_gan):
    gan = make_gan()
    gan.generator.name = "generator_model_李雷"
    with named_for_graphs(*gan.models):
        assert gan.generator.name == "generator_model_u674eu96f7"
    assert gan.generator.name == "generator_model_李雷"


def test_names_are_restored_after_an_error(make_gan):
    generator = make_gan().generator
    generator.name = "generator_model_李雷"
    with pytest.raises(ZeroDivisionError), named_for_graphs(generator):
        raise ZeroDivisionError
    assert generator.name == "generator_model_李雷"


@pytest.mark.parametrize("rule", [compiled_update, textbook_update])
def test_models_with_non_ascii_names_can_be_trained(make_gan, batches, rule):
    gan = make_gan()
    for model in gan.models:
        model.name += "_Ана"
    rule(gan)(*batches(4))
    assert all(model.name.endswith("_Ана") for model in gan.models)
