"""`python -m assignment`, the same as the console script `assignment`."""

from assignment.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
