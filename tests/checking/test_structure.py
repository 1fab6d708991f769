import pytest

from assignment.checking.answers import NO, YES
from assignment.checking.sheets import SHEETS
from assignment.checking.structure import compare_layers, ends_match


@pytest.mark.parametrize(
    ("shapes", "wanted", "match"),
    [
        ([(100,)], [(100,)], True),
        ([(3,)], [(100,)], False),
        ([(1,), (64,)], [(), (1,)], True),
        ([(64,)], [(), (1,)], False),
        ([(1,), (28, 28, 1)], [(28, 28, 1), (1,)], True),
        ([(28, 28, 1), (1,), (1,)], [(28, 28, 1), (1,)], False),
    ],
)
def test_inputs_match_in_any_order_and_noise_has_any_length(shapes, wanted, match):
    assert ends_match(shapes, wanted) == match


def test_a_sheet_that_gives_only_some_layers_asks_for_these(make_network):
    expected = SHEETS["digits"].networks[1]
    lines = {line.requirement: line.answer for line in compare_layers(make_network("discriminator"), expected)}
    assert lines == {
        "input: (28, 28, 1)": YES,
        "output: one number": YES,
        "Conv2D, stride 2": YES,
        "LeakyReLU": YES,
        "Dropout": NO,
        "Dense, 1 neuron, sigmoid": YES,
    }


def test_layers_of_another_kind_are_named(make_network):
    lines = compare_layers(make_network("generator"), SHEETS["fashion"].networks[1])
    assert [line.found for line in lines if line.answer == NO][:3] == [
        "generator_model_ana",
        "a vector of 100",
        "(28, 28, 1)",
    ]
    advice = {line.advice for line in lines if line.requirement.startswith("layer")} - {""}
    assert advice == {"add this layer", "write units=1024", "replace it with Dense, 1 neuron, sigmoid"}
