"""A child process runs the package's own code, and no file of the current folder."""

from __future__ import annotations

import subprocess
import sys

from assignment.processes import child_command, join_words


def test_a_child_finds_the_package_and_ignores_the_current_folder(tmp_path):
    (tmp_path / "assignment.py").write_text(
        "raise SystemExit('a file of the current folder was run')", encoding="utf-8"
    )
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the current folder was run')", encoding="utf-8")
    command = child_command("assignment.foreign.child", str(tmp_path / "missing.h5"))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"refused": "it cannot be read (no such file or directory)"' in done.stdout


def test_words_are_quoted_as_the_system_expects(monkeypatch):
    words = ["python", "run_assignment.py", "--outputs-dir", "my outputs"]
    monkeypatch.setattr(sys, "platform", "linux")
    assert join_words(words) == "python run_assignment.py --outputs-dir 'my outputs'"
    monkeypatch.setattr(sys, "platform", "win32")
    assert join_words(words) == 'python run_assignment.py --outputs-dir "my outputs"'
