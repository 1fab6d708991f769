"""Losses that Keras does not have."""

from __future__ import annotations

import keras


@keras.saving.register_keras_serializable("assignment")  # Keras copies a compiled model by its loss's name
class RealSmoothed(keras.losses.Loss):
    """Binary cross-entropy that asks for 1 - `smoothing` of real images in place of 1, and for 0 of fakes as before.

    One-sided label smoothing: a discriminator that never has to be certain keeps giving the generator gradients.
    Sources: Salimans et al. 2016, section 3.4; the lecture, section 10 (smoothing 0.1, so that real is 0.9).
    """

    def __init__(self, smoothing: float, from_logits: bool):
        super().__init__(name="smoothed_binary_crossentropy")
        self.smoothing, self.from_logits = smoothing, from_logits

    def call(self, y_true, y_pred):
        return keras.losses.binary_crossentropy(y_true * (1 - self.smoothing), y_pred, from_logits=self.from_logits)

    def get_config(self):
        return {"smoothing": self.smoothing, "from_logits": self.from_logits}
