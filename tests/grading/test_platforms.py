import pytest

from assignment.grading.platforms import CANVAS, MOODLE, owner_of_file, owner_of_folder


@pytest.mark.parametrize(
    ("name", "id", "shown", "is_late", "upload", "file"),
    [
        ("doejane_12345_67890_a.zip", "12345", "doejane", False, 67890, "a.zip"),
        ("doejane_LATE_12345_67890_a-1.zip", "12345", "doejane", True, 67890, "a-1.zip"),
        ("o_neil_3_4_x.h5", "3", "o_neil", False, 4, "x.h5"),
        ("李雷_55_66_generator_model_a.h5", "55", "李雷", False, 66, "generator_model_a.h5"),
        ("anon_aB3dE_678_file.zip", "anon_aB3dE", "anonymous aB3dE", False, 678, "file.zip"),
        ("LATE_anon_aB3dE_678_file.zip", "anon_aB3dE", "anonymous aB3dE", True, 678, "file.zip"),
        ("smith_LATE_1_2_model_x_1_2_y.h5", "1", "smith", True, 2, "model_x_1_2_y.h5"),
    ],
)
def test_canvas_names_student_lateness_and_upload(name, id, shown, is_late, upload, file):
    owner = owner_of_file(name)
    assert (owner.platform, owner.id, owner.name) == (CANVAS, id, shown)
    assert (owner.is_late, owner.upload, owner.file) == (is_late, upload, file)


@pytest.mark.parametrize("name", ["Jane Doe_77_assignsubmission_file", "Jane Doe_77_assignsubmission_file_"])
def test_moodle_names_a_folder_for_each_student(name):
    owner = owner_of_folder(name)
    assert (owner.platform, owner.id, owner.name, owner.plugin) == (MOODLE, "77", "Jane Doe", "file")
    assert owner.is_late is None


def test_a_student_whose_name_is_a_number_is_not_taken_for_another_one():
    assert owner_of_file("101_500_12_evil.zip") is None
    evil = "Jane_77_assignsubmission_file_x_88_assignsubmission_file_sub.zip"
    assert (owner_of_file(evil).id, owner_of_file(evil).file) == ("77", "x_88_assignsubmission_file_sub.zip")


def test_moodle_without_folders_and_other_kinds_of_submissions():
    owner = owner_of_file("Jane Doe_77_assignsubmission_file_x_y.zip")
    assert (owner.platform, owner.id, owner.file) == (MOODLE, "77", "x_y.zip")
    assert owner_of_folder("Participant_77_assignsubmission_onlinetext").plugin == "onlinetext"


@pytest.mark.parametrize(
    "name", ["generator_model_ana.h5", "step7_grid_epoch_0050.png", "submission_fashion_ana.zip", "ana", "run.json"]
)
def test_other_names_have_no_owner(name):
    assert owner_of_file(name) is None and owner_of_folder(name) is None
