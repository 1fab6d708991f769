import pytest

from assignment.checking.sheets import SHEETS
from assignment.errors import AssignmentError
from assignment.grading.rubric import default_rubric, read_rubric

HEAD = 'title = "t"\ntrack = "fashion"\n'
CRITERION = '[[criteria]]\nstep = 3\ntitle = "Generator"\npoints = 5\nreason = "r"\nchecks = ["generator layers"]\n'


@pytest.mark.parametrize("track", SHEETS)
def test_every_track_has_a_rubric_of_100_points(track):
    rubric = read_rubric(default_rubric(track))
    assert rubric.track == track and rubric.total == 100
    assert [criterion.step for criterion in rubric.criteria] == sorted(criterion.step for criterion in rubric.criteria)


def test_the_default_rubric_has_the_length_of_the_sheet():
    rubric = read_rubric(default_rubric("fashion"))
    assert (rubric.epochs, rubric.batch_size, rubric.late_points) == (300, 128, 0)


def test_a_rubric_may_change_points_and_length(tmp_path):
    path = tmp_path / "rubric.toml"
    path.write_text("\ufeff" + HEAD + "epochs = 20\nlate_points = 2.5\n" + CRITERION, encoding="utf-8")
    rubric = read_rubric(path)
    assert (rubric.total, rubric.epochs, rubric.late_points) == (5, 20, 2.5)
    assert rubric.criteria[0].names == ("generator layers",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "cannot be read: "),
        (HEAD, "cannot be read: .*criteria"),
        (HEAD + CRITERION.replace("step = 3", "step = 9"), "cannot be read: .*in criterion 1, step"),
        (HEAD + CRITERION.replace("points = 5", 'points = "5"'), "cannot be read: .*float"),
        (HEAD + CRITERION.replace("points = 5", "points = -1"), "cannot be read"),
        (HEAD + CRITERION.replace("points = 5", "points = 0"), "gives no points"),
        (HEAD + "epoch = 3\n" + CRITERION, "the unknown name 'epoch'"),
        (HEAD + CRITERION + "extra = 1\n", "the unknown name 'extra'"),
        (HEAD + CRITERION.replace("generator layers", "generator layer"), "did you mean generator layers"),
        (HEAD + CRITERION.replace("generator layers", "zzz"), "unknown check 'zzz'; the checks are real images"),
        (HEAD + CRITERION.replace('checks = ["generator layers"]', ""), "no checks or figures for 'Generator'"),
    ],
)
def test_a_wrong_rubric_is_one_sentence(tmp_path, text, message):
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError, match=message) as error:
        read_rubric(path)
    assert "\n" not in str(error.value)


def test_a_missing_rubric_is_one_sentence(tmp_path):
    with pytest.raises(AssignmentError, match="the rubric .*x.toml does not exist"):
        read_rubric(tmp_path / "x.toml")


def test_a_folder_and_another_encoding_are_one_sentence(tmp_path):
    with pytest.raises(AssignmentError, match="is a folder; give a file"):
        read_rubric(tmp_path)
    path = tmp_path / "rubric.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(AssignmentError, match="is not text in UTF-8; save it so"):
        read_rubric(path)
