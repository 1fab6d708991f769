"""`python run_assignment.py --firstname ana`, the same as `assignment run --firstname ana`."""

import sys

try:
    from assignment.startup import check_python, process_exit_code
except ImportError:
    sys.stderr.write("error: the folder `assignment` is not next to run_assignment.py; copy the complete project.\n")
    sys.exit(2)


def main_run(argv=None):
    """Run the assignment with a list of options, by default those of the command line; return the exit code."""
    check_python()  # before the import below, whose syntax needs a recent Python
    from assignment.cli import main_run

    return main_run(argv)


if __name__ == "__main__":
    raise SystemExit(process_exit_code(main_run()))
