"""Handing in and grading."""

from __future__ import annotations

import json
import os
from pathlib import Path

from assignment.grading import grade as grading
from assignment.grading.worker import Task, task_line, work
from assignment.storage.reading import parse_json

RUN_ASSIGNMENT = Path(__file__).parent.parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


def test_submit_and_grade_need_what_they_work_on(run_here, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_here("submit", "--firstname", "ana") == 2
    remedy = "train first, or continue the training, with: python run_assignment.py --firstname ana"
    assert f"run.json does not exist; {remedy}\n" in capsys.readouterr().err
    assert run_here("grade", "class", "--out", "out") == 2
    assert "class does not exist; give the folder with the submissions." in capsys.readouterr().err
    assert run_here("grade", "class") == 2
    assert "--out is required" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_run_is_submitted_and_graded(run_here, capsys, hand_in, tmp_path, monkeypatch):
    """The networks are untrained, and there is no report, so the submission needs --anyway."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grading, "examine_all", examine_here)
    folder = tmp_path / "outputs" / "ana" / "fashion"
    folder.mkdir(parents=True)
    (tmp_path / "models").mkdir()
    hand_in.rename(tmp_path / "models" / hand_in.name)
    record = {
        **{"status": "finished", "written": "2026", "epochs_done": 300, "settings": {"seed": 1}, "versions": {}},
        **{"data": {"source": "", "caption": "x", "checked": "", "is_standin": False}},
        **{"deviations": [], "files_sha256": {}},
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert run_here("submit", "--firstname", "ana") == 1
    assert "discriminator_model_ana.h5 is missing" in capsys.readouterr().out.replace("\n    ", " ")
    assert run_here("submit", "--firstname", "ana", "--anyway") == 0
    (tmp_path / "class").mkdir()
    archive = folder.parent / "submission_fashion_ana.zip"
    archive.rename(tmp_path / "class" / archive.name)
    assert run_here("grade", "class", "--out", "out", "--no-measure") == 0
    (student,) = json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))["students"]
    assert student["name"] == "ana" and 0 < student["points"] < 100
    assert [finding["title"] for finding in student["findings"]] == ["never trained"]


def examine_here(jobs, count, setup, on_done):
    for name, job in jobs.items():
        work(parse_json(task_line(job.key, job.attempt), Task), setup, None)
        on_done(name)
    return {}
