from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.tracks import (
    TRACKS,
    ConditionalSettings,
    DigitsSettings,
    FashionSettings,
    LectureSettings,
    SampleSettings,
    settings_from,
)


def test_the_defaults_are_the_sheets():
    settings = FashionSettings("ana")
    assert (settings.epochs, settings.batch_size, settings.grid_every) == (300, 128, 50)
    assert (settings.seed, settings.precision, settings.data, settings.data_dir) == (1, "auto", "auto", None)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("epochs", 0, "--epochs"),
        ("epochs", -3, "--epochs"),
        ("batch_size", 0, "--batch-size"),
        ("batch_size", True, "--batch-size"),
        ("batch_size", 12.0, "--batch-size"),
        ("grid_every", 0, "--grid-every"),
        ("epochs", 1_000_001, "--epochs"),
        ("seed", 2**64, "--seed"),
        ("seed", -1, "--seed"),
        ("seed", "1", "--seed"),
        ("precision", "float16", "--precision"),
        ("data", "fake", "--data"),
        ("data_dir", "text", "--data-dir"),
        ("outputs_dir", None, "--outputs-dir"),
        ("models_dir", 3, "--models-dir"),
        ("show", "yes", "--show"),
    ],
)
def test_wrong_values_are_refused_by_the_option_they_came_from(option, value, said):
    with pytest.raises(AssignmentError, match=said):
        settings_from(FashionSettings, {"firstname": "ana", option: value})


def test_unknown_settings_are_refused():
    with pytest.raises(AssignmentError, match="batchsize"):
        settings_from(FashionSettings, {"firstname": "ana", "batchsize": 3})


def test_the_standin_and_a_folder_contradict_each_other():
    with pytest.raises(AssignmentError, match="contradict"):
        FashionSettings("ana", data="standin", data_dir=Path("folder"))


@pytest.mark.parametrize("track", TRACKS.values())
def test_quick_holds_settings(track):
    assert settings_from(track, {"firstname": "ana", **track.QUICK}).epochs == track.QUICK["epochs"]


def test_the_tracks_by_name():
    assert TRACKS == {
        "fashion": FashionSettings,
        "conditional": ConditionalSettings,
        "digits": DigitsSettings,
        "lecture": LectureSettings,
    }


@pytest.mark.parametrize(("option", "value"), [("dataset", "cifar"), ("outputs", "class"), ("dataset", None)])
def test_the_conditional_track_refuses_what_it_does_not_know(option, value):
    with pytest.raises(AssignmentError, match=f"--{option} takes"):
        ConditionalSettings("ana", **{option: value})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dataset": "mnist"}, "has no --dataset; --track conditional and --track lecture have it"),
        ({"dataset": "mnist", "outputs": "validity"}, "no --dataset and no --outputs; --track conditional has them"),
        ({"colour": "red"}, "no --colour; it has --batch-size"),
    ],
)
def test_an_option_of_another_track_is_refused_by_name(options, said):
    with pytest.raises(AssignmentError, match=said):
        settings_from(FashionSettings, {"firstname": "ana", **options})


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("count", 0, "--count"), ("count", 1_001, "1 to 1,000"), ("seed", -1, "--seed"), ("track", "cgan", "--track")],
)
def test_samples_of_a_wrong_kind_are_refused(option, value, said):
    with pytest.raises(AssignmentError, match=said):
        SampleSettings("ana", **{option: value})


def test_the_lectures_defaults_are_the_notebooks():
    settings = LectureSettings("ana")
    assert (settings.epochs, settings.batch_size, settings.grid_every) == (50, 256, 10)
    assert (settings.dataset, settings.network, settings.label_smoothing) == ("fashion-mnist", "dcgan", 0)
    assert settings.architecture == ("64,128", 5, 0) and settings.filter_counts == (64, 128)


def test_filters_are_kept_as_they_are_told():
    assert LectureSettings("ana", filters=" 32, 064").filters == "32,64"


@pytest.mark.parametrize(
    ("options", "said"),
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
def test_what_the_lecture_refuses(options, said):
    with pytest.raises(AssignmentError, match=said) as caught:
        LectureSettings("ana", **options)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_practices_are_kept_in_one_order():
    assert FashionSettings("ana", practice=["ema", "dropout", "ema"]).practice == ("dropout", "ema")
    assert FashionSettings("ana").practice == ()


@pytest.mark.parametrize(
    ("settings", "options", "said"),
    [
        (FashionSettings, {"practice": ["magic"]}, "no practice 'magic'"),
        (DigitsSettings, {"practice": ["one-batch"]}, "with digits"),
        (ConditionalSettings, {"practice": ["hinge"], "outputs": "validity+class"}, "two answers"),
        (LectureSettings, {"practice": ["label-smoothing"], "label_smoothing": 0.1}, "they are the same"),
    ],
)
def test_a_practice_that_cannot_be_used_is_refused(settings, options, said):
    with pytest.raises(AssignmentError, match=said):
        settings("ana", **options)
