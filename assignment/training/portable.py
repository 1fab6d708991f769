"""The configuration of a network as Keras 3.0 writes it, so that every Keras 3 can read it.

Each Keras refuses a layer with an argument that it does not know, and most versions add some. Our networks set none of
the new ones, so they are left out. `export_h5` builds the network from the result and compares its full configuration.
"""

from __future__ import annotations

from typing import Any

# The arguments of each class in Keras 3.0, besides those of every layer. It lists all classes that the tracks and the
# practices use, so it also says what a file may contain.
KERAS_3_0 = {
    "Sequential": "layers build_input_shape",
    "Functional": "layers input_layers output_layers",
    # layers
    "Activation": "activation",
    "Add": "",
    "BatchNormalization": (
        "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer"
        " moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint synchronized"
    ),
    "Concatenate": "axis",
    "Conv2D": (
        "filters kernel_size strides padding data_format dilation_rate groups activation use_bias kernel_initializer"
        " bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint"
    ),
    "Conv2DTranspose": (
        "filters kernel_size strides padding data_format dilation_rate activation use_bias kernel_initializer"
        " bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint"
    ),
    "Dense": (
        "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer"
        " kernel_constraint bias_constraint"
    ),
    "Dot": "axes normalize",
    "Dropout": "rate seed noise_shape",
    "Embedding": (
        "input_dim output_dim embeddings_initializer embeddings_regularizer activity_regularizer"
        " embeddings_constraint mask_zero"
    ),
    "Flatten": "data_format",
    "Identity": "",
    "InputLayer": "batch_shape sparse",
    "LeakyReLU": "negative_slope",
    "Multiply": "",
    "ReLU": "max_value negative_slope threshold",
    "Reshape": "target_shape",
    "assignment>MinibatchDeviation": "",
    "assignment>MinibatchDiscrimination": "",
    "assignment>SpectralNormalization": "layer",
    # initializers
    "GlorotUniform": "seed",
    "Ones": "",
    "RandomUniform": "minval maxval seed",
    "Zeros": "",
    # losses and optimizers
    "BinaryCrossentropy": "reduction from_logits label_smoothing axis",
    "MeanSquaredError": "reduction",
    "Adam": "learning_rate beta_1 beta_2 epsilon amsgrad weight_decay",
    "SGD": "learning_rate momentum nesterov weight_decay",
    # an output of a layer, where it is the input of another
    "__keras_tensor__": "shape keras_history",
}
EVERY_CLASS = frozenset({"name", "trainable", "dtype"})


def portable(config: Any) -> Any:
    """Return a parsed configuration with only those arguments that Keras 3.0 knows, at every depth.

    A dtype policy is replaced by its name. A class that is not in `KERAS_3_0` keeps its arguments.
    """
    if isinstance(config, list):
        return [portable(item) for item in config]
    if not isinstance(config, dict):
        return config
    kind, arguments = config.get("class_name"), config.get("config")
    if isinstance(kind, str) and isinstance(arguments, dict):
        if kind == "DTypePolicy":
            return arguments.get("name")
        if kind in KERAS_3_0:
            known = EVERY_CLASS.union(KERAS_3_0[kind].split())
            config = {**config, "config": {name: arguments[name] for name in arguments if name in known}}
    return {name: portable(value) for name, value in config.items()}
