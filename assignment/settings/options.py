"""The command-line options of a run and of `assignment sample`."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import takewhile
from typing import Any, NoReturn

from assignment.errors import AssignmentError, suggest
from assignment.settings.checks import wrong_choice
from assignment.settings.samples import SampleSettings
from assignment.settings.tracks import (
    DATA_CHOICES,
    DATASETS,
    NETWORKS,
    OUTPUTS,
    PRECISIONS,
    TRACKS,
    ConditionalSettings,
    FashionSettings,
    LectureSettings,
    Settings,
)
from assignment.startup import typed_options

DASHES = ("-", "\N{EN DASH}", "\N{EM DASH}")  # a word processor turns two hyphens into one of the others
# What argparse says about an option, and what we say after the option's name.
REPHRASED = {
    "expected one argument": "needs a value",
    "not allowed with argument": "is not allowed with",
    "ignored explicit argument": "takes no value, not",
}


class Parser(argparse.ArgumentParser):
    """A parser that reports an error as an AssignmentError, in one sentence.

    Options cannot be abbreviated, and only those that collect values can be repeated. Every parser has `--debug`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)
        self.add_argument_group("if the program fails").add_argument(
            "--debug", **SWITCH, help="show the traceback of an unforeseen error instead of writing a report"
        )

    # The override is narrower than argparse's method, which can also fill a given namespace.
    def parse_args(self, args: Sequence[str] | None = None) -> argparse.Namespace:  # type: ignore[override]
        """Parse `args`, by default those of the command line. Raises AssignmentError if one is unknown."""
        options, unknown = self.parse_known_args(args)
        if unknown:
            command = getattr(options, "command", None)  # the command that lacks these options
            prog = f"{self.prog} {command}" if command else self.prog
            raise AssignmentError(f"there is no {' '.join(unknown)} ({prog} --help lists the options).")
        vars(options).pop("debug", None)  # the guards around the command read it themselves
        return options

    # argparse calls this method for the parser of a command, too.
    def parse_known_args(self, args=None, namespace=None):  # type: ignore[override]
        """Parse `args`. Raises AssignmentError if an option is unknown or repeated."""
        args = typed_options() if args is None else list(args)
        commands = next((action for action in self._actions if isinstance(action, argparse._SubParsersAction)), None)
        if commands is None:
            self._check_names(args)
        elif not args or args[0].startswith("--") and args[0] not in self._option_string_actions:
            self.error(f"a command comes first: {', '.join(commands.choices)}")
        return super().parse_known_args(args, namespace)

    def _check_names(self, args: Sequence[str]) -> None:
        """Check the names before argparse does, which reports a missing option before a misspelled one."""
        given: dict[argparse.Action, str] = {}
        for position, argument in enumerate(args):
            name = argument.partition("=")[0]
            if argument.endswith("=--"):  # argparse takes this value for none
                self.error(f"{name} needs a value")
            option = "--" + name.lstrip("".join(DASHES))
            if name.startswith(DASHES) and name != option and option in self._option_string_actions:
                self.error(f"there is no {name}; did you mean {option}?")
            if not name.startswith("--") or name == "--":
                continue
            action = self._option_string_actions.get(name)
            if action is None:
                suggestion = suggest(name, self._option_string_actions)
                end = f"; {suggestion}?" if suggestion else ""
                self.error(f"there is no {' '.join([argument, *_values(args[position + 1 :])])}{end}")
            if action in given and not isinstance(action, argparse._AppendAction):
                if given[action] == name:
                    self.error(f"{name} is given twice; give it once")
                self.error(f"{given[action]} and {name} contradict each other; give only one of them")
            given[action] = name
        if args and not args[0].startswith(DASHES) and "--firstname" in {*self._option_string_actions} - {*args}:
            self.error(f"{args[0]} needs an option before it, as in --firstname {args[0]}")
        words = list(_values(args[args.index("--firstname") + 1 :])) if "--firstname" in args else []
        if len(words) > 1:
            self.error(f"a first name is one word; give --firstname {'-'.join(words)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, wrong_choice(value, tuple(action.choices)))

    def error(self, message: str) -> NoReturn:
        """Raise AssignmentError instead of exiting, with the option's name as the subject of the sentence."""
        message = re.sub(r"^argument (\S+): ", r"\1 ", message)
        message = re.sub(r"^the following arguments are required: (\S+)$", r"\1 is required", message)
        message = message.replace("--firstname is required", "--firstname is required, as in --firstname ana")
        for phrase, ours in REPHRASED.items():
            message = message.replace(phrase, ours)
        raise AssignmentError(f"{message} ({self.prog} --help lists the options).")


def _values(args: Sequence[str]) -> Iterator[str]:
    """Return the arguments before the next option."""
    return takewhile(lambda argument: not argument.startswith("-"), args)


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every track has."""
    # No option has a default here: options that are not given stay out of the namespace, and the settings have the
    # sheets' numbers as defaults.
    add = parser.add_argument
    defaults = FashionSettings
    add("--firstname", required=True, metavar="NAME", help="your first name; file names include it")
    quick_times = "; ".join(f"{name}: {_describe_quick(track)}" for name, track in TRACKS.items())
    add(
        "--quick",
        action="store_true",
        help="train briefly, without evaluation, as a first try of all eight steps. On one processor core,"
        f" {quick_times}",
    )
    add("--epochs", **WHOLE_NUMBER, help=f"epochs to train (trousers: {defaults.epochs}, from the sheet)")
    add("--batch-size", **WHOLE_NUMBER, help=f"images in one update (trousers: {defaults.batch_size}, from the sheet)")
    add("--grid-every", **WHOLE_NUMBER, help=f"epochs between grids (trousers: {defaults.grid_every}, from the sheet)")
    add(
        "--checkpoint-every", **WHOLE_NUMBER, help=f"epochs between checkpoints (trousers: {defaults.checkpoint_every})"
    )
    add("--fresh", **SWITCH, help="start over instead of continuing what an earlier run left")
    add("--finish", **SWITCH, help="write all results of what is trained so far, without training further")
    add("--seed", **WHOLE_NUMBER, help=f"the same seed gives the same weights (default {defaults.seed})")
    add(
        "--precision",
        **choice(PRECISIONS),
        help="auto (the default) selects mixed_bfloat16 if the processor has instructions for it, otherwise float32",
    )
    add(
        "--data",
        **choice(DATA_CHOICES),
        help="auto (the default): real images if available, otherwise a drawn stand-in; real: never the stand-in;"
        " standin: only the stand-in",
    )
    add(
        "--data-dir",
        **FOLDER,
        help="the folder with the images, in any layout of docs/data.md (default: the environment variable"
        " ASSIGNMENT_DATA_DIR)",
    )
    add("--outputs-dir", **FOLDER, help=f"where figures and records go (default {defaults.outputs_dir})")
    add("--models-dir", **FOLDER, help=f"where the .h5 files go (default {defaults.models_dir})")
    add(
        "--evaluation",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="measure the generator with a judge, which is trained once for each data set (the default, except with"
        " --quick and with the stand-in)",
    )
    add(
        "--practice",
        action="append",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="train with a practice that `assignment practices` lists; can be given several times",
    )
    add("--show", **SWITCH, help="also open the figures in windows")


def add_track_options(parser: argparse.ArgumentParser) -> None:
    """Add --track, and the options that only some tracks have."""
    add = parser.add_argument
    lecture = LectureSettings
    track_defaults = "; ".join(f"{name}: {_describe_defaults(track)}" for name, track in TRACKS.items())
    add(
        "--track",
        choices=tuple(TRACKS),
        default=FashionSettings.TRACK,
        help=f"which GAN (default {FashionSettings.TRACK}). Defaults of each track: {track_defaults}",
    )
    add(
        "--dataset",
        **choice(DATASETS),
        help=f"conditional and lecture: the images (default {ConditionalSettings.dataset} and {lecture.dataset})",
    )
    add(
        "--outputs",
        **choice(OUTPUTS),
        help="conditional: the outputs of the discriminator. validity (the default): real or generated, with the label"
        " as an input; validity+class: it also predicts the class (an auxiliary classifier)",
    )
    add("--network", **choice(NETWORKS), help=f"lecture: which of the notebook's GANs (default {lecture.network})")
    add(
        "--filters",
        metavar="N,N",
        default=argparse.SUPPRESS,
        help="lecture: filters of the DCGAN's discriminator; the generator uses them in reverse"
        f" (default {lecture.filters})",
    )
    add(
        "--kernel",
        **WHOLE_NUMBER,
        help=f"lecture: window of the DCGAN's convolutions, in pixels (default {lecture.kernel})",
    )
    add(
        "--extra-layers",
        **WHOLE_NUMBER,
        help=f"lecture: additional convolutions at 7x7 in both DCGAN networks (default {lecture.extra_layers})",
    )
    add(
        "--label-smoothing",
        type=_number,
        metavar="X",
        default=argparse.SUPPRESS,
        help="lecture: real images have the target 1 - X (default 0; the notebook tries 0.1)",
    )


def _describe_quick(track: type[Settings]) -> str:
    epochs = track.QUICK["epochs"]
    minutes = math.ceil(epochs * track.EPOCH_SECONDS / 60)
    return f"{epochs} epoch{'s' if epochs > 1 else ''} in about {minutes} min"


def _describe_defaults(track: type[Settings]) -> str:
    default = {field.name: field.default for field in fields(track)}
    return (
        f"{default['epochs']} epochs, batch size {default['batch_size']}, a grid every {default['grid_every']}, a"
        f" checkpoint every {default['checkpoint_every']}"
    )


def add_sample_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment sample`."""
    add = parser.add_argument
    defaults = SampleSettings
    add("--firstname", required=True, metavar="NAME", help="the first name that the generator was trained with")
    add("--track", **choice(tuple(TRACKS)), help=f"the track that it was trained in (default {defaults.track})")
    labels = parser.add_mutually_exclusive_group()
    common: dict[str, Any] = {"dest": "labels", "default": argparse.SUPPRESS}
    labels.add_argument("--label", **common, metavar="LABEL", help="one class, by number (from 0) or name")
    labels.add_argument("--labels", **common, metavar="LABELS", help="several, as in 0-9 or 1,3,Bag (default: all)")
    add("--count", **WHOLE_NUMBER, help=f"images of each class (default {defaults.count})")
    add("--seed", **WHOLE_NUMBER, help=f"the same seed draws the same images (default {defaults.seed})")
    add("--outputs-dir", **FOLDER, help=f"where the picture and the arrays go (default {defaults.outputs_dir})")
    add("--models-dir", **FOLDER, help=f"where the .h5 files are (default {defaults.models_dir})")


def choice(values: tuple[str, ...]) -> dict[str, Any]:
    """Return the arguments of `add_argument` for an option that takes one of these values."""
    return {"choices": values, "default": argparse.SUPPRESS}


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a whole number, not {text!r}") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a number, not {text!r}") from None


# The arguments of `add_argument` for common kinds of options.
WHOLE_NUMBER: dict[str, Any] = {"type": _whole_number, "metavar": "N", "default": argparse.SUPPRESS}
FOLDER: dict[str, Any] = {"metavar": "FOLDER", "default": argparse.SUPPRESS}
SWITCH: dict[str, Any] = {"action": "store_true", "default": argparse.SUPPRESS}
