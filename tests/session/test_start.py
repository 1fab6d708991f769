"""Starting a run; `tests/commands/test_runs.py` starts whole ones."""

import threading

import pytest

from assignment.errors import AssignmentError
from assignment.figures import notebook
from assignment.figures.notebook import NotebookFigures
from assignment.session.start import load_track, make_settings, open_screen, workspace_of
from assignment.settings.tracks import FashionSettings


def test_settings_are_checked_and_completed():
    settings = make_settings("digits", {"firstname": "ana", "quick": True, "recipe": "sheet"})
    assert (settings.TRACK, settings.epochs, settings.seed) == ("digits", 1, 897_080_505)
    with pytest.raises(AssignmentError, match="the first name is empty"):
        make_settings("digits", {})


def test_the_options_of_the_caller_stay_as_they_are():
    options = {"firstname": "ana", "quick": True, "recipe": "tuned", "practice": ["ema"]}
    make_settings("fashion", options)
    assert options == {"firstname": "ana", "quick": True, "recipe": "tuned", "practice": ["ema"]}


def test_the_workspace_is_that_of_the_settings(tmp_path):
    workspace = workspace_of(FashionSettings("ana", outputs_dir=tmp_path, models_dir=tmp_path / "m"))
    assert workspace.folder == tmp_path / "ana" / "fashion" and workspace.models_dir == tmp_path / "m"


def test_a_track_is_loaded_by_its_name():
    assert load_track("digits").sheet[0].title


def test_a_notebook_shows_the_figures_below_its_cell(monkeypatch):
    monkeypatch.setattr(notebook, "in_notebook", lambda: True)
    assert isinstance(open_screen(FashionSettings("ana", show=True))._figures, NotebookFigures)
    assert open_screen(FashionSettings("ana"))._figures is None


def test_another_thread_opens_no_windows(capsys):
    """On macOS it would end the process."""
    thread = threading.Thread(target=lambda: open_screen(FashionSettings("ana", show=True)))
    thread.start()
    thread.join()
    assert "Windows open only from the main thread; the figures are saved all the same." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recipe": "tund"}, "--recipe"),
        ({"quick": "no"}, "--quick takes true or false"),
        ({"practice": 5}, "--practice takes names of practices, as in .'ema', 'replay'., not 5"),
        ({"practice": [["ema"]]}, "--practice takes names of practices"),
        ({"practice": None}, "--practice takes names of practices"),
        ({"practice": "magic"}, "there is no practice 'magic'"),
    ],
)
def test_values_that_only_python_can_give_are_refused(options, message):
    with pytest.raises(AssignmentError, match=message):
        make_settings("fashion", {"firstname": "ana", **options})


def test_one_practice_is_a_text():
    assert make_settings("fashion", {"firstname": "ana", "practice": "ema"}).practice == ("ema",)
