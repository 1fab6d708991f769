import numpy as np
import pytest

from assignment.checking.sheets import SHEETS
from assignment.checking.weights_only import match_weights


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_arrays_in_any_order_of_the_layers_are_recognized(make_network, role):
    network = make_network(role)
    groups = [("x", layer.weights) for layer in network.layers if layer.weights]
    matched = match_weights(groups[::-1], SHEETS["fashion"])
    assert [layer.kind for layer in matched.layers] == [layer.kind for layer in network.layers]
    shapes = [[array.shape for array in layer.weights] for layer in matched.layers]
    assert shapes == [[array.shape for array in layer.weights] for layer in network.layers]


def test_missing_additional_and_other_arrays_are_not_recognized(make_network):
    groups = [("x", layer.weights) for layer in make_network().layers if layer.weights]
    for other in (groups[1:], [*groups, groups[0]], [("x", (np.zeros((3, 4)),)), *groups[1:]], []):
        assert match_weights(other, SHEETS["fashion"]) is None
    assert match_weights(groups, SHEETS["digits"]) is None, "that sheet leaves the sizes open"
