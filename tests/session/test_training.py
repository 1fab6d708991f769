import numpy as np
import pytest

from assignment.session.resume import find_earlier
from assignment.session.session import run_session
from assignment.training.interrupt import StopRequest
from assignment.training.steps import compiled_update

IMAGES = np.zeros((4, 28, 28, 1), np.float32)


@pytest.mark.usefixtures("quick_figures")
def test_a_training_without_real_images_to_compare_with_is_not_measured(make_run, make_gan, make_training, standin):
    run, gan = make_run(epochs=1, batch_size=4, evaluation=True, provenance=standin), make_gan()
    training = make_training(run, gan, compiled_update(gan), IMAGES, evaluation=None)
    assert run_session(run, training, find_earlier(run, training.conditions), StopRequest()) is None
    assert run.workspace.generator_model.exists() and not run.workspace.metrics.exists()
