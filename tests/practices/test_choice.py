import pytest

from assignment.errors import AssignmentError
from assignment.practices.catalogue import CATALOGUE
from assignment.practices.choice import checked_practices, usable_practices


def usable_names(*conflict_keys):
    return {entry.name for entry in usable_practices(*conflict_keys)}


def test_order_and_repetitions_do_not_matter():
    assert checked_practices(["ema", "dropout", "ema"], "fashion") == checked_practices(["dropout", "ema"], "fashion")
    assert checked_practices(["ema", "dropout"], "fashion") == ("dropout", "ema")
    assert checked_practices([]) == ()


@pytest.mark.parametrize(
    ("names", "conflict_keys", "message"),
    [
        (["ema, replay"], ["fashion"], "--practice takes one name, not 'ema, replay'; give the option once for each"),
        (["ema+replay"], ["fashion"], "--practice takes one name, not 'ema+replay'; give the option once for each"),
        (["Hing"], ["fashion"], "there is no practice 'Hing'; did you mean hinge?"),
        (["magic"], ["fashion"], "there is no practice 'magic'; `assignment practices` describes them: hinge, "),
        (
            ["dropout"],
            ["digits"],
            "dropout cannot be used with digits: its discriminator already has dropout.",
        ),
        (["no-dropout"], ["fashion"], "no dropout to remove"),
        (["hinge", "wasserstein"], ["fashion"], "cannot be combined: both replace the losses."),
        (["unrolled", "feature-matching"], ["fashion"], "both replace the generator's loss."),
        (["sgd", "two-time-scale"], ["fashion"], "both replace the learning rates."),
        (["label-smoothing", "hinge"], ["fashion"], "no probabilities to smooth"),
        (["wasserstein", "minibatch-deviation"], ["fashion"], "a batch that is judged together"),
        (["wasserstein", "one-batch"], ["fashion"], "both replace the discriminator's step."),
        (["hinge"], ["conditional", "validity+class"], "two outputs"),
        (["hinge"], ["lecture", "--label-smoothing"], "replaces the loss that would be smoothed"),
    ],
)
def test_conflict_is_refused_with_the_reason(names, conflict_keys, message):
    with pytest.raises(AssignmentError) as refusal:
        checked_practices(names, *conflict_keys)
    assert message in str(refusal.value) and str(refusal.value).endswith((".", "?"))


def test_layers_targets_and_images_can_be_changed_by_several_practices():
    names = ["dropout", "spectral-normalization", "label-smoothing", "noisy-labels", "instance-noise"]
    assert set(checked_practices(names, "fashion")) == set(names)


def test_usable_practices_have_no_conflict_with_the_track():
    assert usable_names("fashion") == {entry.name for entry in CATALOGUE} - {
        "no-dropout",
        "projection",
        "conditional-batch-normalization",
    }
    assert {"one-batch", "dropout"}.isdisjoint(usable_names("lecture"))
