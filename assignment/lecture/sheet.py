"""The lecture notebook's sections as eight steps, as the console and the report present them."""

from __future__ import annotations

from assignment.report.sheet import Sheet, SheetStep

SHEET: Sheet = (
    SheetStep("Get the data", "Section 6: the training images, their shape and range."),
    SheetStep("Display the first ten images", "Section 6: two rows of five, with names.", ("step2_real_images.png",)),
    SheetStep(
        "Build the generator model of the GAN",
        "Sections 4 and 5: the notebook's generator.",
        ("step3_generator_diagram.png",),
    ),
    SheetStep(
        "Sample the untrained generator",
        "Section 5: images from random noise, before training.",
        ("step4_untrained_samples.png",),
    ),
    SheetStep(
        "Build the discriminator model of the GAN",
        "Sections 4 and 5: the notebook's discriminator.",
        ("step5_discriminator_diagram.png",),
    ),
    SheetStep(
        "Compile the GAN model", "Section 6: binary cross-entropy and two Adam optimizers with learning rate 0.0001."
    ),
    SheetStep(
        "Train the GAN model",
        "Sections 6 to 8: 50 epochs at batch size 256, and a grid from fixed noise every 10 epochs; both losses, new"
        " images, an interpolation, and real images next to generated ones.",
        (
            "step7_losses.png",
            "step7_grid_epoch_*.png",
            "step7_progress.png",
            "step7_animation.gif",
            "step7_generated.png",
            "step7_interpolation.png",
            "step7_real_beside_generated.png",
        ),
    ),
    SheetStep("Save the GAN model", "Save the generator and the discriminator as .h5 files."),
)
