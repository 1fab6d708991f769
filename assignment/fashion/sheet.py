"""The assignment sheet's steps, as the console and the report present them."""

from __future__ import annotations

from assignment.report.sheet import Sheet, SheetStep

SHEET: Sheet = (
    SheetStep("Get the data", "Load Fashion-MNIST, scale the pixels to -1..1 and collect the 7,000 trousers."),
    SheetStep(
        "Display the first 12 images from the dataset",
        "A 4x3 grid on 8x8 inches, without ticks.",
        ("step2_real_images.png",),
    ),
    SheetStep(
        "Build the generator model of the GAN",
        "A Sequential model from a vector of size 100 to a 28x28 image, its summary, and a diagram with the neurons and"
        " weights of each layer.",
        ("step3_generator_diagram.png",),
    ),
    SheetStep(
        "Sample the untrained generator",
        "12 images from random noise, before training.",
        ("step4_untrained_samples.png",),
    ),
    SheetStep(
        "Build the discriminator model of the GAN",
        "A Sequential model from an image to the probability that it is real, its summary, and a diagram.",
        ("step5_discriminator_diagram.png",),
    ),
    SheetStep(
        "Compile the GAN model",
        "Binary cross-entropy and Adam (learning rate 0.0002, beta 0.5 and 0.999); the discriminator is compiled"
        " separately.",
    ),
    SheetStep(
        "Train the GAN model",
        "300 epochs at batch size 128; plot both losses, and 12 generated images after every 50 epochs.",
        ("step7_losses.png", "step7_grid_epoch_*.png", "step7_progress.png", "step7_animation.gif"),
    ),
    SheetStep("Save the GAN model", "Save the generator and the discriminator as .h5 files."),
)
