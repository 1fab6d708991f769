"""The parser of all commands, and the kinds of options that they share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NoReturn

from assignment.errors import AssignmentError, suggest
from assignment.settings.checks import wrong_choice
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
        options, unknown = super().parse_known_args(args, namespace)
        positional = [action.metavar for action in self._actions if not action.option_strings and action.metavar]
        if commands is None and positional and any(not word.startswith(DASHES) for word in unknown):
            takes_several = any(action.nargs == "+" for action in self._actions if not action.option_strings)
            others = " ".join(unknown)
            if takes_several:
                self.error(f"give every {positional[0]} next to the others, before or after all options, also {others}")
            self.error(f"give only one {positional[0]}, without {others}")
        return options, unknown

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
        if "--firstname" in self._option_string_actions:
            self._check_first_name(args)

    def _check_first_name(self, args: Sequence[str]) -> None:
        """Name the mistakes that argparse reports as a missing option or as unknown words."""
        takes_words = any(not action.option_strings for action in self._actions)  # as `assignment measure FILE` does
        if args and not args[0].startswith(DASHES) and "--firstname" not in args and not takes_words:
            self.error(f"{args[0]} needs an option before it, as in --firstname {args[0]}")
        words = list(_values(args[args.index("--firstname") + 1 :])) if "--firstname" in args else []
        if len(words) > 1 and not (takes_words and any("." in word for word in words)):  # FILE has a dot
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
NUMBER: dict[str, Any] = {"type": _number, "metavar": "X", "default": argparse.SUPPRESS}
