"""The practices that can be tried: what each is against, where it comes from, what it costs and what it cannot go with.

Plain text, which the command line reads without TensorFlow; the practices themselves are in `practices/`.
"""

from __future__ import annotations

from typing import NamedTuple

LOSSES, LESSON, OBJECTIVE = "the losses", "the discriminator's steps", "the generator's objective"
WANTED, SHOWN = "what the discriminator is asked for", "what the discriminator is shown"
RATES, LAYERS = "the learning rates", "layers"
# Several practices can change these one after another; any other ingredient has one practice at most.
CHANGED_IN_TURN = frozenset({WANTED, SHOWN, LAYERS})


class Practice(NamedTuple):
    """One practice: `name` on the command line, the `ingredients` that it replaces, and what is to be known of it.

    `change` says what it does, `problem` what it is against, `paper` where it comes from and `cost` what it asks for.
    `place` is its class in `practices/`, as `losses.Hinge`. `time` is how long an update takes by the plain one, as
    measured on the trousers (docs/practices.md). `clashes` are practices and settings that it cannot go with, each with
    the reason.
    """

    name: str
    ingredients: tuple[str, ...]
    change: str
    problem: str
    paper: str
    cost: str
    place: str
    time: float = 1.0
    clashes: dict[str, str] = {}


NO_PROBABILITIES = "its critic gives no probabilities that could be less certain"
HAS_DROPOUT = "its discriminator has dropout already"
ONE_STEP = "its discriminator learns from both in one step already"
TWO_ANSWERS = "an auxiliary discriminator gives two answers, and this changes one"
OF_LOSSES = {"validity+class": TWO_ANSWERS, "--label-smoothing": "it replaces the loss that is smoothed"}
OF_BATCHES = {
    "wasserstein": "its penalty is of each image by itself, not of a batch that is judged together",
    "one-batch": "a batch that holds both real and fake images tells nothing of either's variety",
    "validity+class": TWO_ANSWERS,
}

