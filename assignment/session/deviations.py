"""How a run differs from the standard run of its track, in sentences for the console and the top of the report.

The standard run has the sheet's settings, or the defaults where the sheet leaves them open, and the real images.
"""

from __future__ import annotations

from dataclasses import fields

from assignment.data.dataset import Provenance
from assignment.session.screen import plural
from assignment.settings.tracks import Settings

# Settings of the standard run, in words; the epochs are compared by what was trained, not by what was requested.
COMPARED_SETTINGS = {
    "batch_size": "Batch size",
    "grid_every": "Epochs between grids",
    "held_out": "Images held out of the training",
    "dataset": "Data set",
    "outputs": "Outputs of the discriminator",
    "network": "Network",
    "filters": "Filters",
    "kernel": "Kernel",
    "extra_layers": "Extra layers",
    "label_smoothing": "Label smoothing",
}


def deviations(settings: Settings, provenance: Provenance, epochs_done: int, next_updates: int = 0) -> list[str]:
    """Return how a run differs from the standard run, one sentence each; none if it does not.

    epochs_done: complete epochs; next_updates: updates of the epoch after them.
    """
    of_sheet = {field.name: field.default for field in fields(settings)}
    found = []
    if provenance.is_standin:
        found.append(f"Not the real images: {provenance.caption}. Do not hand in its figures.")
    if epochs_done != of_sheet["epochs"] or next_updates:
        reference = settings.REFERENCE.format(of_sheet["epochs"])
        found.append(f"Trained for {trained_length(epochs_done, next_updates)}; {reference}.")
    for name, words in COMPARED_SETTINGS.items():
        value = getattr(settings, name, None)
        if value != of_sheet.get(name):
            found.append(f"{words}: {value}; {settings.REFERENCE.format(of_sheet[name])}.")
    if settings.practice:
        noun = "practice" if len(settings.practice) == 1 else "practices"
        found.append(f"Trained with the {noun} {', '.join(settings.practice)}.")
    return found


def trained_length(epochs: int, next_updates: int = 0) -> str:
    """Return the length of a training in words: "3 epochs and 6 updates of epoch 4"."""
    rest = f" and {plural(next_updates, 'update')} of epoch {epochs + 1}" if next_updates else ""
    return plural(epochs, "epoch") + rest
