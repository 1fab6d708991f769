"""Practices that change an optimizer or its learning rate."""

from __future__ import annotations

import keras

from assignment.practices.practice import Practice
from assignment.training.gan import Gan
from assignment.training.schedule import halving
from assignment.training.steps import Update

# The discriminator's rate is multiplied by it, the generator's divided: a ratio of 4, as in Zhang et al. 2019.
TIME_SCALE = 2.0
# Chintala et al. give no numbers. The momentum is the usual one. With Keras' default rate, 0.01, the gradients explode
# in the second epoch on the trousers.
SGD_RATE, SGD_MOMENTUM = 0.001, 0.9
# Updates: 55 epochs of the trousers. After the sheet's 300 epochs the rates are 0.02 of the first.
RATE_HALF_LIFE = 3_000
HALF_LIFE = 10_000  # images after which a past value counts half as much (Karras et al. 2020, `G_smoothing_kimg`)


class TwoTimeScale(Practice):
    """The discriminator's learning rate doubled and the generator's halved. Source: Heusel et al. 2017."""

    def compiled(self, gan: Gan) -> Gan:
        for model, factor in ((gan.discriminator, TIME_SCALE), (gan.combined, 1 / TIME_SCALE)):
            model.optimizer.learning_rate = float(model.optimizer.learning_rate) * factor
        return gan


class GradientDescent(Practice):
    """Gradient descent with momentum for the discriminator; the generator keeps Adam.

    Source: Chintala et al. 2016, hack 9.
    """

    def compiled(self, gan: Gan) -> Gan:
        gan.discriminator.optimizer = keras.optimizers.SGD(SGD_RATE, momentum=SGD_MOMENTUM)
        return gan


class RateDecay(Practice):
    """Both learning rates are halved every `RATE_HALF_LIFE` updates, smoothly.

    Source: Huang et al. 2024, section 4, who let them fall along a cosine.
    """

    def schedule(self, update: Update, gan: Gan) -> Update:
        return halving(update, gan, RATE_HALF_LIFE)


class AveragedWeights(Practice):
    """A moving average of the generator's weights, with which images are drawn, measured and saved.

    The optimizer keeps it, and `training.optimizer_state.averaged_weights` uses it.
    Sources: Yazıcı et al. 2019; Karras et al. 2018, appendix A.1.
    """

    def compiled(self, gan: Gan) -> Gan:
        momentum = 0.5 ** (self.context.batch_size / HALF_LIFE)
        adam = gan.combined.optimizer
        gan.combined.optimizer = type(adam).from_config(
            {**adam.get_config(), "use_ema": True, "ema_momentum": momentum}
        )
        return gan