CATALOGUE: tuple[Practice, ...] = (
    # Losses come first: they change the discriminator's last layer, which others wrap.
    Practice(
        "hinge",
        (LOSSES,),
        "the hinge loss: the discriminator is content with a margin, the generator always wants more",
        "vanishing gradients",
        "Lim and Ye 2017; Miyato et al. 2018",
        "none",
        "losses.Hinge",
        clashes=OF_LOSSES,
    ),
    Practice(
        "least-squares",
        (LOSSES,),
        "squared distances from 1 and 0 in place of cross-entropy",
        "vanishing gradients",
        "Mao et al. 2017",
        "none",
        "losses.LeastSquares",
        clashes=OF_LOSSES,
    ),
    Practice(
        "wasserstein",
        (LOSSES, LESSON),
        "a critic's difference between real and fake, and a penalty on slopes other than 1",
        "training instability, and mode collapse",
        "Arjovsky et al. 2017; Gulrajani et al. 2017; the lecture, section 10 (WGAN)",
        "the penalty's second pass: an update takes about twice as long",
        "losses.Wasserstein",
        2.0,
        clashes=OF_LOSSES,
    ),
    Practice(
        "label-smoothing",
        (WANTED,),
        "real images are asked for as 0.9 in place of 1",
        "vanishing gradients: a discriminator that is too certain",
        "Salimans et al. 2016, section 3.4; the lecture, section 10",
        "no time; the discriminator's loss cannot reach 0 any more",
        "targets.LabelSmoothing",
        clashes={
            "hinge": "the hinge loss has no probabilities to smooth",
            "wasserstein": NO_PROBABILITIES,
            "--label-smoothing": "they are the same",
        },
    ),
    Practice(
        "noisy-labels",
        (WANTED,),
        "5 % of what the discriminator is asked for is turned round",
        "vanishing gradients: a discriminator that is too certain",
        "Chintala et al. 2016, hack 6",
        "no time; some of what it learns is wrong",
        "targets.NoisyLabels",
        clashes={"wasserstein": "its critic is asked for differences, and so has no labels to turn round"},
    ),
    Practice(
        "progressive-growing",
        (SHOWN,),
        "images are compared at 7x7 pixels, then 14x14, then 28x28, each fading in; the networks keep their layers",
        "non-convergence: the coarse is to be learned before the fine",
        "Karras et al. 2018, section 2 (there the networks grow, too); the lecture, section 10",
        "little time; the first 600 updates draw coarsely",
        "images.ProgressiveGrowing",
    ),
    Practice(
        "instance-noise",
        (SHOWN,),
        "noise on every image that the discriminator sees, real or fake, halved every 500 updates",
        "training instability: real and fake images that do not overlap are told apart too easily",
        "Sønderby et al. 2017, section 3.2; Arjovsky and Bottou 2017",
        "little time; fine detail is learned late",
        "images.InstanceNoise",
    ),
    Practice(
        "replay",
        ("the discriminator's fakes",),
        "half of the fakes that the discriminator learns from are earlier ones",
        "training instability: a discriminator that forgets what it has seen, and networks that run in circles",
        "Shrivastava et al. 2017, section 2.3",
        "little time, 3 MB in every checkpoint",
        "images.Replay",
    ),
    Practice(
        "dropout",
        (LAYERS,),
        "dropout of 0.3 behind every LeakyReLU of the discriminator",
        "a discriminator that learns the training images by heart",
        "Srivastava et al. 2014; the lecture's discriminators have it",
        "a little time; the discriminator learns more slowly",
        "architecture.WithDropout",
        clashes={track: HAS_DROPOUT for track in ("conditional", "digits", "lecture")},
    ),
    Practice(
        "no-dropout",
        (LAYERS,),
        "the discriminator without its dropout: a practice removed, to see what it was good for",
        "a discriminator that is too weak",
        'the first exercise ("don\'t be afraid to remove a best practice")',
        "none",
        "architecture.WithoutDropout",
        clashes={"fashion": "its discriminator has no dropout to remove"},
    ),
    Practice(
        "minibatch-discrimination",
        (LAYERS,),
        "the discriminator sees how near an image comes to the others of its batch, by learned measures",
        "mode collapse",
        "Salimans et al. 2016, section 3.2; the lecture, section 10",
        "some time and weights; the discriminator's .h5 needs this package to be read",
        "architecture.Discrimination",
        clashes=OF_BATCHES,
    ),
    Practice(
        "minibatch-deviation",
        (LAYERS,),
        "the discriminator sees how much the images of its batch differ, as one number",
        "mode collapse",
        "Karras et al. 2018, section 3",
        "little time; the discriminator's .h5 needs this package to be read",
        "architecture.Deviation",
        clashes=OF_BATCHES,
    ),
    # After those that put layers in: it wraps what stands by then.
    Practice(
        "spectral-normalisation",
        (LAYERS,),
        "each Dense and Conv2D kernel of the discriminator is divided by its spectral norm, so that none makes its"
        " slopes steeper",
        "training instability",
        "Miyato et al. 2018; the lecture, section 10",
        "some time; the discriminator's .h5 needs this package to be read",
        "architecture.Spectral",
    ),
    Practice(
        "no-batch-normalisation",
        (LAYERS,),
        "the generator without its BatchNormalization, with biases in its place: a practice removed, to see what it was"
        " good for",
        "images of a batch that influence each other",
        "Ioffe and Szegedy 2015; Radford et al. 2016, section 3, have it",
        "less time",
        "architecture.WithoutBatchNormalization",
    ),
    Practice(
        "two-time-scale",
        (RATES,),
        "the discriminator's learning rate is doubled, the generator's halved",
        "non-convergence: a generator that outruns its discriminator",
        "Heusel et al. 2017",
        "no time; the generator learns more slowly",
        "optimizers.TwoTimeScale",
    ),
    Practice(
        "sgd",
        (RATES, "the discriminator's optimizer"),
        "the discriminator learns by plain gradient descent with momentum in place of Adam",
        "a discriminator that is too quick for its generator",
        "Chintala et al. 2016, hack 9",
        "none; a little memory less",
        "optimizers.GradientDescent",
    ),
    Practice(
        "ema",
        ("the generator's optimizer",),
        "the images are drawn, measured and saved with the average of the generator's last weights",
        "non-convergence: a generator that circles round what it should reach",
        "Yazıcı et al. 2019; Karras et al. 2018, appendix A.1",
        "little time; a copy of the generator's weights",
        "optimizers.AveragedWeights",
    ),
    Practice(
        "several-updates",
        ("how often the discriminator learns",),
        "the discriminator learns three times from every batch, against new fakes each time",
        "a generator that outruns its discriminator",
        "Goodfellow et al. 2014, algorithm 1 (k steps)",
        "two more of the discriminator's phases an update",
        "updates.SeveralUpdates",
        2.0,
    ),
    Practice(
        "one-batch",
        (LESSON,),
        "the discriminator learns from real and fake images in one batch and one step",
        "steps that undo each other",
        "Chintala et al. 2016, hack 4, advises against it",
        "a little less time",
        "updates.OneBatch",
        clashes={**{track: ONE_STEP for track in ("digits", "lecture")}, "validity+class": TWO_ANSWERS},
    ),
    Practice(
        "feature-matching",
        (OBJECTIVE,),
        "the generator is to match the mean of what the discriminator reads from real images",
        "vanishing gradients, and mode collapse",
        "Salimans et al. 2016, section 3.1; the lecture, section 10",
        "a pass more over the real images",
        "updates.FeatureMatching",
        1.2,
        clashes={"validity+class": TWO_ANSWERS},
    ),
    Practice(
        "unrolled",
        (OBJECTIVE,),
        "the generator answers the discriminator as it will be two steps on",
        "mode collapse",
        "Metz et al. 2017; the lecture, section 10",
        "much time: the discriminator's steps are gone through forwards and back",
        "updates.Unrolled",
        3.0,
        clashes={
            "wasserstein": "it looks ahead by the losses alone, without the penalty",
            "validity+class": TWO_ANSWERS,
        },
    ),
    # The last, since its numbers are made of those that the others bring.
    Practice(
        "uniform-noise",
        ("the noise",),
        "noise that is even between -1 and 1 in place of normal",
        "none that is sure: it was usual before the normal one",
        "Radford et al. 2016, figure 1; Chintala et al. 2016, hack 3, advises against it",
        "none",
        "noise.UniformNoise",
    ),
)

BY_NAME = {practice.name: practice for practice in CATALOGUE}
