from assignment.digits.sheet import SHEET


def test_the_sheet_has_eight_steps_and_figures_that_the_report_describes(check_sheet):
    check_sheet(SHEET)
