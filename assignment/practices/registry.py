"""The class that implements each practice of the catalogue, by name.

It is not part of `catalogue.py`, so that the command line can list the practices without importing TensorFlow.
"""

from __future__ import annotations

from assignment.practices import (
    architecture,
    augmentation,
    images,
    labels,
    losses,
    noise,
    optimizers,
    penalties,
    targets,
    updates,
)
from assignment.practices.practice import Practice

IMPLEMENTATIONS: dict[str, type[Practice]] = {
    "hinge": losses.Hinge,
    "least-squares": losses.LeastSquares,
    "wasserstein": losses.Wasserstein,
    "relativistic": losses.Relativistic,
    "r1": penalties.R1,
    "r2": penalties.R2,
    "label-smoothing": targets.LabelSmoothing,
    "noisy-labels": targets.NoisyLabels,
    "progressive-growing": images.ProgressiveGrowing,
    "flip": augmentation.Flip,
    "diff-augment": augmentation.DifferentiableAugmentation,
    "adaptive-augment": augmentation.AdaptiveAugmentation,
    "instance-noise": images.InstanceNoise,
    "replay": images.Replay,
    "dropout": architecture.WithDropout,
    "no-dropout": architecture.WithoutDropout,
    "minibatch-discrimination": architecture.WithMinibatchDiscrimination,
    "minibatch-deviation": architecture.WithMinibatchDeviation,
    "projection": labels.Projection,
    "conditional-batch-normalization": labels.ConditionalBatchNormalization,
    "spectral-normalization": architecture.WithSpectralNormalization,
    "no-batch-normalization": architecture.WithoutBatchNormalization,
    "two-time-scale": optimizers.TwoTimeScale,
    "rate-decay": optimizers.RateDecay,
    "sgd": optimizers.GradientDescent,
    "ema": optimizers.AveragedWeights,
    "several-updates": updates.SeveralUpdates,
    "one-batch": updates.OneBatch,
    "feature-matching": updates.FeatureMatching,
    "unrolled": updates.Unrolled,
    "uniform-noise": noise.UniformNoise,
}
