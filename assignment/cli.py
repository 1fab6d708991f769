"""The command line: parses the options and runs the command.

It answers --help and refuses invalid options without importing TensorFlow, so that both are fast.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from assignment import __version__, commands
from assignment.guards import Activity, guarded
from assignment.lab.options import add_lab_options
from assignment.settings.options import (
    add_check_options,
    add_explore_options,
    add_grade_options,
    add_judge_options,
    add_measure_options,
    add_run_options,
    add_sample_options,
    add_submit_options,
    add_track_options,
)
from assignment.settings.parser import Parser
from assignment.settings.steps import STEP_MODULES
from assignment.startup import process_exit_code

RUN_DESCRIPTION = (
    "Run the eight steps of the Fashion-MNIST assignment, a GAN that learns trousers. --track runs the same steps for"
    " another sheet of the course: conditional, a GAN that draws the digit you ask for; digits, the MNIST exercise;"
    " lecture, the notebook's GANs. Figures and records go to OUTPUTS/FIRSTNAME/TRACK/, the .h5 files to MODELS/. If a"
    " run was stopped, the same command continues it."
)
SAMPLE_DESCRIPTION = (
    "Draw images from a generator that a run saved. The picture and the arrays (.npz) go to OUTPUTS/FIRSTNAME/TRACK/."
)
EXPLORE_DESCRIPTION = (
    "Make a page that runs a saved generator in the browser: move through its latent space and see the images change."
    " It is one file that works offline: OUTPUTS/FIRSTNAME/TRACK/explore.html."
)
MEASURE_DESCRIPTION = (
    "Print all metrics of a generator that a run saved, without training it further: how near its images are to real"
    " ones, how varied they are, whether they are copies. Give the first name, or the .h5 file. It takes about half a"
    " minute. Nothing is written but what is needed to measure: real images that are neither in a folder nor in Keras'"
    " cache are downloaded, and for the drawn stand-in a judge is trained and kept."
)
JUDGES_DESCRIPTION = (
    "Train again the judges that come with the program, and measure what real images score with them. This takes about"
    " half an hour on two cores. The files go to OUTPUTS/judges/."
)
CHECK_DESCRIPTION = (
    "Compare networks that anyone saved with what the sheet asks for, and report what their weights reveal: whether"
    " they were trained, and what their images look like. The files may be from any Keras since 2.2. Nothing in them is"
    " executed, so they may be damaged or malicious. The exit code is 0 if every requirement that a file can answer is"
    " met and nothing serious was found, 1 if not, 2 if a file cannot be read."
)
SUBMIT_DESCRIPTION = (
    "Check a run, and write its networks, figures and records into one ZIP file, to hand in:"
    " OUTPUTS/FIRSTNAME/submission_TRACK_FIRSTNAME.zip. If something is missing or differs from the sheet, it is"
    " listed, and the exit code is 1; --anyway writes the file all the same."
)
GRADE_DESCRIPTION = (
    "Grade the submissions of a class: those of `assignment submit`, from Canvas, from Moodle, in a folder for each"
    " student, or loose .h5 files. Each is checked, measured and given points by a rubric, and similar networks are"
    " found. OUT/grades.html shows the class; nothing in a submission is executed, and nothing leaves this machine. The"
    " same command continues a grading that was stopped."
)
PRACTICES_DESCRIPTION = (
    "List the best practices that `run --practice NAME` can use, by what they change. With a name, describe this one:"
    " the problem it addresses, its source, its cost and what it cannot be combined with."
)
LAB_DESCRIPTION = (
    "Train the same GAN without any practice and with each practice alone, on the same seeds, and report the"
    " differences. Finished runs are kept: the same command continues a lab that was stopped. Everything goes to"
    " OUTPUTS/FIRSTNAME/lab/TRACK/."
)
STEP_DESCRIPTION = (
    "Run step {number} of the assignment, after the steps that it needs. It takes the options of a run and ignores"
    " those that it does not use. Steps 7 and 8 are the complete run."
)


def main(arguments: Sequence[object] | None = None) -> int:
    """Run the console script: `assignment run --firstname ana`.

    arguments: a list of options (texts, numbers, paths), by default those of the command line. Returns the exit code.
    """

    def run_command(activity: Activity) -> int:
        options = vars(console_parser().parse_args(activity.texts()))
        del options["command"]
        return options.pop("action")(options, activity)

    return guarded(run_command, Activity("assignment", arguments))


def main_run(arguments: Sequence[object] | None = None) -> int:
    """Run `run_assignment.py`, which is the same as `assignment run`."""
    return guarded(
        lambda activity: commands.run(vars(run_parser().parse_args(activity.texts())), activity),
        Activity("python run_assignment.py", arguments),
    )


def main_step(number: int, arguments: Sequence[object] | None = None) -> int:
    """Run `python -m assignment.fashion.stepN_...`: one of the eight steps, after the steps that it needs.

    Returns the code to end the process with.
    """
    program = f"python -m assignment.fashion.{STEP_MODULES[number - 1]}"

    def run_step(activity: Activity) -> int:
        parser = Parser(prog=program, description=STEP_DESCRIPTION.format(number=number))
        add_run_options(parser)
        return commands.run(vars(parser.parse_args(activity.texts())), activity, only_step=number)

    return process_exit_code(guarded(run_step, Activity(program, arguments)))


def main_make_judges(arguments: Sequence[object] | None = None) -> int:
    """Run `python -m assignment.evaluation.make_judges`; return the code to end the process with."""
    program = "python -m assignment.evaluation.make_judges"

    def make_judges(activity: Activity) -> int:
        parser = Parser(prog=program, description=JUDGES_DESCRIPTION)
        add_judge_options(parser)
        return commands.make_judges(vars(parser.parse_args(activity.texts())), activity)

    return process_exit_code(guarded(make_judges, Activity(program, arguments)))


def console_parser() -> Parser:
    """Return the parser of the console script, with one subparser per command."""
    parser = Parser(prog="assignment", description="A GAN course, done properly on Keras 3.")
    parser.add_argument("--version", action="version", version=f"assignment {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)

    def add_command(name: str, summary: str, description: str, action: Callable[..., int]) -> argparse.ArgumentParser:
        command = subparsers.add_parser(name, help=summary, description=description)
        command.set_defaults(action=action)
        return command

    run = add_command("run", "run the eight steps of the assignment", RUN_DESCRIPTION, commands.run)
    add_run_options(run)
    add_track_options(run)
    sample = add_command("sample", "draw images from a saved generator", SAMPLE_DESCRIPTION, commands.sample)
    add_sample_options(sample)
    explore = add_command("explore", "make a page that runs a saved generator", EXPLORE_DESCRIPTION, commands.explore)
    add_explore_options(explore)
    measure = add_command("measure", "print all metrics of a saved generator", MEASURE_DESCRIPTION, commands.measure)
    add_measure_options(measure)
    check = add_command("check", "compare anyone's .h5 files with the sheet", CHECK_DESCRIPTION, commands.check)
    add_check_options(check)
    submit = add_command("submit", "write a run into one ZIP file, to hand in", SUBMIT_DESCRIPTION, commands.submit)
    add_submit_options(submit)
    grade = add_command("grade", "grade the submissions of a class", GRADE_DESCRIPTION, commands.grade)
    add_grade_options(grade)
    practices = add_command(
        "practices", "list the best practices that a run can use", PRACTICES_DESCRIPTION, commands.practices
    )
    practices.add_argument("name", nargs="?", metavar="NAME", default=argparse.SUPPRESS, help="describe only this one")
    lab = add_command("lab", "compare practices, each alone and on the same seeds", LAB_DESCRIPTION, commands.lab)
    add_lab_options(lab)
    return parser


def run_parser() -> Parser:
    """Return the parser of `run_assignment.py`."""
    parser = Parser(prog="run_assignment.py", description=RUN_DESCRIPTION)
    add_run_options(parser)
    add_track_options(parser)
    return parser
