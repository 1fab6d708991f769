import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from assignment.checking.sheets import SHEETS
from assignment.grading import examine as module
from assignment.grading.archives import Unreadable
from assignment.grading.evidence import Answer
from assignment.grading.examine import Metrics, examine, unpack_attempt

SHEET = SHEETS["fashion"]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def examined(tmp_path, attempt_of):
    """A function that examines the files at these paths."""

    def examined(*paths, measure=None):
        scratch = Path(tempfile.mkdtemp(dir=tmp_path))
        return examine(attempt_of(*paths), scratch, SHEET, measure)

    return examined


def test_every_check_has_answers_and_the_networks_are_described(examined, make_submission):
    found = examined(make_submission())
    evidence = found.evidence
    assert evidence.reason == "" and [n.role for n in evidence.networks] == ["generator", "discriminator"]
    assert {"files", "generator layers", "discriminator layers", "names", "trained", "length", "record"} <= set(
        evidence.checks
    )
    assert all(evidence.checks.values()), "no check is without an answer"
    assert [answer.answer for answer in evidence.checks["files"]] == [True, True]
    assert evidence.checks["figure step2_real_images.png"][0].answer is True
    assert evidence.checks["real images"][0].answer is True and evidence.recorded["seed"] == "5"
    assert found.picture.startswith(PNG) and set(found.samples) == {"generator", "discriminator"}
    assert evidence.not_measured == "the images were not measured"
    assert evidence.checks["recognizable"][0].answer is None


def test_the_same_files_loose_give_the_same_checks(examined, make_submission, tmp_path):
    archive = make_submission()
    folder = tmp_path / "loose"
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    loose = examined(*sorted(folder.iterdir()))
    assert loose.evidence == examined(archive).evidence


def test_only_images_of_the_sheets_size_are_measured(examined, make_submission, monkeypatch):
    monkeypatch.setattr(module, "generate", lambda network: np.zeros((24, 14, 14, 1), np.float32))
    found = examined(make_submission(), measure=None)
    assert found.evidence.not_measured == "its images have the shape (14, 14, 1), not (28, 28, 1)"
    monkeypatch.setattr(module, "generate", lambda network: np.full((24, 28, 28, 1), np.nan, np.float32))
    assert examined(make_submission()).evidence.not_measured == "its images have NaN or infinite pixels"


def test_metrics_and_their_answers_are_added(examined, make_submission):
    answers = {"recognizable": Answer("recognizable?", True)}
    metrics = Metrics({"judge_fid": 3.0}, {"judge_fid": 0.1}, answers)
    found = examined(make_submission(), measure=lambda network, facts: metrics)
    assert found.evidence.metrics == {"judge_fid": 3.0} and found.evidence.checks["recognizable"] == (
        answers["recognizable"],
    )

    def refuse(network, facts):
        raise Unreadable("it learned the stand-in")

    assert examined(make_submission(), measure=refuse).evidence.not_measured == "it learned the stand-in"


def test_a_missing_network_loses_its_checks(examined, make_submission):
    evidence = examined(make_submission(discriminator_model_ana__h5=None)).evidence
    (answer,) = evidence.checks["discriminator layers"]
    assert (answer.answer, answer.found) == (False, "no file has a discriminator")
    assert evidence.checks["trained"][1].answer is False


def test_a_damaged_network_is_named(examined, make_submission):
    evidence = examined(make_submission(discriminator_model_ana__h5=b"\x89HDF\r\n\x1a\n")).evidence
    (answer,) = evidence.checks["discriminator layers"]
    assert answer.answer is False and "'discriminator_model_ana.h5' cannot be read: it is damaged" in answer.found
    assert any("cannot be read" in note for note in evidence.notes)


def test_the_best_epochs_generator_is_not_graded(examined, make_submission, small_networks):
    generator = small_networks[0].read_bytes()
    evidence = examined(make_submission(best_generator_model_ana__h5=generator)).evidence
    assert evidence.networks[0].file == "generator_model_ana.h5"
    assert "'best_generator_model_ana.h5' is another generator; it is not graded" in evidence.notes


def test_a_file_that_is_no_picture_is_no(examined, make_submission):
    evidence = examined(make_submission(step2_real_images__png=b"<html>")).evidence
    assert evidence.checks["figure step2_real_images.png"][0] == Answer(
        "step2_real_images.png", False, "it is not a picture"
    )


@pytest.mark.parametrize(
    ("files", "reason"),
    [({"notes.txt": b"x"}, "it has no .h5 file .files: 'notes.txt'."), ({}, "it has no .h5 file .files: none.")],
)
def test_a_submission_without_networks_cannot_be_graded(examined, tmp_path, files, reason):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert re.fullmatch(reason, examined(path).evidence.reason)


def test_a_zip_file_in_a_zip_file_is_not_opened(examined, make_submission, tmp_path):
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(make_submission(), "inner.zip")
    assert examined(outer).evidence.reason == "it has no .h5 file (files: none)"


def test_nothing_is_written_under_a_name_of_the_submission(attempt_of, tmp_path):
    path, scratch = tmp_path / "x.zip", tmp_path / "scratch"
    scratch.mkdir()
    names = ["a/b/generator.h5", "a/c/generator.h5", "CON.h5", "x*?.h5", "...", "n" * 300 + ".h5"]
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    files = unpack_attempt(attempt_of(path), scratch)
    assert set(files) == {"generator.h5", "a/c/generator.h5", *names[2:]}
    assert all(path.is_relative_to(scratch) and path.read_text() == "x" for path in files.values())
    assert [path.name for path in files.values()][2:] == ["_CON.h5", "x__.h5", "file", "n" * 77 + ".h5"]


def test_files_that_are_too_large_together_are_refused(attempt_of, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_ARCHIVE_BYTES", 10)
    for name in ("a.h5", "b.h5"):
        (tmp_path / name).write_bytes(bytes(6))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(Unreadable, match="its files have more than 10 bytes"):
        unpack_attempt(attempt_of(tmp_path / "a.h5", tmp_path / "b.h5"), scratch)


def test_a_record_that_does_not_agree_is_a_finding(examined, make_submission, run_record):
    record = run_record(files_sha256={"step2_real_images.png": "0"})
    ((role, finding),) = [
        item for item in examined(make_submission(record=record)).evidence.findings if item[0] == "record"
    ]
    assert finding.title == "the record does not agree with the files" and not finding.is_serious
    assert "changed after the run: step2_real_images.png" in finding.numbers
