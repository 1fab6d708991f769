"""What a run is asked to do: one small frozen dataclass a track, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from assignment.errors import AssignmentError
from assignment.practices.choice import checked_practices
from assignment.settings.checks import (
    check_choice,
    check_share,
    check_type,
    check_whole_number,
    checked_filters,
    checked_firstname,
    option_name,
)

PRECISIONS = ("auto", "float32", "mixed_bfloat16")
DATA_CHOICES = ("auto", "real", "standin")
DATASETS = ("mnist", "fashion-mnist")
OUTPUTS = ("validity", "validity+class")
NETWORKS = ("dcgan", "dense")

# Pixels. A transposed convolution of stride 2 leaves what its window does not reach at 0; the largest is the image.
SMALLEST_KERNEL, LARGEST_KERNEL = 2, 28
MOST_FILTERS, MOST_EXTRA_LAYERS = 1_024, 16  # beyond what two cores can train
MOST_SAMPLES = 1_000  # of each label: ten labels' take a minute to draw


@dataclass(frozen=True)
class Settings:
    """What every track can be asked. `QUICK` is what --quick stands for.

    Raises AssignmentError, one sentence, for a value of the wrong type or out of its range.
    """

    TRACK: ClassVar[str]
    QUICK: ClassVar[Mapping[str, int]]
    TAPES: ClassVar[bool] = False  # whether its sheet trains by gradient tapes, and not by compile and freeze

    firstname: str
    epochs: int
    batch_size: int
    grid_every: int  # epochs
    checkpoint_every: int  # epochs
    seed: int = 1
    precision: str = "auto"
    data: str = "auto"
    data_dir: Path | None = None
    outputs_dir: Path = Path("outputs")
    models_dir: Path = Path("models")
    show: bool = False
    fresh: bool = False
    evaluation: bool = True
    practice: tuple[str, ...] = ()  # of the catalogue

    def __post_init__(self):
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        for name in ("epochs", "batch_size", "grid_every", "checkpoint_every"):
            check_whole_number(name, getattr(self, name), smallest=1)
        check_whole_number("seed", self.seed, smallest=0)
        check_choice("precision", self.precision, PRECISIONS)
        check_choice("data", self.data, DATA_CHOICES)
        if self.data_dir is not None:
            check_type("data_dir", self.data_dir, Path, "a path")
            if self.data == "standin":
                raise AssignmentError("--data standin and --data-dir contradict each other; give one of them.")
        check_type("outputs_dir", self.outputs_dir, Path, "a path")
        check_type("models_dir", self.models_dir, Path, "a path")
        check_type("show", self.show, bool, "true or false")
        check_type("fresh", self.fresh, bool, "true or false")
        check_type("evaluation", self.evaluation, bool, "true or false")
        object.__setattr__(self, "practice", checked_practices(self.practice, *self.circumstances))

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What a practice may clash with: the track, and settings of it."""
        return (self.TRACK,)


@dataclass(frozen=True)
class FashionSettings(Settings):
    """The settings of the Fashion-MNIST assignment; the defaults are the sheet's."""

    TRACK = "fashion"
    # The same eight steps in about a minute on two cores: two epochs of all the trousers, a grid after each, no judge.
    QUICK = {"epochs": 2, "grid_every": 1, "evaluation": False}

    epochs: int = 300  # the sheet, step 7
    batch_size: int = 128  # the sheet, step 7
    grid_every: int = 50  # the sheet, step 7
    checkpoint_every: int = 5  # a kill costs two minutes of training at most, a checkpoint half a second


