import keras
import numpy as np
import pytest

from assignment.training.losses import RealSmoothed

LOGITS = np.array([[-2.0], [0.0], [3.0]], np.float32)


@pytest.mark.parametrize("from_logits", [True, False])
def test_a_real_image_is_asked_for_as_nine_tenths(from_logits):
    probabilities = 1 / (1 + np.exp(-LOGITS))
    loss = RealSmoothed(0.1, from_logits)(np.ones((3, 1)), LOGITS if from_logits else probabilities.astype(np.float32))
    by_hand = -(0.9 * np.log(probabilities) + 0.1 * np.log(1 - probabilities)).mean()
    assert float(loss) == pytest.approx(by_hand, rel=1e-5)


def test_a_fake_is_asked_for_as_before():
    plain = keras.losses.BinaryCrossentropy(from_logits=True)
    assert float(RealSmoothed(0.1, True)(np.zeros((3, 1)), LOGITS)) == float(plain(np.zeros((3, 1)), LOGITS))
