"""The eight steps as commands: their modules, and what each needs."""

from __future__ import annotations

# Of `python -m assignment.fashion.MODULE`.
STEP_MODULES = (
    "step1_data",
    "step2_display",
    "step3_generator",
    "step4_sample",
    "step5_discriminator",
    "step6_compile",
    "step7_train",
    "step8_save",
)
STEPS_WITHOUT_IMAGES = (3, 4, 5)
FIRST_UPDATE_STEP = 6  # from this step on, updates are computed, which need the memory of a training
TRAINING_STEP = 7  # this step and the next are the complete run
