"""The settings of a run: one frozen dataclass per track, which checks its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from assignment.errors import AssignmentError, suggest
from assignment.practices.choice import checked_practices
from assignment.settings.checks import (
    check_choice,
    check_fraction,
    check_type,
    check_whole_number,
    checked_filters,
    checked_firstname,
    checked_folder,
    option_name,
)
from assignment.settings.seeds import SEEDS

PRECISIONS = ("auto", "float32", "mixed_bfloat16")
DATA_CHOICES = ("auto", "real", "standin")
DATASETS = ("mnist", "fashion-mnist")
VALIDITY, VALIDITY_AND_CLASS = OUTPUTS = ("validity", "validity+class")
NETWORKS = ("dcgan", "dense")
STAND_FOR_SETTINGS = frozenset({"quick", "recipe"})  # options of a run that stand for several settings

# Pixels. A transposed convolution of stride 2 leaves pixels that its window does not reach at 0; an image has 28.
MIN_KERNEL, MAX_KERNEL = 2, 28
MIN_HELD_OUT, MAX_HELD_OUT = 100, 3_500  # of 7,000 trousers: below, chance decides; above, too few are left to train on
MAX_FILTERS, MAX_EXTRA_LAYERS = 1_024, 16  # more than two cores can train


@dataclass(frozen=True)
class Settings:
    """The settings that every track has.

    TRACK: the track's name on the command line and in file names.
    TITLE: the title of its report.
    REFERENCE: says what the sheet has instead of a run's own setting; `{}` is the sheet's value.
    QUICK: the settings that --quick stands for.
    EPOCH_SECONDS: seconds of an epoch on one core of the machine named in docs/figures.md.

    Raises AssignmentError, one sentence, for a value of the wrong type or out of range.
    """

    TRACK: ClassVar[str]
    TITLE: ClassVar[str]
    REFERENCE: ClassVar[str]
    QUICK: ClassVar[Mapping[str, int]]
    EPOCH_SECONDS: ClassVar[float]

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
    finish: bool = False  # write the results of what is trained so far, without training
    evaluation: bool | None = None  # None: real images are evaluated, the drawn stand-in is not
    practice: tuple[str, ...] = ()  # names from the catalogue

    def __post_init__(self) -> None:
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        for name in ("epochs", "batch_size", "grid_every", "checkpoint_every"):
            check_whole_number(name, getattr(self, name), minimum=1)
        check_whole_number("seed", self.seed, minimum=0, maximum=SEEDS)
        check_choice("precision", self.precision, PRECISIONS)
        check_choice("data", self.data, DATA_CHOICES)
        if self.data_dir is not None:
            object.__setattr__(self, "data_dir", checked_folder("data_dir", self.data_dir))
            if self.data == "standin":
                raise AssignmentError("--data standin and --data-dir contradict each other; give only one of them.")
        for name in ("outputs_dir", "models_dir"):
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))
        for name in ("show", "fresh", "finish"):
            check_type(name, getattr(self, name), bool, "true or false")
        if self.evaluation is not None:
            check_type("evaluation", self.evaluation, bool, "true or false")
        if self.fresh and self.finish:
            raise AssignmentError("--fresh and --finish contradict each other; give only one of them.")
        object.__setattr__(self, "practice", checked_practices(self.practice, *self.conflict_keys))

    @property
    def conflict_keys(self) -> tuple[str, ...]:
        """What a practice may conflict with: the track, and some of its settings."""
        return (self.TRACK,)


@dataclass(frozen=True)
class FashionSettings(Settings):
    """The settings of the Fashion-MNIST assignment; the defaults are the sheet's."""

    TRACK = "fashion"
    TITLE = "The assignment: a GAN that learns trousers"
    REFERENCE = "the sheet asks for {}"
    # All eight steps in about a minute on two cores: two epochs of all the trousers, a grid after each.
    QUICK = {"epochs": 2, "grid_every": 1}
    EPOCH_SECONDS = 25.0

    epochs: int = 300  # the sheet, step 7
    batch_size: int = 128  # the sheet, step 7
    grid_every: int = 50  # the sheet, step 7
    checkpoint_every: int = 5  # a kill loses at most two minutes of training; a checkpoint takes half a second
    held_out: int = 0  # images that are left out of the training, to see whether the discriminator memorizes the others

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole_number("held_out", self.held_out, minimum=0, maximum=MAX_HELD_OUT)
        if 0 < self.held_out < MIN_HELD_OUT:
            raise AssignmentError(
                f"--held-out must be 0 or at least {MIN_HELD_OUT}, not {self.held_out}: fewer images say little."
            )


@dataclass(frozen=True)
class ConditionalSettings(Settings):
    """The settings of the conditional track; the sheet leaves them open (docs/conditional.md explains the defaults)."""

    TRACK = "conditional"
    TITLE = "The exercise: a conditional GAN"
    REFERENCE = "the default is {}"
    QUICK = {"epochs": 1, "grid_every": 1}  # a minute on two cores
    EPOCH_SECONDS = 94.0

    epochs: int = 25  # about half an hour on two cores
    batch_size: int = 64
    grid_every: int = 5
    checkpoint_every: int = 1  # an epoch takes a minute
    dataset: str = "mnist"
    outputs: str = VALIDITY

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("dataset", self.dataset, DATASETS)
        check_choice("outputs", self.outputs, OUTPUTS)

    @property
    def conflict_keys(self) -> tuple[str, ...]:
        """What a practice may conflict with: the track, the data set, and the outputs of the discriminator."""
        return self.TRACK, self.dataset, self.outputs


