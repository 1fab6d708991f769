import pytest

from assignment.foreign.kinds import KINDS, read_settings, weight_names
from assignment.foreign.refused import Refused

CONVOLUTION = {"filters": 8, "kernel_size": [5, 5], "strides": [2, 2], "padding": "same", "use_bias": False}


@pytest.mark.parametrize(
    "config",
    [
        {"alpha": 0.3},
        {"alpha": 0.30000001192092896},
        {"alpha": {"class_name": "__numpy__", "value": 0.3}},
        {"negative_slope": 0.3},
        {"negative_slope": {"class_name": "__numpy__", "config": {"value": 0.3, "dtype": "float32"}}},
        {},
    ],
)
def test_the_slope_has_one_name_and_value_in_every_version(config):
    assert read_settings("LeakyReLU", config)["slope"] == 0.3


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (None, "float32"),
        ("float16", "float16"),
        ({"class_name": "Policy", "config": {"name": "mixed_float16"}}, "mixed_float16"),
        ({"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}, "float32"),
    ],
)
def test_the_precision_is_a_text_or_a_policy(dtype, name):
    assert read_settings("Flatten", {"dtype": dtype}) == {"dtype": name}


def test_one_window_and_stride_for_both_directions():
    config = {"filters": 8, "kernel_size": 5, "groups": 1, "dilation_rate": [1, 1], "data_format": "channels_last"}
    settings = read_settings("Conv2D", config)
    assert (settings["kernel_size"], settings["strides"]) == ((5, 5), (1, 1))
    assert (settings["padding"], settings["use_bias"], settings["activation"]) == ("valid", True, "linear")


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Lambda", {}),
        ("TFOpLambda", {}),
        ("Dense", {}),
        ("Dense", {"units": True}),
        ("Dense", {"units": 2**21}),
        ("Dense", {"units": 4, "activation": "swish"}),
        ("Dense", {"units": 4, "activation": {"class_name": "function", "config": "exec"}}),
        ("Dense", {"units": 4, "use_bias": 1}),
        ("Conv2D", {**CONVOLUTION, "groups": 2}),
        ("Conv2D", {**CONVOLUTION, "dilation_rate": [2, 2]}),
        ("Conv2D", {**CONVOLUTION, "data_format": "channels_first"}),
        ("Conv2D", {**CONVOLUTION, "kernel_size": [5, 5, 5]}),
        ("Conv2D", {**CONVOLUTION, "padding": "causal"}),
        ("Conv2DTranspose", {**CONVOLUTION, "output_padding": [1, 1]}),
        ("BatchNormalization", {"axis": 0}),
        ("LeakyReLU", {"alpha": -0.1}),
        ("LeakyReLU", {"alpha": "0.3"}),
        ("ReLU", {"max_value": 6}),
        ("Reshape", {"target_shape": "7, 7"}),
        ("InputLayer", {"batch_shape": [None]}),
        ("InputLayer", {"batch_shape": [None, 1.5]}),
        ("Embedding", {"input_dim": 10, "output_dim": 4, "mask_zero": True}),
        ("assignment>SpectralNormalization", {"layer": {"class_name": "Lambda", "config": {}}}),
        ("Flatten", {"dtype": "float7"}),
    ],
)
def test_other_kinds_and_settings_are_refused(kind, config):
    with pytest.raises(Refused) as refused:
        read_settings(kind, config)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 160


def test_weights_have_keras_names_and_order():
    assert weight_names("Dense", {"use_bias": True}) == ("kernel", "bias")
    normalization = read_settings("BatchNormalization", {"scale": False, "axis": [3]})
    assert weight_names("BatchNormalization", normalization) == ("beta", "moving_mean", "moving_variance")
    spectral = read_settings(
        "assignment>SpectralNormalization", {"layer": {"class_name": "Conv2D", "config": CONVOLUTION}}
    )
    assert weight_names("assignment>SpectralNormalization", spectral) == ("kernel", "direction")
    assert weight_names("Flatten", {}) == ()


def test_every_layer_of_the_tracks_and_the_practices_is_listed():
    from assignment.training.portable import KERAS_3_0

    layers = {name for name in KERAS_3_0 if name == "Add" or "layers" not in KERAS_3_0[name]}
    others = {
        "GlorotUniform",
        "Ones",
        "RandomUniform",
        "Zeros",
        "BinaryCrossentropy",
        "MeanSquaredError",
        "Adam",
        "SGD",
    }
    assert layers - others - {"__keras_tensor__"} == set(KINDS)
