import pytest

from assignment.training.naming import graph_name, named_for_graphs
from assignment.training.steps import compiled_update
from assignment.training.textbook import textbook_update


@pytest.mark.parametrize(
    ("name", "traced"), [("generator_model_ana", "generator_model_ana"), ("model_Ана-é", "model_u0410u043du0430-u00e9")]
)
def test_names_in_ascii(name, traced):
    assert graph_name(name) == traced


def test_models_have_their_names_again(make_gan):
    gan = make_gan()
    gan.generator.name = "generator_model_李雷"
    with named_for_graphs(*gan.models):
        assert gan.generator.name == "generator_model_u674eu96f7"
    assert gan.generator.name == "generator_model_李雷"


@pytest.mark.parametrize("rule", [compiled_update, textbook_update])
def test_models_of_any_name_can_be_trained(make_gan, batches, rule):
    gan = make_gan()
    for model in gan.models:
        model.name += "_Ана"
    rule(gan)(*batches(4))
    assert all(model.name.endswith("_Ана") for model in gan.models)
