"""The package's structure: import-linter's contracts in setup.cfg, and a test file for every module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import assignment

PACKAGE = Path(assignment.__file__).parent
CHECKOUT = PACKAGE.parent


def test_the_import_contracts_are_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    checked = subprocess.run([*command, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stdout


def test_the_tests_mirror_the_modules():
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        if not relative.name.startswith("__"):
            assert (CHECKOUT / "tests" / relative.parent / f"test_{relative.name}").is_file(), f"{relative} has no test"