@dataclass(frozen=True)
class ConditionalSettings(Settings):
    """The settings of the conditional track; the sheet leaves them open (docs/conditional.md says what is chosen)."""

    TRACK = "conditional"
    QUICK = {"epochs": 1, "grid_every": 1, "evaluation": False}  # a minute on two cores

    epochs: int = 25  # about half an hour on two cores
    batch_size: int = 64
    grid_every: int = 5
    checkpoint_every: int = 1  # an epoch takes a minute
    dataset: str = "mnist"
    outputs: str = "validity"

    def __post_init__(self):
        super().__post_init__()
        check_choice("dataset", self.dataset, DATASETS)
        check_choice("outputs", self.outputs, OUTPUTS)

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What a practice may clash with: the track, and what the discriminator answers."""
        return self.TRACK, self.outputs


@dataclass(frozen=True)
class DigitsSettings(Settings):
    """The settings of the MNIST exercise; the sheet gives none of these numbers.

    Batch size as the assignment's; as many epochs, grids and checkpoints as the conditional track's on the same images.
    """

    TRACK = "digits"
    TAPES = True
    QUICK = {"epochs": 1, "grid_every": 1, "evaluation": False}

    epochs: int = 25
    batch_size: int = 128
    grid_every: int = 5
    checkpoint_every: int = 1


@dataclass(frozen=True)
class LectureSettings(Settings):
    """The settings of the lecture's notebook, and of its exercises; the defaults are the notebook's."""

    TRACK = "lecture"
    TAPES = True
    QUICK = {"epochs": 1, "grid_every": 1, "evaluation": False}
    NOTEBOOK_DCGAN: ClassVar[tuple[str, int, int]] = ("64,128", 5, 0)  # filters, kernel, extra layers

    epochs: int = 50  # the notebook, section 6
    batch_size: int = 256  # the notebook, section 6
    grid_every: int = 10  # the notebook, section 6
    checkpoint_every: int = 1  # an epoch takes minutes
    dataset: str = "fashion-mnist"
    network: str = "dcgan"
    label_smoothing: float = 0.0
    filters: str = NOTEBOOK_DCGAN[0]  # of the DCGAN's discriminator, from the image inwards
    kernel: int = NOTEBOOK_DCGAN[1]  # pixels
    extra_layers: int = NOTEBOOK_DCGAN[2]  # at 7x7 in both networks (the notebook, exercise 2)

    def __post_init__(self):
        super().__post_init__()
        check_choice("dataset", self.dataset, DATASETS)
        check_choice("network", self.network, NETWORKS)
        object.__setattr__(self, "filters", checked_filters(self.filters, MOST_FILTERS))
        check_whole_number("kernel", self.kernel, smallest=SMALLEST_KERNEL, largest=LARGEST_KERNEL)
        check_whole_number("extra_layers", self.extra_layers, smallest=0, largest=MOST_EXTRA_LAYERS)
        check_share("label_smoothing", self.label_smoothing, under=0.5)  # from a half on, "real" would mean "fake"
        if self.network == "dense" and self.architecture != self.NOTEBOOK_DCGAN:
            raise AssignmentError(
                "--filters, --kernel and --extra-layers shape the DCGAN's convolutions; the dense network has none."
            )

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What a practice may clash with: the track, and the notebook's own label smoothing."""
        return (self.TRACK, "--label-smoothing") if self.label_smoothing else (self.TRACK,)

    @property
    def architecture(self) -> tuple[str, int, int]:
        """What the second exercise changes: filters, kernel, extra layers."""
        return self.filters, self.kernel, self.extra_layers

    @property
    def filter_counts(self) -> tuple[int, int]:
        """The two counts that `filters` names."""
        outer, inner = self.filters.split(",")
        return int(outer), int(inner)


@dataclass(frozen=True)
class SampleSettings:
    """What `assignment sample` can be asked: `labels` as the person wrote them, None for all; `count` of each.

    Raises AssignmentError, one sentence, for a value of the wrong type or out of its range.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    labels: str | None = None
    count: int = 12
    seed: int = 1
    outputs_dir: Path = Path("outputs")
    models_dir: Path = Path("models")

    def __post_init__(self):
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        check_choice("track", self.track, tuple(TRACKS))
        check_whole_number("count", self.count, smallest=1, largest=MOST_SAMPLES)
        check_whole_number("seed", self.seed, smallest=0)


TRACKS: dict[str, type[Settings]] = {
    track.TRACK: track for track in (FashionSettings, ConditionalSettings, DigitsSettings, LectureSettings)
}


# What may be another at every sitting of a training; all other settings make it the training that it is. (The images
# themselves are compared, whatever way they came.)
FREE = frozenset(
    {
        "epochs",
        "grid_every",
        "checkpoint_every",
        "precision",
        "data",
        "data_dir",
        "outputs_dir",
        "models_dir",
        "show",
        "fresh",
        "evaluation",
    }
)


def settings_from(settings_class: type[Settings], options: Mapping[str, Any]) -> Settings:
    """Make settings of `settings_class` from named options; a name it does not know is an AssignmentError."""
    known = {field.name for field in fields(settings_class)}
    unknown = sorted(set(options) - known)
    if unknown:
        raise AssignmentError(
            f"the {settings_class.TRACK} track has no {' and no '.join(map(option_name, unknown))}; "
            + (_tracks_with(unknown) or f"it has {', '.join(option_name(name) for name in sorted(known))}.")
        )
    return settings_class(**options)


def _tracks_with(names: Sequence[str]) -> str:
    """Where settings of these names belong, in words; nothing when no track has them all."""
    having = [name for name, track in TRACKS.items() if set(names) <= {field.name for field in fields(track)}]
    what = "it" if len(names) == 1 else "them"
    return f"--track {' and --track '.join(having)} {'has' if len(having) == 1 else 'have'} {what}." if having else ""
