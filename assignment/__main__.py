"""`python -m assignment`, the same as the console script `assignment`."""

from assignment.startup import check_python, process_exit_code

if __name__ == "__main__":
    check_python()  # before the import below, whose syntax needs a recent Python
    from assignment.cli import main

    raise SystemExit(process_exit_code(main()))
