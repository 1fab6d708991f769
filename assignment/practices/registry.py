"""The class that implements each practice of the catalogue, by name.

It is not part of `catalogue.py`, so that the command line can list the practices without importing TensorFlow.
"""

from __future__ import annotations

from assignment.practices import architecture, images, losses, noise, optimizers, targets, updates
from assignment.practices.practice import Practice

IMPLEMENTATIONS: dict[str, type[Practice]] = {
    "hinge": losses.Hinge,
    "least-squares": losses.LeastSquares,
    "wasserstein": losses.Wasserstein,
    "label-smoothing": targets.LabelSmoothing,
    "noisy-labels": targets.NoisyLabels,
    "progressive-growing": images.ProgressiveGrowing,
    "instance-noise": images.InstanceNoise,
    "replay": images.Replay,
    "dropout": architecture.WithDropout,
    "no-dropout": architecture.WithoutDropout,
    "minibatch-discrimination": architecture.WithMinibatchDiscrimination,
    "minibatch-deviation": architecture.WithMinibatchDeviation,
    "spectral-normalization": architecture.WithSpectralNormalization,
    "no-batch-normalization": architecture.WithoutBatchNormalization,
    "two-time-scale": optimizers.TwoTimeScale,
    "sgd": optimizers.GradientDescent,
    "ema": optimizers.AveragedWeights,
    "several-updates": updates.SeveralUpdates,
    "one-batch": updates.OneBatch,
    "feature-matching": updates.FeatureMatching,
    "unrolled": updates.Unrolled,
    "uniform-noise": noise.UniformNoise,
}
