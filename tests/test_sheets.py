"""docs/sheets.md, row by row: every command can be given, and leaves the file that stands beside it."""

import re
import shlex
from pathlib import Path

import pytest

from assignment.cli import console_parser, front_door_parser
from assignment.settings import TRACKS, settings_from
from assignment.workspace import Workspace

PAGE = Path(__file__).parent.parent / "docs" / "sheets.md"
ROWS = re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
FIGURES_OF_ITS_OWN = {
    "fashion": set(), "digits": set(), "conditional": {"noise_walk", "label_walk"},
    "lecture": {"generated", "real_beside_generated", "interpolation"},
}
FIGURES_OF_ANY = set().union(*FIGURES_OF_ITS_OWN.values())


def test_all_rows_are_read():
    assert len(ROWS) == sum(line.startswith("|") for line in PAGE.read_text(encoding="utf-8").splitlines()) - 2 * 5
    assert len(ROWS) == 36


@pytest.mark.parametrize(("asked", "command", "file"), ROWS, ids=[asked for asked, *_ in ROWS])
def test_the_command_can_be_given_and_leaves_the_file(asked, command, file):
    words = shlex.split(command)
    if words[:2] == ["python", "run_assignment.py"]:
        options = vars(front_door_parser().parse_args(words[2:]))
        track = options.pop("track")
        options.pop("quick")
        settings = settings_from(TRACKS[track], options)  # an option that the track does not know is an error
        workspace = Workspace.of(track, settings.outputs_dir, settings.models_dir, settings.firstname)
        files = {workspace.grid(epoch) for epoch in range(0, settings.epochs + 1, settings.grid_every)}
        names = {name for name, kind in vars(Workspace).items() if isinstance(kind, property)} - {"models"}
        files |= {getattr(workspace, name) for name in names - (FIGURES_OF_ANY - FIGURES_OF_ITS_OWN[track])}
    else:
        assert words[0] == "assignment"
        options = vars(console_parser().parse_args(words[1:]))
        workspace = Workspace.of(options["track"], Path("outputs"), Path("models"), options["firstname"])
        files = {workspace.samples(f"label_{options['labels']}_seed_1")}
    assert Path(file) in files
