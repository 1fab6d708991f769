"""Old Pythons, missing packages, and hosts that treat an exit code as an exception."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from assignment import startup

CHECKOUT = Path(__file__).parent.parent
SET_UP = "python3 -m venv .venv && . .venv/bin/activate && pip install -c constraints.txt -e ."


@pytest.fixture
def project(monkeypatch, tmp_path):
    """An empty project folder, which is the current one; this Python belongs to no environment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.cfg").touch()
    monkeypatch.setattr(startup, "PROJECT", str(tmp_path))
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(os, "name", "posix")
    return tmp_path


def test_without_an_environment_the_line_sets_one_up(project):
    assert startup.remedy() == f"set up the environment with `{SET_UP}`, then type the same command again"
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert f"\n{SET_UP} && python run_assignment.py" in readme


def test_an_environment_that_exists_is_activated(project, monkeypatch):
    (project / ".venv").mkdir()
    assert startup.remedy() == "type `. .venv/bin/activate`, then the same command again"
    assert startup.describe_unusable_package("filelock") == (
        "the package 'filelock' is not installed in this Python; type `. .venv/bin/activate`, then the same command"
        " again."
    )


def test_from_another_folder_the_line_has_the_projects_path(project, monkeypatch, tmp_path):
    other = tmp_path / "other folder"
    other.mkdir()
    monkeypatch.chdir(other)
    assert f"`cd {project} && python3 -m venv" in startup.remedy()
    (project / ".venv").mkdir()
    assert startup.remedy().startswith(f"type `. {project}/.venv/bin/activate`")


def test_a_current_folder_that_was_deleted_is_not_the_projects(project, monkeypatch):
    def fail():
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", fail)
    assert f"`cd {project} && python3 -m venv" in startup.remedy()


@pytest.mark.skipif(sys.platform != "win32", reason="the separator of paths is another one elsewhere")
def test_on_windows_the_lines_are_those_of_its_command_prompt(project, monkeypatch):
    monkeypatch.setattr(os, "name", "nt")
    assert "`py -m venv .venv && .venv\\Scripts\\activate && pip" in startup.remedy()


def test_into_an_environment_that_is_active_the_packages_are_installed(project, monkeypatch):
    (project / ".venv").mkdir()
    monkeypatch.setattr(sys, "prefix", str(project / ".venv"))
    expected = "type `python -m pip install -c constraints.txt -e .`, then the same command again"
    assert startup.remedy() == expected
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    (project / ".venv").rmdir()
    monkeypatch.setitem(sys.modules, "google.colab", None)
    assert startup.remedy() == expected


def test_a_program_without_its_project_folder_is_installed_again(project):
    (project / "setup.cfg").unlink()
    assert startup.remedy() == "install the program again"


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 0)])
def test_an_old_python_is_refused_in_one_sentence(project, monkeypatch, capsys, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as end:
        startup.check_python()
    errors = capsys.readouterr().err
    assert end.value.code == 2 and errors.count("\n") == 1
    assert f"this is Python {version[0]}.{version[1]}, but the program needs Python 3.10 to 3.13; install one" in errors
    (project / ".venv").mkdir()
    with pytest.raises(SystemExit):
        startup.check_python()
    assert "type `. .venv/bin/activate`" in capsys.readouterr().err


def test_a_new_python_is_named_only_if_a_package_is_missing(project, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    startup.check_python()
    sentence = startup.describe_unusable_package("tensorflow")
    assert "this is Python 3.14, but the program needs Python 3.10 to 3.13; install one of these" in sentence


def test_the_versions_are_those_of_the_package(project):
    assert "python_requires = >=3.10,<3.14" in (CHECKOUT / "setup.cfg").read_text(encoding="utf-8")
    assert (startup.OLDEST, startup.TOO_NEW) == ((3, 10), (3, 14))


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        (["run_assignment.py", "--seed", "2"], ["--seed", "2"]),
        (["/lib/ipykernel_launcher.py", "-f", "kernel.json"], []),
        (["/lib/colab_kernel_launcher.py", "-f", "kernel.json"], []),
        ([], []),
    ],
)
def test_the_command_line_of_a_notebook_has_no_options(monkeypatch, argv, options):
    monkeypatch.setattr(sys, "argv", argv)
    assert startup.typed_options() == options


@pytest.mark.parametrize("is_active", [True, False])
def test_in_ipython_a_process_ends_without_an_exception(monkeypatch, is_active):
    shell = object() if is_active else None
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert startup.process_exit_code(2) == (0 if is_active else 2)
    monkeypatch.delitem(sys.modules, "IPython")
    assert startup.process_exit_code(2) == 2


@pytest.mark.parametrize(
    "name",
    [
        "run_assignment.py",
        "assignment/__init__.py",
        "assignment/__main__.py",
        "assignment/startup.py",
        "assignment/fashion/__init__.py",
    ],
)
def test_what_an_old_python_reads_has_no_newer_syntax(name):
    tree = ast.parse((CHECKOUT / name).read_text(encoding="utf-8"))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Starred, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        assert not isinstance(node, newer)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs and not any(a.annotation for a in node.args.args)
    assert "__future__" not in (CHECKOUT / name).read_text(encoding="ascii"), "every letter is ASCII"


def test_run_assignment_without_its_package_says_so(tmp_path):
    shutil.copy(CHECKOUT / "run_assignment.py", tmp_path)
    process = subprocess.run(
        [sys.executable, "-S", "-E", "run_assignment.py"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert process.returncode == 2
    assert (
        process.stderr
        == "error: the folder `assignment` is not next to run_assignment.py; copy the complete project.\n"
    )
