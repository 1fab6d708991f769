"""docs/sheets.md, row by row: every command can be given, and leaves the file that stands beside it."""

import importlib.util
import re
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from assignment.cli import console_parser, run_parser
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.sampling import parse_labels, samples_name
from assignment.settings.tracks import CHANGEABLE_SETTINGS, TRACKS, settings_from
from assignment.storage.workspace import Workspace
from assignment.training.export import ModelMetadata

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "sheets.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", PAGE, re.MULTILINE)
# What every track leaves, as its test of a whole run lists it, and what only some do.
OF_ANY = {
    "history",
    "record",
    "real_images",
    "generator_diagram",
    "untrained_samples",
    "discriminator_diagram",
    "losses",
    "animation",
    "progress",
    "generator_model",
    "discriminator_model",
    "metrics",
    "metrics_figure",
    "report",
}
OF_SOME = {
    "conditional": {"noise_walk", "label_walk"},
    "lecture": {"generated", "real_beside_generated", "interpolation"},
}


def settings_of(words):
    options = vars(run_parser().parse_args(words))
    options.pop("quick")
    return settings_from(TRACKS[options.pop("track")], options)  # an option that the track does not know is an error


def test_all_rows_are_read():
    assert len(ROWS) == sum(line.startswith("|") for line in PAGE.splitlines()) - 2 * PAGE.count("|---|---|---|")
    assert len(ROWS) == 59


@pytest.mark.parametrize(("asked", "command", "file"), ROWS, ids=[asked for asked, *_ in ROWS])
def test_the_command_can_be_given_and_leaves_the_file(monkeypatch, asked, command, file):
    program, *words = shlex.split(command)
    if words[0] == "practices":
        files = set()
    elif words[0] == "lab":
        options = vars(console_parser().parse_args(words))
        settings = LabSettings(**{name: options[name] for name in options if name not in ("command", "action")})
        lab = LabWorkspace.for_lab(settings.track, settings.outputs_dir, settings.firstname)
        files = {lab.results, lab.figure, lab.report}
    elif program == "assignment":
        options = vars(console_parser().parse_args(words))
        workspace = Workspace.for_run(options["track"], Path("outputs"), Path("models"), options["firstname"])
        labels = parse_labels(options["labels"], ModelMetadata("", "", 1, "", classes=tuple("0123456789")))
        files = {workspace.samples(samples_name(labels, seed=1))}
    elif words[0] == "run_assignment.py":
        settings = settings_of(words[1:])
        workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
        every = settings.grid_every
        files = {workspace.grid(epoch) for epoch in range(every, settings.epochs + 1, every)}
        files |= {getattr(workspace, name) for name in OF_ANY | OF_SOME.get(settings.TRACK, set())}
    else:
        monkeypatch.setattr(sys, "argv", words)
        spec = importlib.util.spec_from_file_location("benchmark", PROJECT / words[0])
        benchmark = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(benchmark)
        assert benchmark.parse_options().models == [Path(words[-1])]
        files = set()
    assert file == "printed" or Path(file) in files


def test_all_of_them_can_be_given_one_after_the_other():
    """No two commands share a folder unless the one goes on with the other's training."""
    trainings = {}
    for _, command, _ in ROWS:
        if "run_assignment.py" in command:
            settings = settings_of(shlex.split(command)[2:])
            places = [(settings.outputs_dir, settings.TRACK), (settings.models_dir, settings.TRACK)]
            conditions = {name: value for name, value in asdict(settings).items() if name not in CHANGEABLE_SETTINGS}
            for place in places:
                assert trainings.setdefault(place, conditions) == conditions, command
    assert len(trainings) == 2 * 19
