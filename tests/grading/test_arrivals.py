import zipfile

import pytest

from assignment.errors import AssignmentError
from assignment.grading import arrivals
from assignment.grading.arrivals import find_submissions


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def summary(found):
    return {s.key: sorted([item.name for item in attempt.items] for attempt in s.attempts) for s in found.submissions}


FILES = {
    "doe_1_11_submission.zip": ("Canvas 1", "submission.zip"),
    "roe_LATE_2_21_generator_model_r.h5": ("Canvas 2", "generator_model_r.h5"),
    "roe_LATE_2_22_discriminator_model_r.h5": ("Canvas 2", "discriminator_model_r.h5"),
    "Jane Doe_77_assignsubmission_file/a/x.zip": ("Moodle 77", "a/x.zip"),
    "ana/submission.zip": ("folder ana", "submission.zip"),
    "ana/notes.txt": ("folder ana", "notes.txt"),
    "submission_fashion_bo.zip": ("folder bo", "submission_fashion_bo.zip"),
    "submission_fashion_bo (1).zip": ("folder bo", "submission_fashion_bo (1).zip"),
    "generator_model_cy.h5": ("folder cy", "generator_model_cy.h5"),
    "conditional_discriminator_model_cy.h5": ("folder cy", "conditional_discriminator_model_cy.h5"),
}


def test_every_layout_is_found_and_files_belong_to_their_student(tmp_path):
    touch(tmp_path, *FILES, "gradebook.csv", ".hidden", "__MACOSX/x", "readme.txt")
    found = find_submissions(tmp_path)
    assert summary(found) == {
        "Canvas 1": [["submission.zip"]],
        "Canvas 2": [["generator_model_r.h5", "discriminator_model_r.h5"]],
        "Moodle 77": [["a/x.zip"]],
        "folder ana": [["submission.zip"]],
        "folder bo": [["submission_fashion_bo (1).zip"], ["submission_fashion_bo.zip"]],
        "folder cy": [["conditional_discriminator_model_cy.h5", "generator_model_cy.h5"]],
    }
    assert found.ignored == ("readme.txt: not a submission",)
    late = {submission.key: submission.owner.is_late for submission in found.submissions}
    assert (late["Canvas 1"], late["Canvas 2"], late["Moodle 77"], late["folder bo"]) == (False, True, None, None)


def test_a_zip_file_of_a_platform_is_the_same_as_its_folder(tmp_path):
    names = [name for name, (key, _) in FILES.items() if key.startswith(("Canvas", "Moodle"))]
    folder, unpacked = tmp_path / "class", tmp_path / "unpacked"
    folder.mkdir()
    touch(unpacked / "submissions", *names)
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    expected = summary(find_submissions(unpacked))
    assert len(expected) == 3
    assert summary(find_submissions(folder)) == expected == summary(find_submissions(folder / "submissions.zip"))


def test_of_two_loose_files_with_one_name_the_later_one_counts(tmp_path):
    touch(tmp_path, "doe_1_11_generator_model_d.h5", "doe_1_15_generator_model_d-1.h5", "doe_1_12_x.h5")
    (submission,) = find_submissions(tmp_path).submissions
    (attempt,) = submission.attempts
    assert {item.name for item in attempt.items} == {"generator_model_d-1.h5", "x.h5"}


def test_other_names_that_end_with_a_number_are_kept(tmp_path):
    touch(tmp_path, "ana/network-1.h5", "ana/network-2.h5", "submission_fashion_bo-2.zip", "submission_fashion_bo.zip")
    assert summary(find_submissions(tmp_path)) == {
        "folder ana": [["network-1.h5", "network-2.h5"]],
        "folder bo": [["submission_fashion_bo.zip"]],
        "folder bo-2": [["submission_fashion_bo-2.zip"]],
    }


