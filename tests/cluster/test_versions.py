import shutil
from pathlib import Path

import pytest

from assignment.cluster import versions
from assignment.cluster.versions import describe_difference, own_versions


def test_the_versions_name_what_changes_results():
    found = own_versions()
    assert list(found) == ["Python", "tensorflow", "keras", "numpy", "distributed", "this program"]
    assert all(found.values()) and "missing" not in found.values()


def test_equal_versions_have_no_difference():
    assert describe_difference(own_versions(), dict(own_versions())) == ""


def test_a_difference_names_both_versions():
    own = {"keras": "3.15.1", "numpy": "2.4.6"}
    assert describe_difference(own, {"keras": "3.12.0", "numpy": "2.4.6"}) == "keras 3.12.0 instead of 3.15.1"
    assert describe_difference(own, {"numpy": "2.4.6"}) == "keras missing instead of 3.15.1"


@pytest.fixture
def copied_program(tmp_path, monkeypatch):
    """A copy of this package's cluster folder, whose hash is computed."""
    package = tmp_path / "assignment"
    shutil.copytree(Path(versions.__file__).parent, package / "cluster", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(versions, "__file__", str(package / "cluster" / "versions.py"))
    return package


def test_the_hash_changes_with_the_code_and_not_with_line_ends(copied_program):
    before = versions._program_hash()
    file = copied_program / "cluster" / "job.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert versions._program_hash() == before
    file.write_bytes(file.read_bytes() + b"# changed\n")
    assert versions._program_hash() != before
