"""A short form of `benchmarks/kill.py`, which kills runs; docs/reliability.md has the results of a long one."""

import subprocess
import sys
from pathlib import Path

import pytest

KILL = Path(__file__).parent.parent / "benchmarks" / "kill.py"


@pytest.mark.slow
def test_killed_runs_end_with_the_same_files_as_an_uninterrupted_one():
    process = subprocess.run(
        [sys.executable, KILL, "--times", "6", "--images", "24"], capture_output=True, encoding="utf-8", timeout=900
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "kills 6 (checkpoint 1, updates 1, figure 1, export 1, animation 1, report 1, start 0)" in process.stdout
    assert "differences 0, damaged files 0" in process.stdout
    assert "resumes 0" not in process.stdout