def test_a_text_next_to_a_zip_file_is_no_attempt(tmp_path):
    touch(tmp_path, "doe_1_11_submission.zip", "doe_1_12_report.pdf", "roe_2_21_report.pdf")
    found = summary(find_submissions(tmp_path))
    assert found == {"Canvas 1": [["submission.zip"]], "Canvas 2": [["report.pdf"]]}


def test_one_id_with_two_names_is_two_submissions(tmp_path):
    touch(tmp_path, "doe_1_11_a.zip", "roe_1_12_b.zip")
    assert list(summary(find_submissions(tmp_path))) == ["Canvas 1 (doe)", "Canvas 1 (roe)"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_gradebook_and_a_file_without_a_name_do_not_hide_a_class(tmp_path, packed):
    names = ["doe_1_11_a.zip", "roe_2_21_b.zip", "notes.txt"]
    (tmp_path / "class").mkdir()
    touch(tmp_path / "class", "gradebook.csv")
    if packed:
        with zipfile.ZipFile(tmp_path / "class" / "submissions.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "x")
    else:
        touch(tmp_path / "class" / "submissions", *names)
    found = find_submissions(tmp_path / "class")
    assert list(summary(found)) == ["Canvas 1", "Canvas 2"] and len(found.ignored) == 1


def test_a_damaged_zip_file_of_a_class_is_one_sentence(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(AssignmentError, match="x.zip cannot be read: the ZIP file is damaged or incomplete"):
        find_submissions(tmp_path / "x.zip")


def test_an_empty_folder_of_a_student_is_a_submission(tmp_path):
    (tmp_path / "Jane_77_assignsubmission_file").mkdir()
    (tmp_path / "Jane_77_assignsubmission_onlinetext").mkdir()
    found = find_submissions(tmp_path)
    assert summary(found) == {"Moodle 77": []}
    assert found.ignored == ("Jane_77_assignsubmission_onlinetext: not a submission of files",)


def test_links_are_not_followed(tmp_path):
    touch(tmp_path, "ana/generator.h5", "elsewhere.h5")
    try:
        (tmp_path / "ana" / "link.h5").symlink_to(tmp_path / "elsewhere.h5")
    except OSError:
        pytest.skip("this system does not let the user make links")
    found = find_submissions(tmp_path)
    assert summary(found)["folder ana"] == [["generator.h5"]]
    assert found.ignored == ("ana/link.h5: a link, which is not followed",)


@pytest.mark.parametrize("names", [[], ["readme.txt"], ["gradebook.csv"]])
def test_a_folder_without_submissions_is_an_error(tmp_path, names):
    touch(tmp_path, *names)
    with pytest.raises(AssignmentError, match="contains no submissions: no ZIP files, no .h5 files"):
        find_submissions(tmp_path)


def test_a_file_is_no_folder_and_too_many_files_are_refused(tmp_path, monkeypatch):
    touch(tmp_path, "a/1", "a/2", "x.txt")
    with pytest.raises(AssignmentError, match="is not a folder; give the folder with the submissions"):
        find_submissions(tmp_path / "x.txt")
    monkeypatch.setattr(arrivals, "MAX_FILES", 1)
    touch(tmp_path, "b/1")
    with pytest.raises(AssignmentError, match="more than 1 files"):
        find_submissions(tmp_path)


def test_the_label_of_an_attempt_names_its_first_file(tmp_path):
    touch(tmp_path, "ana/a.h5", "ana/b.h5", "ana/c.h5", "bo/x.zip")
    ana, bo = find_submissions(tmp_path).submissions
    assert (ana.attempts[0].label, bo.attempts[0].label) == ("a.h5 and 2 more", "x.zip")


def test_a_student_cannot_hand_in_for_another_one(tmp_path):
    touch(tmp_path, "ana/bo_5_51_submission.zip", "Jane Doe_77_assignsubmission_file/bo_5_51_submission.zip")
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("bo_5_51_submission.zip", "x")
        archive.writestr("cy_6_61_submission.zip", "x")
    assert list(summary(find_submissions(tmp_path))) == ["folder ana", "Moodle 77", "folder work"]
