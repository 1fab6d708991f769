import pytest

from assignment.storage.files import replacing


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.suffix == ".txt" and temporary.parent == tmp_path
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_fails_leaves_the_old_one_alone(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(OSError), replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("named", [True, False])
def test_an_error_names_the_file_by_its_place(tmp_path, named):
    with pytest.raises(OSError) as caught, replacing(tmp_path / "history.csv") as temporary:
        raise OSError(28, "No space left on device", str(temporary) if named else None)
    assert caught.value.filename == str(tmp_path / "history.csv")
