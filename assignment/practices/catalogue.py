"""The catalogue of practices: what each changes, the problem it addresses, its source and its cost.

It is plain text, so that the command line can read it without TensorFlow. `registry.py` has the classes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LOSSES, DISCRIMINATOR_STEP, GENERATOR_LOSS = "the losses", "the discriminator's step", "the generator's loss"
TARGETS, IMAGES = "the discriminator's targets", "the images that the discriminator sees"
LEARNING_RATES, LAYERS = "the learning rates", "layers"
PENALTY = "a penalty on the discriminator's gradients"
RATE_SCHEDULE = "how the learning rates change during training"
REPLAYED = "the generated images that the discriminator trains on"
GENERATOR_OPTIMIZER, NOISE = "the generator's optimizer", "the noise"
DISCRIMINATOR_UPDATES = "the number of discriminator updates"
# Several practices can change these one after another; any other ingredient is replaced by one practice at most.
SHARED_INGREDIENTS = frozenset({TARGETS, IMAGES, LAYERS, PENALTY})
# How the practices are listed: each under the title that has its first ingredient.
GROUPS: dict[str, tuple[str, ...]] = {
    "Losses": (LOSSES, GENERATOR_LOSS, PENALTY),
    "Labels": (TARGETS,),
    "Images": (IMAGES, REPLAYED),
    "Networks": (LAYERS,),
    "Optimizers": (LEARNING_RATES, RATE_SCHEDULE, GENERATOR_OPTIMIZER),
    "Updates": (DISCRIMINATOR_STEP, DISCRIMINATOR_UPDATES),
    "Noise": (NOISE,),
}


class CatalogueEntry(NamedTuple):
    """The description of one practice.

    name: the name on the command line.
    ingredients: what it replaces.
    change, problem, source, cost: in words; the first clause of `change` is its summary.
    relative_time: time of an update relative to one without practices, measured on the trousers
        (benchmarks/practices.py); that of practices of other tracks only is an estimate.
    conflicts: practices, tracks, data sets and options that it cannot be used with, each with the reason.
    """

    name: str
    ingredients: tuple[str, ...]
    change: str
    problem: str
    source: str
    cost: str
    relative_time: float = 1.0
    conflicts: dict[str, str] = {}

    @property
    def summary(self) -> str:
        """What it changes, without the details after the first colon or semicolon."""
        return re.split("[:;]", self.change)[0]


NO_LABELS = "its networks take no labels"
UNLABELED = {"fashion": NO_LABELS, "digits": NO_LABELS, "lecture": NO_LABELS}
MIRRORED_DIGITS = "a mirrored digit is no digit"
HAS_DROPOUT = "its discriminator already has dropout"
ONE_STEP = "its discriminator already trains on both in one step"
TWO_OUTPUTS = "an auxiliary discriminator has two outputs, and this practice changes only one"
LOSS_CONFLICTS = {
    "validity+class": TWO_OUTPUTS,
    "--label-smoothing": "it replaces the loss that would be smoothed",
}
BATCH_CONFLICTS = {
    "wasserstein": "its penalty is defined for single images, not for a batch that is judged together",
    "one-batch": "a batch of real and generated images shows the variety of neither",
    "validity+class": TWO_OUTPUTS,
}

NO_TARGETS = {
    "label-smoothing": "pairs have no targets to smooth",
    "noisy-labels": "pairs have no targets to flip",
}
NO_PENALTY_AHEAD = "the steps ahead use the losses alone, without the penalty"
PENALTY_CONFLICTS = {
    "wasserstein": "the Wasserstein loss already has a gradient penalty",
    "unrolled": NO_PENALTY_AHEAD,
    "validity+class": TWO_OUTPUTS,
}
NO_CERTAINTY = 'the discriminator\'s outputs have no fixed value for "undecided", on which the probability depends'

CATALOGUE: tuple[CatalogueEntry, ...] = (
    # The losses come first: they change the discriminator's last layer, which others wrap.
    CatalogueEntry(
        name="hinge",
        ingredients=(LOSSES,),
        change="hinge loss: the discriminator's loss is 0 beyond a margin of 1, the generator's has no limit",
        problem="vanishing gradients",
        source="Lim and Ye 2017; Miyato et al. 2018",
        cost="none",
        conflicts=LOSS_CONFLICTS,
    ),
    CatalogueEntry(
        name="least-squares",
        ingredients=(LOSSES,),
        change="squared errors against 1 (real) and 0 (generated) instead of cross-entropy",
        problem="vanishing gradients",
        source="Mao et al. 2017",
        cost="none",
        conflicts=LOSS_CONFLICTS,
    ),
    CatalogueEntry(
        name="wasserstein",
        ingredients=(LOSSES, DISCRIMINATOR_STEP),
        change=(
            "Wasserstein loss: the difference of a critic's outputs for real and generated images, with a penalty on "
            "gradient norms other than 1"
        ),
        problem="training instability and mode collapse",
        source="Arjovsky et al. 2017; Gulrajani et al. 2017; the lecture, section 10 (WGAN)",
        cost="a second pass for the penalty: an update takes about twice as long",
        relative_time=1.8,
        conflicts=LOSS_CONFLICTS,
    ),
    CatalogueEntry(
        name="relativistic",
        ingredients=(LOSSES, DISCRIMINATOR_STEP, GENERATOR_LOSS),
        change="the discriminator compares pairs: how much more real a real image looks than a generated one",
        problem="mode collapse: every generated image is compared with a real one of its own",
        source="Jolicoeur-Martineau 2018; with r1 and r2, Huang et al. 2024 (R3GAN)",
        cost="one more pass over the real images",
        conflicts={**LOSS_CONFLICTS, **NO_TARGETS},
    ),
    # After the losses, which they do not replace.
    CatalogueEntry(
        name="r1",
        ingredients=(PENALTY,),
        change="a penalty on the discriminator's gradients at the real images; it has no sigmoid",
        problem="non-convergence: a discriminator that keeps pushing when generated and real images agree",
        source="Mescheder et al. 2018",
        cost="a second pass over the real images: an update takes almost twice as long",
        relative_time=1.8,
        conflicts=PENALTY_CONFLICTS,
    ),
    CatalogueEntry(
        name="r2",
        ingredients=(PENALTY,),
        change="a penalty on the discriminator's gradients at the generated images; it has no sigmoid",
        problem="non-convergence, together with r1",
        source="Mescheder et al. 2018; Huang et al. 2024 (R3GAN)",
        cost="a second pass over the generated images: an update takes almost twice as long",
        relative_time=1.8,
        conflicts=PENALTY_CONFLICTS,
    ),
    CatalogueEntry(
        name="label-smoothing",
        ingredients=(TARGETS,),
        change="the target for real images is 0.9 instead of 1",
        problem="vanishing gradients from an overconfident discriminator",
        source="Salimans et al. 2016, section 3.4; the lecture, section 10",
        cost="no time; the discriminator's loss can no longer reach 0",
        conflicts={
            "hinge": "the hinge loss has no probabilities to smooth",
            "wasserstein": "a critic gives no probabilities to smooth",
            "--label-smoothing": "they are the same",
        },
    ),
    CatalogueEntry(
        name="noisy-labels",
        ingredients=(TARGETS,),
        change="5 % of the discriminator's targets are flipped",
        problem="vanishing gradients from an overconfident discriminator",
        source="Chintala et al. 2016, hack 6",
        cost="no time; the discriminator trains on some wrong targets",
        conflicts={"wasserstein": "a critic has no labels to flip"},
    ),
    CatalogueEntry(
        name="progressive-growing",
        ingredients=(IMAGES,),
        change=(
            "the discriminator sees images at 7x7 pixels, then 14x14, then 28x28, each fading in; the networks keep "
            "their layers"
        ),
        problem="non-convergence: coarse structure should be learned before detail",
        source="Karras et al. 2018, section 2 (where the networks grow as well); the lecture, section 10",
        cost="little time; the first 600 updates use coarse images",
    ),
    CatalogueEntry(
        name="flip",
        ingredients=(IMAGES,),
        change="every image that the discriminator sees, real or generated, is mirrored with probability 1/2",
        problem="a discriminator that memorizes the training images",
        source="Karras et al. 2020",
        cost="the generator may draw mirrored images: the discriminator does not distinguish them",
        conflicts={"digits": MIRRORED_DIGITS, "mnist": MIRRORED_DIGITS},
    ),
    CatalogueEntry(
        name="diff-augment",
        ingredients=(IMAGES,),
        change=(
            "every image that the discriminator sees, real or generated, is changed at random: moved, partly covered, "
            "brighter or darker, with more or less contrast"
        ),
        problem="a discriminator that memorizes the training images",
        source="Zhao et al. 2020",
        cost="little time; the discriminator learns more slowly",
    ),
    CatalogueEntry(
        name="adaptive-augment",
        ingredients=(IMAGES,),
        change="the changes of diff-augment with a probability that rises while the discriminator is too certain",
        problem="a discriminator that memorizes the training images",
        source="Karras et al. 2020",
        cost="little time",
        conflicts={
            "diff-augment": "both make the same changes",
            "wasserstein": NO_CERTAINTY,
            "relativistic": NO_CERTAINTY,
        },
    ),
    CatalogueEntry(
        name="instance-noise",
        ingredients=(IMAGES,),
        change="noise on every image that the discriminator sees, real or generated, halved every 500 updates",
        problem="training instability: real and generated images that do not overlap are too easy to distinguish",
        source="Sønderby et al. 2017, section 3.2; Arjovsky and Bottou 2017",
        cost="little time; fine detail is learned late",
    ),
    CatalogueEntry(
        name="replay",
        ingredients=(REPLAYED,),
        change="half of the generated images that the discriminator trains on are from earlier updates",
        problem="training instability: a discriminator that forgets earlier images, and networks that go in circles",
        source="Shrivastava et al. 2017, section 2.3",
        cost="little time; 3 MB in every checkpoint",
    ),
    CatalogueEntry(
        name="dropout",
        ingredients=(LAYERS,),
        change="dropout of 0.3 after every LeakyReLU of the discriminator",
        problem="a discriminator that memorizes the training images",
        source="Srivastava et al. 2014; the lecture's discriminators have it",
        cost="a little time; the discriminator learns more slowly",
        relative_time=1.2,
        conflicts={"conditional": HAS_DROPOUT, "digits": HAS_DROPOUT, "lecture": HAS_DROPOUT},
    ),
    CatalogueEntry(
        name="no-dropout",
        ingredients=(LAYERS,),
        change="the discriminator without its dropout: a best practice removed, to see its effect",
        problem="a discriminator that is too weak",
        source='the first exercise ("don\'t be afraid to remove a best practice")',
        cost="none",
        conflicts={"fashion": "its discriminator has no dropout to remove"},
    ),
    CatalogueEntry(
        name="minibatch-discrimination",
        ingredients=(LAYERS,),
        change="the discriminator also sees how close an image is to the others of its batch, by learned distances",
        problem="mode collapse",
        source="Salimans et al. 2016, section 3.2; the lecture, section 10",
        cost="some time and weights; loading the discriminator's .h5 needs this package",
        relative_time=1.2,
        conflicts=BATCH_CONFLICTS,
    ),
    CatalogueEntry(
        name="minibatch-deviation",
        ingredients=(LAYERS,),
        change="the discriminator also sees how much the images of its batch differ, as one number",
        problem="mode collapse",
        source="Karras et al. 2018, section 3",
        cost="little time; loading the discriminator's .h5 needs this package",
        conflicts=BATCH_CONFLICTS,
    ),
    CatalogueEntry(
        name="projection",
        ingredients=(LAYERS,),
        change="the label enters the discriminator only in an inner product with the image's features",
        problem="a discriminator that has to learn what a label in the image means",
        source="Miyato and Koyama 2018",
        cost="none; fewer weights",
        conflicts={**UNLABELED, "validity+class": "an auxiliary discriminator takes no label"},
    ),
    CatalogueEntry(
        name="conditional-batch-normalization",
        ingredients=(LAYERS,),
        change="every BatchNormalization of the generator has a scale and a shift for each label",
        problem="a label that only the generator's first layer sees",
        source="Dumoulin et al. 2017; Miyato and Koyama 2018",
        cost="some time and weights",
        relative_time=1.2,
        conflicts={**UNLABELED, "no-batch-normalization": "there is then no BatchNormalization to change"},
    ),
    # After the practices that add layers: it wraps every layer that exists by then.
    CatalogueEntry(
        name="spectral-normalization",
        ingredients=(LAYERS,),
        change=(
            "each Dense and Conv2D kernel of the discriminator is divided by its spectral norm; this limits how fast "
            "its output can change"
        ),
        problem="training instability",
        source="Miyato et al. 2018; the lecture, section 10",
        cost="some time; loading the discriminator's .h5 needs this package",
        relative_time=1.2,
    ),
    CatalogueEntry(
        name="no-batch-normalization",
        ingredients=(LAYERS,),
        change=(
            "the generator without its BatchNormalization, with biases instead: a best practice removed, to see its "
            "effect"
        ),
        problem="images of a batch that influence each other",
        source="Ioffe and Szegedy 2015 and Radford et al. 2016, section 3, which use it",
        cost="less time",
    ),
    CatalogueEntry(
        name="two-time-scale",
        ingredients=(LEARNING_RATES,),
        change="the discriminator's learning rate is doubled, the generator's halved",
        problem="non-convergence: a generator that learns faster than its discriminator",
        source="Heusel et al. 2017",
        cost="no time; the generator learns more slowly",
    ),
    CatalogueEntry(
        name="rate-decay",
        ingredients=(RATE_SCHEDULE,),
        change="both learning rates are halved every 3,000 updates",
        problem="non-convergence: networks that circle around their optimum",
        source="Huang et al. 2024 (R3GAN), who also let the rates fall",
        cost="no time; a run learns little after some ten thousand updates",
        conflicts={"conditional": "its learning rates already fall"},
    ),
    CatalogueEntry(
        name="sgd",
        ingredients=(LEARNING_RATES, "the discriminator's optimizer"),
        change="the discriminator trains with plain gradient descent and momentum instead of Adam",
        problem="a discriminator that learns faster than its generator",
        source="Chintala et al. 2016, hack 9",
        cost="none; slightly less memory",
    ),
    CatalogueEntry(
        name="ema",
        ingredients=(GENERATOR_OPTIMIZER,),
        change="images are drawn, measured and saved with a moving average of the generator's weights",
        problem="non-convergence: a generator that circles around its optimum",
        source="Yazıcı et al. 2019; Karras et al. 2018, appendix A.1",
        cost="little time; a copy of the generator's weights",
    ),
    CatalogueEntry(
        name="several-updates",
        ingredients=(DISCRIMINATOR_UPDATES,),
        change="the discriminator trains three times on every batch, each time with new generated images",
        problem="a generator that learns faster than its discriminator",
        source="Goodfellow et al. 2014, algorithm 1 (k steps)",
        cost="two more discriminator phases per update",
        relative_time=2.2,
    ),
    CatalogueEntry(
        name="one-batch",
        ingredients=(DISCRIMINATOR_STEP,),
        change="the discriminator trains on real and generated images in one batch and one step",
        problem="steps that undo each other",
        source="Chintala et al. 2016, hack 4, which advises against it",
        cost="slightly less time",
        relative_time=0.9,
        conflicts={"digits": ONE_STEP, "lecture": ONE_STEP, "validity+class": TWO_OUTPUTS},
    ),
    CatalogueEntry(
        name="feature-matching",
        ingredients=(GENERATOR_LOSS,),
        change="the generator matches the mean of the discriminator's features of real images",
        problem="vanishing gradients and mode collapse",
        source="Salimans et al. 2016, section 3.1; the lecture, section 10",
        cost="one more pass over the real images",
        relative_time=1.1,
        conflicts={"validity+class": TWO_OUTPUTS},
    ),
    CatalogueEntry(
        name="unrolled",
        ingredients=(GENERATOR_LOSS,),
        change="the generator trains against the discriminator as it will be two steps later",
        problem="mode collapse",
        source="Metz et al. 2017; the lecture, section 10",
        cost="much time: a forward and a backward pass through the discriminator's steps",
        relative_time=2.8,
        conflicts={
            "wasserstein": NO_PENALTY_AHEAD,
            "validity+class": TWO_OUTPUTS,
        },
    ),
    # Last, since it transforms the noise that the others draw.
    CatalogueEntry(
        name="uniform-noise",
        ingredients=(NOISE,),
        change="uniform noise between -1 and 1 instead of normal noise",
        problem="none for certain; it was common before normal noise",
        source="Radford et al. 2016, figure 1; Chintala et al. 2016, hack 3, which advises against it",
        cost="none",
    ),
)

BY_NAME = {entry.name: entry for entry in CATALOGUE}
