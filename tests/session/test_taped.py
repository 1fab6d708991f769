"""A sitting by gradient tapes: proved first, then as many updates as the settings ask for, then saved."""

import keras
import numpy as np

from assignment.data.dataset import Provenance
from assignment.session.journal import Sketch
from assignment.session.resume import Earlier, conditions_of
from assignment.session.taped import train_by_tapes
from assignment.settings.tracks import DigitsSettings
from assignment.training.compiling import compile_for_tapes

IMAGES = np.random.default_rng(0).uniform(-1, 1, (10, 28, 28, 1)).astype(np.float32)


def test_it_proves_trains_and_saves(make_gan, make_run):
    gan = make_gan()
    gan = compile_for_tapes(
        gan.generator, gan.discriminator, loss=keras.losses.BinaryCrossentropy(), rate=1e-3, beta_1=0.5
    )
    before = [np.array(network.trainable_variables[0]) for network in gan[:2]]
    run = make_run(DigitsSettings, batch_size=4).on(Provenance("drawn", "a stand-in", "nothing", is_standin=True))
    saved = []
    stopped_by = train_by_tapes(
        run,
        gan,
        IMAGES,
        sketch=Sketch(lambda: gan.generator(np.zeros((12, 5), np.float32), training=False).numpy()),
        save=lambda: saved.append(int(gan.combined.optimizer.iterations)),
        conditions=conditions_of(run, IMAGES),
        earlier=Earlier(None),
        began=0.0,
    )
    assert stopped_by is None and saved == [2 * 3]  # two epochs of three updates, the last of two images
    assert all(np.any(np.array(network.trainable_variables[0]) != old) for network, old in zip(gan[:2], before))
    said = run.screen.console.file.getvalue()
    assert said.index("The tapes are apart") < said.index("Train the GAN model")
