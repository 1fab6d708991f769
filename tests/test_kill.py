"""The short form of `benchmarks/kill.py`, which kills runs; docs/reliability.md has the results of the long form."""

import subprocess
import sys
from pathlib import Path

import pytest

KILL = Path(__file__).parent.parent / "benchmarks" / "kill.py"


@pytest.mark.slow
def test_a_run_that_was_killed_ends_in_the_same_bits_as_one_that_was_not():
    answer = subprocess.run(
        [sys.executable, KILL, "--times", "4", "--images", "24"], capture_output=True, encoding="utf-8", timeout=900
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "kills 4 (checkpoint 1, updates 1, figure 1, export 1, start 0)" in answer.stdout
    assert "differences 0, damaged files 0" in answer.stdout
    assert "resumes 0" not in answer.stdout
