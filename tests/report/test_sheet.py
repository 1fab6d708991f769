from assignment.report.sheet import SheetStep


def test_a_step_has_no_figures_by_default():
    assert SheetStep("Save the GAN model", "Save both networks.").figures == ()
