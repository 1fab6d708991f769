"""The stages that every track has, as the person sees them: its images, its freeze's proof, its saved networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from assignment.data import sources
from assignment.data.dataset import Dataset
from assignment.data.sources import Source
from assignment.run import Run
from assignment.training.proof import Movement


def load_images(source: Source, run: Run) -> tuple[Dataset, Run]:
    """Load what the run's settings ask for and say where it came from; the run returned knows it, too."""
    dataset = sources.load(source, run.settings.data, run.settings.data_dir)
    provenance = dataset.provenance
    run = run.on(provenance)
    if provenance.is_standin:
        run.screen.warn(
            "Not the real images",
            f"The images are {provenance.source}. This run learns from a drawn stand-in, not {source.title}; its"
            " figures say so and are not fit to hand in. The real images come with --data auto once there is a network,"
            " or from their folder with --data-dir.",
        )
    else:
        run.screen.say(f"  {provenance.caption}, from {provenance.source}; checked: {provenance.checked}")
    return dataset, run


def show_proof(proof: Sequence[Movement], run: Run) -> Sequence[Movement]:
    """Show which network's weights moved in which phase."""
    run.screen.table(
        "The freeze holds: each update moves its own network and no other (tried and undone; SHA-256)",
        ("update of", "trained weights of", "hash before", "hash after", "moved"),
        [(step.phase, step.network, step.before, step.after, "yes" if step.moved else "no") for step in proof],
    )
    return proof


def say_saved(paths: Iterable[Path], run: Run) -> None:
    """Say which networks were saved."""
    for path in paths:
        run.screen.say(f"  wrote {path} (float32, read back and compared)")
