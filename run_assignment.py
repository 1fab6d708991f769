"""`python run_assignment.py --firstname ana`, the same as `assignment run --firstname ana`."""

from assignment.cli import main_run

if __name__ == "__main__":
    raise SystemExit(main_run())
