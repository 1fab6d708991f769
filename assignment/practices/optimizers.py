"""Other optimizers and other learning rates."""

from __future__ import annotations

import keras

from assignment.practices.practice import Practice

TIME_SCALE = 2.0  # so that the discriminator's rate is four times the generator's, as in Zhang et al. 2019
# Chintala et al. give none. The momentum is the usual one; Keras' own rate, 0.01, breaks the trousers in two epochs.
SGD_RATE, SGD_MOMENTUM = 0.001, 0.9
HALF_LIFE = 10_000  # images, after which a weight counts half (Karras et al. 2020, `G_smoothing_kimg`)


class TwoTimeScale(Practice):
    """The discriminator's rate doubled and the generator's halved. Source: Heusel et al. 2017."""

    def compiled(self, gan):
        for model, factor in ((gan.discriminator, TIME_SCALE), (gan.combined, 1 / TIME_SCALE)):
            model.optimizer.learning_rate = float(model.optimizer.learning_rate) * factor
        return gan


class GradientDescent(Practice):
    """Gradient descent with momentum for the discriminator; Adam stays with the generator.

    Source: Chintala et al. 2016, hack 9.
    """

    def compiled(self, gan):
        gan.discriminator.optimizer = keras.optimizers.SGD(SGD_RATE, momentum=SGD_MOMENTUM)
        return gan


class AveragedWeights(Practice):
    """The generator's optimizer keeps a running average of its weights, by which it is drawn, measured and saved.

    Sources: Yazıcı et al. 2019; Karras et al. 2018, appendix A.1. What uses the average: `training/averaging.py`.
    """

    def compiled(self, gan):
        momentum = 0.5 ** (self.setting.batch_size / HALF_LIFE)
        adam = gan.combined.optimizer
        gan.combined.optimizer = type(adam).from_config(
            {**adam.get_config(), "use_ema": True, "ema_momentum": momentum}
        )
        return gan
