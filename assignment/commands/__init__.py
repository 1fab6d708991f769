"""What each command does with its options: a function of the options and the activity returns the exit code."""

from assignment.commands.classes import grade, submit
from assignment.commands.networks import check, explore, make_judges, measure, sample
from assignment.commands.practices import lab, practices
from assignment.commands.runs import run

__all__ = ["check", "explore", "grade", "lab", "make_judges", "measure", "practices", "run", "sample", "submit"]
