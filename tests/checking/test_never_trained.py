"""A discriminator that the textbook's recipe never trains on Keras 3 is found in its file."""

import keras
import numpy as np
import pytest

from assignment.checking.check import check_file
from assignment.checking.sheets import SHEETS
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator

UPDATES = 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_discriminator_of_the_textbooks_recipe_was_never_trained_and_its_generator_was(tmp_path):
    generator, discriminator = build_generator("ana"), build_discriminator("ana")
    adam = {"learning_rate": 0.0002, "beta_1": 0.5}
    discriminator.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(**adam))
    discriminator.trainable = False
    combined = keras.Sequential([generator, discriminator])
    combined.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(**adam))
    random = np.random.default_rng(0)
    for _ in range(UPDATES):
        noise = random.standard_normal((8, 100)).astype(np.float32)
        real_images = random.uniform(-1, 1, (8, 28, 28, 1)).astype(np.float32)
        discriminator.train_on_batch(real_images, np.ones((8, 1)))
        discriminator.train_on_batch(generator.predict(noise, verbose=0), np.zeros((8, 1)))
        combined.train_on_batch(noise, np.ones((8, 1)))
    for network in (generator, discriminator):
        network.save(tmp_path / f"{network.name}.h5")

    result = check_file(tmp_path / "discriminator_model_ana.h5", SHEETS["fashion"])
    assert [finding.title for finding in result.findings] == ["never trained", "saved while frozen"]
    assert [line.requirement for line in result.lines if line.answer == "no"] == ["trained"]
    result = check_file(tmp_path / "generator_model_ana.h5", SHEETS["fashion"])
    assert result.is_good and not result.findings