@dataclass(frozen=True)
class DigitsSettings(Settings):
    """The settings of the MNIST exercise; the sheet gives none of these numbers.

    The batch size is the assignment's. Epochs, grids and checkpoints are those of the conditional track, which trains
    on the same images.
    """

    TRACK = "digits"
    TITLE = "The MNIST exercise"
    REFERENCE = "the default is {}"
    QUICK = {"epochs": 1, "grid_every": 1}
    EPOCH_SECONDS = 86.0

    epochs: int = 25
    batch_size: int = 128
    grid_every: int = 5
    checkpoint_every: int = 1


@dataclass(frozen=True)
class LectureSettings(Settings):
    """The settings of the lecture's notebook and its exercises; the defaults are the notebook's.

    filters: of the DCGAN's discriminator, from the image inwards.
    kernel: window of the DCGAN's convolutions, in pixels.
    extra_layers: additional convolutions at 7x7 in both of the DCGAN's networks (the notebook, exercise 2).
    """

    TRACK = "lecture"
    TITLE = "The lecture notebook"
    REFERENCE = "the notebook has {}"
    QUICK = {"epochs": 1, "grid_every": 1}
    EPOCH_SECONDS = 176.0
    NOTEBOOK_DCGAN: ClassVar[tuple[str, int, int]] = ("64,128", 5, 0)  # filters, kernel, extra layers

    epochs: int = 50  # the notebook, section 6
    batch_size: int = 256  # the notebook, section 6
    grid_every: int = 10  # the notebook, section 6
    checkpoint_every: int = 1  # an epoch takes minutes
    dataset: str = "fashion-mnist"
    network: str = "dcgan"
    label_smoothing: float = 0.0
    filters: str = NOTEBOOK_DCGAN[0]
    kernel: int = NOTEBOOK_DCGAN[1]
    extra_layers: int = NOTEBOOK_DCGAN[2]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("dataset", self.dataset, DATASETS)
        check_choice("network", self.network, NETWORKS)
        object.__setattr__(self, "filters", checked_filters(self.filters, MAX_FILTERS))
        check_whole_number("kernel", self.kernel, minimum=MIN_KERNEL, maximum=MAX_KERNEL)
        check_whole_number("extra_layers", self.extra_layers, minimum=0, maximum=MAX_EXTRA_LAYERS)
        check_fraction("label_smoothing", self.label_smoothing, below=0.5)  # from 0.5 on, "real" would mean "fake"
        if self.network == "dense" and self.architecture != self.NOTEBOOK_DCGAN:
            raise AssignmentError(
                "--filters, --kernel and --extra-layers change the DCGAN's convolutions; the dense network has none."
            )

    @property
    def conflict_keys(self) -> tuple[str, ...]:
        """What a practice may conflict with: the track, the data set, and the notebook's own label smoothing."""
        return self.TRACK, self.dataset, *(["--label-smoothing"] if self.label_smoothing else [])

    @property
    def architecture(self) -> tuple[str, int, int]:
        """What the notebook's exercise 2 changes: filters, kernel, extra layers."""
        return self.filters, self.kernel, self.extra_layers

    @property
    def filter_counts(self) -> tuple[int, int]:
        """The two numbers in `filters`."""
        outer, inner = self.filters.split(",")
        return int(outer), int(inner)


TRACKS: dict[str, type[Settings]] = {
    track.TRACK: track for track in (FashionSettings, ConditionalSettings, DigitsSettings, LectureSettings)
}
# The data set of each sheet, which --dataset can replace in the conditional and the lecture's track.
SHEET_DATASETS = {
    FashionSettings.TRACK: "fashion-mnist",
    ConditionalSettings.TRACK: ConditionalSettings.dataset,
    DigitsSettings.TRACK: "mnist",
    LectureSettings.TRACK: LectureSettings.dataset,
}


# The settings that may change between sessions of one training; with another value of any other setting, it is a
# different training. (`data` and `data_dir` may change because the images themselves are compared.)
CHANGEABLE_SETTINGS = frozenset(
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
        "finish",
        "evaluation",
    }
)


def settings_from(settings_class: type[Settings], options: Mapping[str, Any]) -> Settings:
    """Return settings of this class with these values. Raises AssignmentError for a name that it does not have."""
    known = _setting_names(settings_class)
    unknown = sorted(set(options) - known)
    if unknown:
        names = " and no ".join(map(option_name, unknown))
        options_of_track = list(map(option_name, sorted(known | STAND_FOR_SETTINGS)))
        suggestion = suggest(option_name(unknown[0]), options_of_track)
        hint = _tracks_with(unknown) or (f"{suggestion}?" if suggestion else f"it has {', '.join(options_of_track)}.")
        raise AssignmentError(f"the {settings_class.TRACK} track has no {names}; {hint}")
    return settings_class(**options)


def _tracks_with(names: Sequence[str]) -> str:
    """Return a sentence that names the tracks with all of these settings, or "" if there are none."""
    tracks = [f"--track {name}" for name, track in TRACKS.items() if set(names) <= _setting_names(track)]
    if not tracks:
        return ""
    return f"{' and '.join(tracks)} {'has' if len(tracks) == 1 else 'have'} {'it' if len(names) == 1 else 'them'}."


def _setting_names(settings_class: type[Settings]) -> set[str]:
    return {field.name for field in fields(settings_class)}
