from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.checking import CheckSettings


def test_files_are_paths_and_the_track_is_the_assignments():
    settings = CheckSettings(files=["a.h5", "~/b.h5"])
    assert settings.files == (Path("a.h5"), Path.home() / "b.h5") and settings.track == "fashion"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"files": []}, "give the .h5 files to check, as in models/generator_model_ana.h5"),
        ({"files": ["a.h5"] * 1_001}, "1,001 files are too many for one command"),
        ({"files": [""]}, "FILE takes a path, not ''"),
        ({"files": ["a.h5"], "track": "trousers"}, "--track takes"),
        ({"files": ["a.h5", "b.h5"], "repair": "new.h5"}, "--repair writes one network, so give only one FILE"),
        (
            {"files": ["a.h5"], "repair": "new.keras"},
            "--repair takes the path of an .h5 file to write, not 'new.keras'",
        ),
        ({"files": ["a.h5"], "json": True, "measure": True}, "--json prints only the answers; leave out --repair and"),
        ({"files": ["a.h5"], "json": True, "repair": "b.h5"}, "--json prints only the answers"),
        ({"files": ["a.h5"], "measure": "yes"}, "--measure takes true or false"),
        ({"files": ["a.h5"], "measure": True, "data_dir": ""}, "--data-dir takes a folder"),
        ({"files": ["a.h5"], "data_dir": "x"}, "--data-dir is for --measure; add it, or leave out the folder"),
        ({"files": ["a.h5"], "outputs_dir": "x"}, "--outputs-dir is for --measure"),
    ],
)
def test_wrong_values_are_one_sentence(options, message):
    with pytest.raises(AssignmentError, match=message) as error:
        CheckSettings(**options)
    assert "\n" not in str(error.value)


def test_a_repaired_file_replaces_nothing(tmp_path):
    path = tmp_path / "new.h5"
    path.touch()
    with pytest.raises(AssignmentError, match="--repair would replace .*new.h5; give a path at which there is no file"):
        CheckSettings(files=[tmp_path / "a.h5"], repair=path)


def test_a_repaired_file_needs_a_folder(tmp_path):
    with pytest.raises(AssignmentError, match="--repair: there is no folder .*new; create it, or give another path"):
        CheckSettings(files=["a.h5"], repair=tmp_path / "new" / "new.h5")
