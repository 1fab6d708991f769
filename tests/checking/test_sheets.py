"""The sheets' networks as data are those that the tracks build."""

import pytest

from assignment.checking.roles import choose_expected, find_role
from assignment.checking.sheets import SHEETS
from assignment.checking.structure import compare_layers, compare_weights
from assignment.conditional import networks as conditional
from assignment.digits import networks as digits
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.reader import read_contents
from assignment.lecture import networks as lecture
from assignment.training.export import export_h5

BUILDERS = {
    "fashion generator": build_generator,
    "fashion discriminator": build_discriminator,
    "lecture generator": lecture.build_dcgan_generator,
    "lecture discriminator": lecture.build_dcgan_discriminator,
    "lecture generator, dense": lecture.build_dense_generator,
    "lecture discriminator, dense": lecture.build_dense_discriminator,
    "digits generator": digits.build_generator,
    "digits discriminator": digits.build_discriminator,
    "conditional generator": conditional.build_generator,
    "conditional discriminator": conditional.build_discriminator,
    "conditional discriminator, auxiliary": conditional.build_auxiliary_discriminator,
}


@pytest.mark.parametrize("name", BUILDERS)
def test_the_networks_of_every_track_meet_their_sheet(name, tmp_path):
    track, role = name.split(",")[0].split()
    path = tmp_path / "network.h5"
    export_h5(BUILDERS[name]("ana"), path, ModelMetadata(track, "ana", 1, "drawn stand-in, not MNIST"))
    network = read_contents(path).network
    assert find_role(network) == role
    expected = choose_expected(network, role, SHEETS[track])
    lines = [*compare_layers(network, expected), *compare_weights(network, expected)]
    assert len(lines) >= 3 and {line.answer for line in lines} == {"yes"}
