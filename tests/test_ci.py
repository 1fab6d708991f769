"""Continuous integration runs the README's test command, and then the slow tests."""

import re
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def test_ci_runs_the_readmes_test_command_word_for_word():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^python3 .*python -m pytest.*$", readme, re.MULTILINE)
    assert command in (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_slow_tests_are_excluded_by_default_and_run_last():
    assert '-m "not slow"' in (PROJECT / "setup.cfg").read_text(encoding="utf-8")
    last = (PROJECT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == "python -m pytest -n 2 --dist worksteal -m slow"
