"""The command `run`: a track, or one of its steps."""

from __future__ import annotations

from typing import Any

from assignment.errors import EXIT_SIGNAL
from assignment.guards import Activity
from assignment.session.start import make_settings, start_run
from assignment.settings.tracks import FashionSettings


def run(options: dict[str, Any], activity: Activity, only_step: int | None = None) -> int:
    """Run a track, or one of its steps, with these options; return the exit code."""
    settings = make_settings(options.pop("track", FashionSettings.TRACK), options)
    stopped_by = start_run(settings, activity, only_step)
    return EXIT_SIGNAL + stopped_by if stopped_by else 0
