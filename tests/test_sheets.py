"""docs/sheets.md, row by row: every command is valid and writes the file named beside it."""

import re
import shlex
from dataclasses import asdict
from pathlib import Path

import pytest

from assignment.cli import console_parser, run_parser
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.labels import parse_labels, samples_name
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.settings.measuring import MeasureSettings
from assignment.settings.tracks import CHANGEABLE_SETTINGS, TRACKS, settings_from
from assignment.storage.workspace import Workspace

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "sheets.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", PAGE, re.MULTILINE)  # request, command, file
# The files that a complete run of every track writes, as the tests of the tracks list them, and those of some tracks.
FILES_OF_EVERY_TRACK = {
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
FILES_OF_ONE_TRACK = {
    "conditional": {"noise_walk", "label_walk"},
    "lecture": {"generated", "real_beside_generated", "interpolation"},
}


def parse_run(options):
    """Return the settings of a run with these command-line options."""
    parsed = vars(run_parser().parse_args(options))
    parsed.pop("quick")
    return settings_from(TRACKS[parsed.pop("track")], parsed)  # raises an error if the track does not have an option


def files_of_run(options):
    settings = parse_run(options)
    workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    every = settings.grid_every
    grids = {workspace.grid(epoch) for epoch in range(every, settings.epochs + 1, every)}
    names = FILES_OF_EVERY_TRACK | FILES_OF_ONE_TRACK.get(settings.TRACK, set())
    return grids | {getattr(workspace, name) for name in names}


def files_of_lab(options):
    parsed = vars(console_parser().parse_args(["lab", *options]))
    settings = LabSettings(**{name: parsed[name] for name in parsed if name not in ("command", "action")})
    lab = LabWorkspace.for_lab(settings.track, settings.outputs_dir, settings.firstname)
    return {lab.results, lab.figure, lab.report}


def check_measure(options):
    """Check the options of `assignment measure`, which writes no file."""
    parsed = vars(console_parser().parse_args(["measure", *options]))
    MeasureSettings(**{name: parsed[name] for name in parsed if name not in ("command", "action")})
    return set()


def files_of_sample(options):
    parsed = vars(console_parser().parse_args(["sample", *options]))
    workspace = Workspace.for_run(parsed["track"], Path("outputs"), Path("models"), parsed["firstname"])
    labels = parse_labels(parsed["labels"], ModelMetadata("", "", 1, "", classes=tuple("0123456789")))
    return {workspace.samples(samples_name(labels, seed=1))}


def test_all_rows_of_the_page_are_read():
    assert len(ROWS) == sum(line.startswith("|") for line in PAGE.splitlines()) - 2 * PAGE.count("|---|---|---|")
    assert len(ROWS) == 60


@pytest.mark.parametrize(("command", "file"), [row[1:] for row in ROWS], ids=[request for request, *_ in ROWS])
def test_the_command_is_valid_and_writes_the_file(command, file):
    program, first, *options = shlex.split(command)
    match program, first:
        case "assignment", "practices":
            console_parser().parse_args([first, *options])
            files = set()
        case "assignment", "measure":
            files = check_measure(options)
        case "assignment", "lab":
            files = files_of_lab(options)
        case "assignment", "sample":
            files = files_of_sample(options)
        case "python", "run_assignment.py":
            files = files_of_run(options)
    assert file == "printed" or Path(file) in files


def test_commands_share_a_folder_only_if_they_have_the_same_training():
    """So all of them can be run one after the other."""
    trainings = {}
    for _, command, _ in ROWS:
        program, first, *options = shlex.split(command)
        if first == "run_assignment.py":
            settings = parse_run(options)
            conditions = {name: value for name, value in asdict(settings).items() if name not in CHANGEABLE_SETTINGS}
            for folder in ((settings.outputs_dir, settings.TRACK), (settings.models_dir, settings.TRACK)):
                assert trainings.setdefault(folder, conditions) == conditions, command
    assert len(trainings) == 2 * 19
