from math import log

from assignment.figures.curves import loss_curves, two_panel_loss_curves


def test_loss_curves_have_both_losses_labeled_axes_and_a_line_at_ln_2():
    figure = loss_curves([1, 2, 3], [0.5, 0.6, 0.7], [2.0, 1.5, 1.0], "Losses", "ana, seed 1.")
    (axes,) = figure.axes
    assert axes.get_xlabel() == "epoch" and "nats" in axes.get_ylabel() and "\n" not in axes.get_ylabel()
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["generator"].get_ydata().tolist() == [2.0, 1.5, 1.0]
    assert lines["discriminator"].get_ydata().tolist() == [0.5, 0.6, 0.7]
    assert lines["discriminator"].get_xdata().tolist() == [1, 2, 3]
    assert axes.get_ylim()[0] == 0
    assert [line for label, line in lines.items() if "ln 2" in label][0].get_ydata()[0] == log(2)


def test_line_at_ln_2_can_be_left_out():
    figure = loss_curves([1, 2], [0.5, 0.6], [2.0, 1.5], "Losses", "", "validity and class", undecided_line=False)
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == ["generator", "discriminator"]


def test_single_epoch_is_drawn_as_points():
    (axes,) = loss_curves([1], [0.5], [2.0], "Losses", "").axes
    assert axes.lines[0].get_marker() == "o" and axes.get_xticks().tolist() == [1]


def test_two_panels_have_both_networks_and_the_generator_alone():
    figure = two_panel_loss_curves([1, 2], [0.5, 0.6], [2.0, 1.5], "Losses", "ana, seed 1.")
    left, right = ([(line.get_label(), list(line.get_ydata())) for line in axes.lines[:2]] for axes in figure.axes)
    assert left == [("generator", [2.0, 1.5]), ("discriminator", [0.5, 0.6])]
    assert right[0] == ("generator", [2.0, 1.5]) and right[1][0].startswith("ln 2")
    assert [axes.get_title() for axes in figure.axes] == ["both networks", "generator only"]


def test_long_axis_labels_are_wrapped():
    figure = two_panel_loss_curves(
        epochs=[1, 2],
        discriminator_losses=[0.5, 0.4],
        generator_losses=[90.0, 80.0],
        title="title",
        caption="caption",
        loss_name="the discriminator's own; the generator's a squared distance",
        undecided_line=False,
    )
    figure.draw_without_rendering()
    for axes in figure.axes:
        label, page = axes.yaxis.label.get_window_extent(), figure.bbox
        assert page.y0 < label.y0 and label.y1 < page.y1
