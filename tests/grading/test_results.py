import numpy as np
import pytest

from assignment.grading.archives import Unreadable, list_class
from assignment.grading.arrivals import Attempt, Item
from assignment.grading.results import ResultFiles, read_result, result_key, write_result


def test_what_was_written_is_read(make_examined, tmp_path):
    examined, files = make_examined(), ResultFiles(tmp_path, "k")
    assert read_result(files) is None
    write_result(files, examined)
    again = read_result(files)
    assert again.evidence == examined.evidence and again.picture == examined.picture
    for role, sample in examined.samples.items():
        np.testing.assert_array_equal(again.samples[role]["0 10x10"], sample["0 10x10"])


@pytest.mark.parametrize("name", ["evidence", "samples"])
@pytest.mark.parametrize("content", [b"", b"{}x", b"[]"])
def test_a_damaged_result_is_none(make_examined, tmp_path, name, content):
    files = ResultFiles(tmp_path, "k")
    write_result(files, make_examined())
    getattr(files, name).write_bytes(content)
    assert read_result(files) is None


def test_the_key_follows_from_names_contents_and_conditions(tmp_path):
    path = tmp_path / "x.h5"
    path.write_bytes(b"1")

    def key(name="x.h5", conditions=None):
        return result_key(Attempt((Item(name, path),)), conditions or {"epochs": 300})

    first = key()
    assert first == key() and len(first) == 32
    assert len({first, key("y.h5"), key(conditions={"epochs": 20})}) == 3
    path.write_bytes(b"2")
    assert key() != first


def test_a_file_in_a_platforms_zip_has_the_same_key_as_the_file(make_submission, tmp_path):
    import zipfile

    path, outer = make_submission(), tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(path, "doe_1_2_x.zip")
    (entry,), _ = list_class(outer)
    loose, packed = Attempt((Item("x.zip", path),)), Attempt((Item("x.zip", outer, entry),))
    assert result_key(loose, {}) == result_key(packed, {})
    outer.write_bytes(outer.read_bytes().replace(b"history", b"histori"))
    with pytest.raises(Unreadable, match="the ZIP file is damaged at x.zip"):
        result_key(packed, {})
