from assignment.foreign.network import Layer, Network, Tensor


def test_the_plain_layers_are_those_of_all_networks_in_order():
    inner = Network(
        "inner",
        "Sequential",
        (Layer("InputLayer", "i", {}, ()), Layer("Dense", "a", {}, (Tensor(0),)), Layer("ReLU", "b", {}, (Tensor(1),))),
        (Tensor(0),),
        (Tensor(2),),
    )
    layers = (
        Layer("InputLayer", "i", {}, ()),
        Layer("Sequential", "inner", {}, (Tensor(0),), network=inner),
        Layer("Flatten", "c", {}, (Tensor(1),)),
    )
    network = Network("outer", "Sequential", layers, (Tensor(0),), (Tensor(2),))
    assert [layer.name for layer in network.plain_layers()] == ["a", "b", "c"]
