"""The MNIST exercise's steps, as the console and the report present them."""

from __future__ import annotations

from assignment.report.sheet import Sheet, SheetStep

SHEET: Sheet = (
    SheetStep("Get the data", "Load MNIST's training images, with pixels in -1..1."),
    SheetStep(
        "Display the first 12 images",
        "Real images, to compare the generated ones with.",
        ("step2_real_images.png",),
    ),
    SheetStep(
        "Build the generator model of the GAN",
        "Dense, BatchNormalization, LeakyReLU, reshape, transposed convolutions of stride 2, tanh.",
        ("step3_generator_diagram.png",),
    ),
    SheetStep(
        "Sample the untrained generator",
        "Images from random noise, before training.",
        ("step4_untrained_samples.png",),
    ),
    SheetStep(
        "Build the discriminator model of the GAN",
        "Convolutions of stride 2, LeakyReLU, Dropout, and one sigmoid unit.",
        ("step5_discriminator_diagram.png",),
    ),
    SheetStep("Compile the GAN model", "Losses and optimizers for a train step with two gradient tapes."),
    SheetStep(
        "Train the GAN model",
        "Samples at regular intervals, the loss curves of both networks, a check for mode collapse and instability.",
        ("step7_losses.png", "step7_grid_epoch_*.png", "step7_progress.png", "step7_animation.gif"),
    ),
    SheetStep("Save the GAN model", "Save the generator and the discriminator as .h5 files."),
)
