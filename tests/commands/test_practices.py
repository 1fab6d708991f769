"""The commands about practices."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assignment.practices.catalogue import CATALOGUE

RUN_ASSIGNMENT = Path(__file__).parent.parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


def test_every_practice_is_described_with_its_facts(run_here, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    for practice in CATALOGUE:
        assert run_here("practices", practice.name) == 0
        facts = [practice.name, f"  change: {practice.change}", f"  problem: {practice.problem}"]
        facts += [f"  source: {practice.source}", f"  cost: {practice.cost}", "  tracks: "]
        output = capsys.readouterr().out
        assert output.startswith("\n".join(facts)) and output.count("  not with ") == len(practice.conflicts)


def test_a_practice_is_described_with_its_tracks_and_conflicts(run_here, capsys):
    assert run_here("practices", "one-batch") == 0
    output = capsys.readouterr().out
    assert "  tracks: fashion, conditional\n  not with --track digits: its discriminator already trains" in output
    assert "  not with --outputs validity+class: an auxiliary" in output


def test_a_similar_practice_is_suggested(run_here, capsys):
    assert run_here("practices", "hing") == 2
    assert capsys.readouterr().err == "error: there is no practice 'hing'; did you mean hinge?\n"


def test_a_dry_run_of_a_lab_prints_its_plan_and_writes_nothing(run_here, capsys, tmp_path):
    assert run_here("lab", "--firstname", "ana", "--dry-run", "--seeds", "2") == 0
    output = capsys.readouterr().out
    assert "58 runs" in output and "ema: 0 of 2 done" in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_a_lab_without_its_images_is_refused_and_writes_nothing(run_here, capsys, tmp_path, option):
    assert run_here("lab", "--firstname", "ana", "--data-dir", "nowhere", *option) == 2
    assert capsys.readouterr().err == "error: the data folder nowhere does not exist.\n" and not list(
        tmp_path.iterdir()
    )
