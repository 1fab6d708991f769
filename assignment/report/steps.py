"""What each track's sheet asks for, step by step, and the pictures that answer it."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One step of a sheet: its number and title, what it asks for, and its pictures' names (a `*` for several)."""

    title: str
    asked: str
    pictures: tuple[str, ...] = ()


SHEETS = {
    "fashion": "The assignment: a GAN that learns trousers",
    "conditional": "The exercise: a conditional GAN",
    "digits": "The MNIST exercise",
    "lecture": "The lecture's notebook",
}

_NETWORKS = (
    Step("Step 3: the generator", "", ("step3_generator_diagram.png",)),
    Step("Step 4: the untrained generator", "", ("step4_untrained_samples.png",)),
    Step("Step 5: the discriminator", "", ("step5_discriminator_diagram.png",)),
)

_SAVE = Step("Step 8: save the GAN", "Generator and discriminator as .h5 files.")


def _networks(generator: str, untrained: str, discriminator: str) -> tuple[Step, ...]:
    return tuple(step._replace(asked=asked) for step, asked in zip(_NETWORKS, (generator, untrained, discriminator)))


STEPS = {
    "fashion": (
        Step("Step 1: get the data", "Load Fashion-MNIST, scale the pixels to -1..1 and collect the 7,000 trousers."),
        Step("Step 2: display the first 12 images", "A 4x3 grid on 8x8 inches, no ticks.", ("step2_real_images.png",)),
        *_networks(
            "A Sequential model from a vector of 100 to an image of 28x28, its summary and a diagram with the neurons"
            " and weights of each layer.",
            "12 images from random noise, before any training.",
            "A Sequential model from an image to the probability of being real, its summary and a diagram.",
        ),
        Step(
            "Step 6: compile the GAN",
            "Binary cross-entropy and Adam (rate 0.0002, beta 0.5 and 0.999), the discriminator compiled separately.",
        ),
        Step(
            "Step 7: train the GAN",
            "300 epochs at batch size 128; plot both losses, and 12 generated images after every 50 epochs.",
            ("step7_losses.png", "step7_progress.png", "step7_grid_epoch_*.png"),
        ),
        _SAVE,
    ),
    "conditional": (
        Step("Step 1: get the data", "MNIST or Fashion-MNIST, all ten classes, with their labels."),
        Step("Step 2: display each class", "So that one knows what is asked for.", ("step2_real_images.png",)),
        *_networks(
            "A functional model of two inputs: noise and the label of what is to be drawn.",
            "A row of images for each class, before any training.",
            "A functional model of several inputs or outputs: image and label to validity, or image to validity and"
            " class.",
        ),
        Step("Step 6: compile the GAN", "The discriminator, and a combined functional model over it, frozen."),
        Step(
            "Step 7: train the GAN",
            "Try what works, and prove that it does.",
            (
                "step7_losses.png",
                "step7_progress.png",
                "step7_grid_epoch_*.png",
                "step7_noise_walk.png",
                "step7_label_walk.png",
            ),
        ),
        _SAVE,
    ),
    "digits": (
        Step("Step 1: get the data", "MNIST's training images, pixels in -1..1."),
        Step("Step 2: display images", "So that one knows what is to be learned.", ("step2_real_images.png",)),
        *_networks(
            "Dense, BatchNormalization, LeakyReLU, reshape, transposed convolutions of stride 2, tanh.",
            "Images from random noise, before any training.",
            "Convolutions of stride 2, LeakyReLU, Dropout, and one sigmoid.",
        ),
        Step("Step 6: compile the GAN", "Losses and optimizers for a training step with two gradient tapes."),
        Step(
            "Step 7: train the GAN",
            "Samples at regular intervals, the loss curves of both networks, a look for mode collapse and instability.",
            ("step7_losses.png", "step7_progress.png", "step7_grid_epoch_*.png"),
        ),
        _SAVE,
    ),
    "lecture": (
        Step("Step 1: get the data (section 6)", "The training images, their shape and range."),
        Step("Step 2: display ten images (section 6)", "Two rows of five, named.", ("step2_real_images.png",)),
        *_networks(
            "The notebook's generator (sections 4 and 5).",
            "What it draws before any training (section 5).",
            "The notebook's discriminator (sections 4 and 5).",
        ),
        Step("Step 6: compile the GAN (section 6)", "Binary cross-entropy and two Adams at rate 0.0001."),
        Step(
            "Step 7: train the GAN (sections 6 to 8)",
            "50 epochs at batch size 256, a grid of a fixed seed every 10;"
            " both losses, new images, an interpolation, real beside generated.",
            (
                "step7_losses.png",
                "step7_progress.png",
                "step7_grid_epoch_*.png",
                "step7_generated.png",
                "step7_interpolation.png",
                "step7_real_beside_generated.png",
            ),
        ),
        _SAVE,
    ),
}
