"""Runs that are killed: the short form of `benchmarks/kill.py`; docs/reliability.md has the long form's figures."""

import subprocess
import sys
from pathlib import Path

KILL = Path(__file__).parent.parent / "benchmarks" / "kill.py"


def test_a_run_that_was_killed_ends_as_one_that_never_was():
    answer = subprocess.run(
        [sys.executable, KILL, "--times", "4", "--images", "24"], capture_output=True, encoding="utf-8", timeout=900
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "kills 4 (checkpoint 1, updates 1, figure 1, export 1, start 0)" in answer.stdout
    assert "differences 0, files torn 0" in answer.stdout
    assert "resumes 0" not in answer.stdout
