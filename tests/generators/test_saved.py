import h5py
import keras
import pytest

from assignment.conditional.networks import build_discriminator
from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.files import read_generator_metadata
from assignment.generators.samples import generate_samples
from assignment.generators.saved import explained_errors, load_generator
from assignment.training.export import FACTS, export_h5

DIGITS = ModelMetadata("conditional", "ana", 1, "a stand-in", tuple("0123456789"))


def load(path):
    """Load a generator and generate an image, which shows an output that is not an array."""
    metadata = read_generator_metadata(path, "conditional")
    with explained_errors(path):
        return generate_samples(load_generator(path, metadata), metadata, [0], count=1, seed=1)


def check_refused(path):
    """Check that loading raises one sentence, which names the file."""
    with pytest.raises(AssignmentError, match=r"\A[^\n]{,400}generator_model_ana\.h5[^\n]{,200}\.\Z"):
        load(path)


def functional(inputs, outputs):
    """Return a generator with inputs of other shapes, or other outputs."""

    def build():
        tensors = [keras.Input(shape, name=f"input_{number}") for number, shape in enumerate(inputs)]
        image = keras.layers.Identity()(tensors[0])
        if inputs[0]:
            units = [keras.layers.Dense(784)(keras.layers.Flatten()(tensor)) for tensor in tensors]
            image = keras.layers.Reshape((28, 28, 1))(keras.layers.Add()([*units, units[0]]))
        return keras.Model(tensors, outputs(image))

    return build


OTHER_NETWORKS = {
    "a scalar input": functional([()], lambda image: image),
    "one input": functional([(100,)], lambda image: image),
    "three inputs": functional([(100,), (1,), (1,)], lambda image: image),
    "labels of two numbers": functional([(100,), (2,)], lambda image: image),
    "noise in a square": functional([(10, 10), (1,)], lambda image: image),
    "two images": functional([(100,), (1,)], lambda image: [image, image]),
    "an image in a dictionary": functional([(100,), (1,)], lambda image: {"image": image}),
    "a smaller image": functional([(100,), (1,)], lambda image: image[:, :14]),
}


@pytest.mark.parametrize("build", OTHER_NETWORKS.values(), ids=OTHER_NETWORKS.keys())
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_network_with_other_inputs_or_outputs_is_refused(trained, build):
    with h5py.File(trained.generator_model) as file:
        facts = file.attrs[FACTS]
    build().save(trained.generator_model, include_optimizer=False)
    with h5py.File(trained.generator_model, "r+") as file:
        file.attrs[FACTS] = facts
    check_refused(trained.generator_model)


def test_a_generator_with_labels_and_without_classes_is_refused(trained, generator):
    export_h5(generator, trained.generator_model, DIGITS._replace(classes=()))
    check_refused(trained.generator_model)


def test_a_generator_with_a_layer_of_another_kind_is_refused(trained):
    with h5py.File(trained.generator_model, "r+") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"Conv2DTranspose"', '"Lambda"')
    check_refused(trained.generator_model)


def test_a_discriminator_is_refused(trained):
    export_h5(build_discriminator("ana", 1), trained.generator_model, DIGITS)
    with pytest.raises(AssignmentError, match="is a discriminator; give the generator's file"):
        load(trained.generator_model)
