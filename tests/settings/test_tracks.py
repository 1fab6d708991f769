from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.tracks import (
    TRACKS,
    ConditionalSettings,
    DigitsSettings,
    FashionSettings,
    LectureSettings,
    settings_from,
)


def test_the_defaults_of_the_fashion_track_are_the_sheets():
    settings = FashionSettings("ana")
    assert (settings.epochs, settings.batch_size, settings.grid_every) == (300, 128, 50)
    assert (settings.seed, settings.precision, settings.data, settings.data_dir) == (1, "auto", "auto", None)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("epochs", 0, "--epochs"),
        ("epochs", -3, "--epochs"),
        ("batch_size", 0, "--batch-size"),
        ("batch_size", True, "--batch-size"),
        ("batch_size", 12.0, "--batch-size"),
        ("grid_every", 0, "--grid-every"),
        ("checkpoint_every", 0, "--checkpoint-every"),
        ("epochs", 1_000_001, "--epochs"),
        ("seed", 2**64, "--seed"),
        ("seed", -1, "--seed"),
        ("seed", "1", "--seed"),
        ("precision", "float16", "--precision"),
        ("data", "fake", "--data"),
        ("data_dir", 3, "--data-dir"),
        ("outputs_dir", None, "--outputs-dir"),
        ("models_dir", 3, "--models-dir"),
        ("show", "yes", "--show"),
        ("fresh", 1, "--fresh"),
        ("evaluation", 1, "--evaluation"),
        ("finish", 1, "--finish"),
    ],
)
def test_an_invalid_value_is_refused_by_the_name_of_its_option(option, value, message):
    with pytest.raises(AssignmentError, match=message):
        settings_from(FashionSettings, {"firstname": "ana", option: value})


def test_an_unknown_setting_is_refused():
    with pytest.raises(AssignmentError, match="batchsize"):
        settings_from(FashionSettings, {"firstname": "ana", "batchsize": 3})


def test_the_standin_and_a_data_folder_contradict_each_other():
    with pytest.raises(AssignmentError, match="contradict"):
        FashionSettings("ana", data="standin", data_dir=Path("folder"))


@pytest.mark.parametrize("track", TRACKS.values())
def test_quick_holds_valid_settings(track):
    assert settings_from(track, {"firstname": "ana", **track.QUICK}).epochs == track.QUICK["epochs"]


def test_every_track_is_found_by_its_name():
    assert TRACKS == {
        "fashion": FashionSettings,
        "conditional": ConditionalSettings,
        "digits": DigitsSettings,
        "lecture": LectureSettings,
    }


def test_every_track_has_a_title_and_an_epoch_time():
    assert {name: (track.TITLE, track.EPOCH_SECONDS) for name, track in TRACKS.items()} == {
        "fashion": ("The assignment: a GAN that learns trousers", 25.0),
        "conditional": ("The exercise: a conditional GAN", 94.0),
        "digits": ("The MNIST exercise", 86.0),
        "lecture": ("The lecture notebook", 176.0),
    }


@pytest.mark.parametrize(("option", "value"), [("dataset", "cifar"), ("outputs", "class"), ("dataset", None)])
def test_the_conditional_track_refuses_invalid_values(option, value):
    with pytest.raises(AssignmentError, match=f"--{option} takes"):
        ConditionalSettings("ana", **{option: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dataset": "mnist"}, "has no --dataset; --track conditional and --track lecture have it"),
        ({"dataset": "mnist", "outputs": "validity"}, "no --dataset and no --outputs; --track conditional has them"),
        ({"color": "red"}, "no --color; it has --batch-size"),
    ],
)
def test_an_option_of_another_track_is_refused_by_name(options, message):
    with pytest.raises(AssignmentError, match=message):
        settings_from(FashionSettings, {"firstname": "ana", **options})


def test_the_defaults_of_the_lecture_track_are_the_notebooks():
    settings = LectureSettings("ana")
    assert (settings.epochs, settings.batch_size, settings.grid_every) == (50, 256, 10)
    assert (settings.dataset, settings.network, settings.label_smoothing) == ("fashion-mnist", "dcgan", 0)
    assert settings.architecture == ("64,128", 5, 0) and settings.filter_counts == (64, 128)


def test_filters_are_kept_in_one_notation():
    assert LectureSettings("ana", filters=" 32, 064").filters == "32,64"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": "64"}, "--filters"),
        ({"filters": "64,128,256"}, "--filters"),
        ({"filters": "0,8"}, "--filters"),
        ({"filters": "64,x"}, "--filters"),
        ({"filters": "64,²"}, "--filters"),
        ({"filters": 64}, "--filters"),
        ({"filters": "64,2000"}, "--filters"),
        ({"kernel": 1}, "--kernel"),
        ({"kernel": 29}, "--kernel"),
        ({"extra_layers": -1}, "--extra-layers"),
        ({"extra_layers": 17}, "--extra-layers"),
        ({"label_smoothing": 0.5}, "--label-smoothing"),
        ({"label_smoothing": float("nan")}, "--label-smoothing"),
        ({"label_smoothing": "0.1"}, "--label-smoothing"),
        ({"network": "wgan"}, "--network"),
        ({"dataset": "cifar"}, "--dataset"),
        ({"network": "dense", "kernel": 3}, "dense network has none"),
    ],
)
def test_the_lecture_track_refuses_invalid_values_in_one_sentence(options, message):
    with pytest.raises(AssignmentError, match=message) as caught:
        LectureSettings("ana", **options)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_practices_are_kept_once_each_in_the_catalogues_order():
    assert FashionSettings("ana", practice=["ema", "dropout", "ema"]).practice == ("dropout", "ema")
    assert FashionSettings("ana").practice == ()


@pytest.mark.parametrize(
    ("settings", "options", "message"),
    [
        (FashionSettings, {"practice": ["magic"]}, "no practice 'magic'"),
        (DigitsSettings, {"practice": ["one-batch"]}, "with digits"),
        (ConditionalSettings, {"practice": ["hinge"], "outputs": "validity+class"}, "two outputs"),
        (LectureSettings, {"practice": ["label-smoothing"], "label_smoothing": 0.1}, "they are the same"),
    ],
)
def test_a_practice_that_cannot_be_used_is_refused(settings, options, message):
    with pytest.raises(AssignmentError, match=message):
        settings("ana", **options)


def test_folders_can_be_texts():
    settings = FashionSettings("ana", data_dir="data", outputs_dir="out", models_dir="nets")
    assert (settings.data_dir, settings.outputs_dir, settings.models_dir) == (Path("data"), Path("out"), Path("nets"))
