from assignment.report.sheet import SheetStep


def test_a_step_needs_no_figures():
    assert SheetStep("Save the GAN model", "Save both networks.").figures == ()
