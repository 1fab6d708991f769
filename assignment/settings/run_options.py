"""The options that name a run, as the user types them."""

from __future__ import annotations

from pathlib import Path

from assignment.settings.tracks import FashionSettings


def run_options(firstname: str, track: str, outputs_dir: Path | str, models_dir: Path | str) -> list[str]:
    """Return the options that name a run, as in ["--firstname", "ana"], without those that have their default."""
    words = ["--firstname", firstname]
    if track != FashionSettings.TRACK:
        words += ["--track", track]
    if Path(outputs_dir) != FashionSettings.outputs_dir:
        words += ["--outputs-dir", str(outputs_dir)]
    if Path(models_dir) != FashionSettings.models_dir:
        words += ["--models-dir", str(models_dir)]
    return words
