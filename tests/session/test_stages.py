import signal
from dataclasses import replace

import numpy as np
import pytest

from assignment.conditional.track import TRACK as CONDITIONAL
from assignment.data import sources
from assignment.digits.track import TRACK as DIGITS
from assignment.fashion.track import TRACK as FASHION
from assignment.foreign.metadata import ModelMetadata
from assignment.lecture.track import TRACK as LECTURE
from assignment.practices.stack import PracticeStack
from assignment.session import stages
from assignment.session.stages import (
    grid_noise,
    make_discriminator,
    make_gan,
    make_generator,
    model_metadata,
    proof_batch,
)
from assignment.session.track import TrainingData
from assignment.settings.tracks import ConditionalSettings, DigitsSettings, FashionSettings, LectureSettings

IMAGES = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28, 1)).astype(np.float32)
DATA = TrainingData(IMAGES, np.arange(12, dtype=np.uint8) % 10, sources.MNIST, None)
TRACKS = {
    FashionSettings: FASHION,
    ConditionalSettings: CONDITIONAL,
    DigitsSettings: DIGITS,
    LectureSettings: LECTURE,
}

pytestmark = pytest.mark.usefixtures("quick_figures")


@pytest.mark.parametrize("settings_class", TRACKS)
def test_the_freeze_is_proved_and_the_proof_printed_for_every_track(make_run, printed, settings_class):
    track, run = TRACKS[settings_class], make_run(settings_class, batch_size=4)
    gan, _, proof = make_gan(track, make_generator(track, run), make_discriminator(track, run), DATA, run)
    assert [check.changed for check in proof] == [True, False, False, True]
    cells = [[cell.strip() for cell in line.split("│")] for line in printed(run).splitlines() if "│" in line]
    assert [row[-2] for row in cells][-4:] == ["yes", "no", "no", "yes"]
    uses_tapes = settings_class in (DigitsSettings, LectureSettings)
    claim = "The gradient tapes are separate" if uses_tapes else "The freeze holds"
    assert claim in printed(run) and "discriminator: binary_crossentropy" in printed(run).replace("smoothed_", "")
    assert gan.is_conditional == (settings_class is ConditionalSettings)


def test_an_interrupt_during_the_proof_is_neither_lost_nor_a_bug(make_run, monkeypatch):
    def interrupted_proof(*batch, hint):
        signal.raise_signal(signal.SIGINT)
        return [completed.append("proof")]

    completed = []
    monkeypatch.setattr(stages, "prove_freeze", interrupted_proof)
    run = make_run(batch_size=4)
    with pytest.raises(KeyboardInterrupt):
        make_gan(FASHION, make_generator(FASHION, run), make_discriminator(FASHION, run), DATA, run)
    assert completed == ["proof"]


def test_the_proof_batch_of_a_conditional_gan_has_labels(make_run):
    run = make_run(ConditionalSettings, batch_size=32)
    settings = run.settings
    gan = CONDITIONAL.compile_gan(
        CONDITIONAL.build_generator(settings, "float32"), CONDITIONAL.build_discriminator(settings, "float32"), settings
    )
    images, noise, real_labels, fake_labels = proof_batch(gan, DATA, run)
    assert images.shape == (12, 28, 28, 1) and noise.shape == (12, 100)
    assert real_labels[:, 0].tolist() == fake_labels[:, 0].tolist() == [*range(10), 0, 1]
    assert real_labels.dtype == fake_labels.dtype == np.int32


def test_the_noise_of_the_grids_is_transformed_by_the_practices(make_run):
    run = make_run()
    plain = grid_noise(FASHION, run)
    uniform = grid_noise(FASHION, replace(run, practices=PracticeStack(["uniform-noise"])))
    assert np.abs(plain).max() > 1 > np.abs(uniform).max()


def test_the_metadata_of_a_model_describe_its_run(make_run, standin):
    run = make_run(firstname="ana", seed=3, practice=["ema"], provenance=standin)
    assert model_metadata(run, ["0", "1"]) == ModelMetadata(
        track="fashion",
        firstname="ana",
        seed=3,
        images=standin.caption,
        classes=("0", "1"),
        practices=("ema",),
        epochs=2,
        batch_size=40,
        standin=True,
    )
