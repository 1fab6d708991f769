"""The report's other facts are tested with the guards that ask for it."""

from __future__ import annotations

from pathlib import Path

from assignment.bug_report import REPORTED_PACKAGES, write_report
from assignment.errors import AssignmentError

CHECKOUT = Path(__file__).parent.parent


def test_a_path_that_is_not_valid_text_is_escaped(tmp_path):
    path = write_report(OSError("a\udcff"), "reading a\udcff", "assignment run", tmp_path)
    assert path == tmp_path / "error_report.txt"
    assert r"while reading a\udcff" in path.read_text(encoding="utf-8")


def test_a_folder_that_another_run_has_taken_is_left_alone(tmp_path, monkeypatch):
    folder, temporary = tmp_path / "folder", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    def refuse(path, text):
        raise AssignmentError("taken")

    monkeypatch.setattr("assignment.bug_report.write_text", refuse)
    path = write_report(ZeroDivisionError(), "testing", "assignment run", folder)
    assert path.parent == temporary and not list(folder.iterdir())


def test_the_reported_packages_are_those_that_the_program_requires():
    required = (CHECKOUT / "setup.cfg").read_text(encoding="utf-8").split("install_requires =")[1].split("[")[0]
    lines = (line for line in required.splitlines() if line.strip() and ";" not in line)  # all Pythons need these
    names = {line.split(">")[0].strip() for line in lines}
    assert names | {"keras"} == set(REPORTED_PACKAGES)  # Keras comes with TensorFlow
