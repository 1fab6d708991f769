import pytest

from assignment.errors import AssignmentError
from assignment.grading.arrivals import Submission
from assignment.grading.platforms import Owner
from assignment.grading.workspace import GradingWorkspace


@pytest.fixture
def workspace(tmp_path):
    workspace = GradingWorkspace(tmp_path / "out")
    workspace.prepare()
    return workspace


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Owner("Canvas", "12", "doejane"), "doejane_12.html"),
        (Owner("Canvas", "anon_aB3dE", "anonymous aB3dE"), "anonymous_aB3dE_aB3dE.html"),
        (Owner("", "", "../x/<script>"), "x_script.html"),
        (Owner("", "", "李雷"), "李雷.html"),
        (Owner("", "", "con"), "_con.html"),
        (Owner("", "", "..."), "student.html"),
    ],
)
def test_a_students_page_has_a_name_that_every_system_allows(workspace, owner, name):
    assert workspace.feedback_pages([Submission("k", owner, ())]) == {"k": workspace.feedback / name}


def test_what_a_killed_command_left_is_deleted(workspace):
    (workspace.scratch / "x").mkdir()
    (workspace.results / ".partial-00000000-00000000.json").touch()
    (workspace.results / "k.json").touch()
    workspace.remove_partials()
    assert not workspace.scratch.exists() and [p.name for p in workspace.results.iterdir()] == ["k.json"]


def test_a_folder_in_the_way_is_named(tmp_path):
    (tmp_path / "grades.html").mkdir()
    with pytest.raises(AssignmentError, match="grades.html is a folder"):
        GradingWorkspace(tmp_path).prepare()


def test_no_two_students_share_a_page_and_pages_of_others_are_deleted(workspace):
    owners = [Owner("", "", name) for name in ("Jane Doe", "Jane_Doe", "jane_doe")]
    pages = workspace.feedback_pages([Submission(f"folder {owner.name}", owner, ()) for owner in owners])
    assert len({path.name.lower() for path in pages.values()}) == 3
    for path in (*pages.values(), workspace.feedback / "left.html"):
        path.touch()
    workspace.remove_other_pages(pages.values())
    assert set(workspace.feedback.iterdir()) == set(pages.values())
