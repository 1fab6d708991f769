from math import log

import numpy as np
import pytest

from assignment.practices.view import TrainingView


@pytest.fixture
def view():
    return TrainingView(sample=lambda: np.zeros((12, 28, 28, 1), np.float32))


def test_default_view_draws_the_sheets_grid(view):
    figure = view.draw(view.sample(), "title", "caption")
    assert len(figure.axes) == 12


def test_default_view_plots_cross_entropy_with_a_line_at_ln_2(view):
    axes = view.plot([1, 2], [0.7, 0.6], [0.8, 0.9], "title", "caption").axes[0]
    assert "cross-entropy (nats)" in " ".join(axes.get_ylabel().split())
    assert any(np.ravel(line.get_ydata()).tolist() == [log(2)] * 2 for line in axes.lines)


def test_default_unit_and_thresholds_are_those_of_cross_entropy(view):
    assert "nats" in view.loss_unit and f"{log(2):.3f}" in view.loss_unit
    assert (view.thresholds.minimum_loss, view.thresholds.undecided_loss) == (0.0, log(2))
    assert view.thresholds.images_per_class == 0, "by default variety is not checked"


def test_default_progress_figure_selects_no_particular_images(view):
    assert not view.progress_images and not view.progress_names
