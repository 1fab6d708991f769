"""The conditional exercise's steps, as the console and the report present them."""

from __future__ import annotations

from assignment.report.sheet import Sheet, SheetStep

SHEET: Sheet = (
    SheetStep("Get the data", "Load MNIST or Fashion-MNIST, all ten classes with their labels."),
    SheetStep(
        "Display the first 8 images of each class",
        "Real images of every class, to compare the generated ones with.",
        ("step2_real_images.png",),
    ),
    SheetStep(
        "Build the generator model of the GAN",
        "A functional model with two inputs: noise and the label of the image to generate.",
        ("step3_generator_diagram.png",),
    ),
    SheetStep(
        "Sample the untrained generator",
        "One row of images for each class, before training.",
        ("step4_untrained_samples.png",),
    ),
    SheetStep(
        "Build the discriminator model of the GAN",
        "A functional model with several inputs or outputs: image and label to validity, or image to validity and"
        " class.",
        ("step5_discriminator_diagram.png",),
    ),
    SheetStep(
        "Compile the GAN model",
        "Compile the discriminator, and a combined functional model in which the discriminator is frozen.",
    ),
    SheetStep(
        "Train the GAN model",
        "Find out what works, and show that it does.",
        (
            "step7_losses.png",
            "step7_grid_epoch_*.png",
            "step7_progress.png",
            "step7_animation.gif",
            "step7_noise_walk.png",
            "step7_label_walk.png",
        ),
    ),
    SheetStep("Save the GAN model", "Save the generator and the discriminator as .h5 files."),
)
