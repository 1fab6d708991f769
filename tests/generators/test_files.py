"""Which generator is meant, and whether this version can use it."""

import pytest

from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.generators.files import check_given_file, check_trained, checked_metadata, read_generator_metadata

DIGITS = ModelMetadata("conditional", "ana", 1, "a stand-in", tuple("0123456789"))


def test_the_metadata_of_a_usable_generator_are_returned(trained):
    found = read_generator_metadata(trained.generator_model, "conditional")
    assert found == read_metadata(trained.generator_model) == read_generator_metadata(trained.generator_model)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"track": "lecture"}, "was trained in the lecture track, not the conditional track; give --track lecture"),
        ({"practices": ("alchemy",)}, "was trained with the practice 'alchemy', which this version does not know"),
    ],
)
def test_a_generator_that_this_version_cannot_use_is_refused(tmp_path, changes, words):
    with pytest.raises(AssignmentError, match=words):
        checked_metadata(DIGITS._replace(**changes), tmp_path / "generator.h5", "conditional")


def test_an_unknown_track_is_refused(tmp_path):
    with pytest.raises(AssignmentError, match="in a track that this version does not know: 'cgan'"):
        checked_metadata(DIGITS._replace(track="cgan"), tmp_path / "generator.h5")


def test_a_missing_generator_and_a_wrong_folder_have_their_own_advice(tmp_path):
    with pytest.raises(AssignmentError, match="does not exist; train it first, with --track digits"):
        check_trained(tmp_path / "generator.h5", "digits")
    (tmp_path / "models").touch()
    with pytest.raises(AssignmentError, match="--models-dir takes a folder, but .*models is a file"):
        check_trained(tmp_path / "models" / "generator.h5", "digits")


def test_a_given_path_must_be_a_file(tmp_path):
    with pytest.raises(AssignmentError, match="does not exist; give the path of a generator's .h5 file"):
        check_given_file(tmp_path / "generator.h5")
    with pytest.raises(AssignmentError, match="is a folder, not a file"):
        check_given_file(tmp_path)
