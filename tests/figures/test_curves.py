from math import log

from assignment.figures.curves import loss_curves, losses_and_generator_alone


def test_both_losses_with_their_axes():
    figure = loss_curves([1, 2, 3], [0.5, 0.6, 0.7], [2.0, 1.5, 1.0], "Losses", "ana, seed 1.")
    (axes,) = figure.axes
    assert axes.get_xlabel() == "epoch" and "nats" in axes.get_ylabel() and "\n" not in axes.get_ylabel()
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["generator"].get_ydata().tolist() == [2.0, 1.5, 1.0]
    assert lines["discriminator"].get_ydata().tolist() == [0.5, 0.6, 0.7]
    assert lines["discriminator"].get_xdata().tolist() == [1, 2, 3]
    assert axes.get_ylim()[0] == 0
    assert [line for label, line in lines.items() if "ln 2" in label][0].get_ydata()[0] == log(2)


def test_no_line_where_the_losses_hold_more_than_real_or_fake():
    (axes,) = loss_curves([1, 2], [0.5, 0.6], [2.0, 1.5], "Losses", "", "validity and class", undecided=False).axes
    assert [line.get_label() for line in axes.lines] == ["generator", "discriminator"]


def test_one_epoch_is_seen_as_points():
    (axes,) = loss_curves([1], [0.5], [2.0], "Losses", "").axes
    assert axes.lines[0].get_marker() == "o" and axes.get_xticks().tolist() == [1]


def test_both_networks_and_the_generator_alone_beside_them():
    figure = losses_and_generator_alone([1, 2], [0.5, 0.6], [2.0, 1.5], "Losses", "ana, seed 1.")
    both, alone = ([(line.get_label(), list(line.get_ydata())) for line in axes.lines[:2]] for axes in figure.axes)
    assert both == [("generator", [2.0, 1.5]), ("discriminator", [0.5, 0.6])]
    assert alone[0] == ("generator", [2.0, 1.5]) and alone[1][0].startswith("ln 2")
    assert [axes.get_title() for axes in figure.axes] == ["both networks", "the generator alone"]


def test_long_words_beside_an_axis_are_broken():
    words = "the discriminator's own; the generator's a squared distance"
    figure = losses_and_generator_alone([1, 2], [0.5, 0.4], [90.0, 80.0], "title", "caption", words, undecided=False)
    figure.draw_without_rendering()
    for axes in figure.axes:
        of_label, of_page = axes.yaxis.label.get_window_extent(), figure.bbox
        assert of_page.y0 < of_label.y0 and of_label.y1 < of_page.y1
