import pytest

from assignment.errors import AssignmentError
from assignment.practices.catalogue import CATALOGUE
from assignment.practices.choice import checked_practices, usable


def test_the_order_and_repetitions_do_not_matter():
    assert checked_practices(["ema", "dropout", "ema"], "fashion") == checked_practices(["dropout", "ema"], "fashion")
    assert checked_practices(["ema", "dropout"], "fashion") == ("dropout", "ema")
    assert checked_practices([]) == ()


@pytest.mark.parametrize(
    ("names", "circumstances", "said"),
    [
        (["ema, replay"], ["fashion"], "--practice takes one name, not 'ema, replay'; give it once for each"),
        (["Hing"], ["fashion"], "there is no practice 'Hing'; perhaps you mean hinge."),
        (["magic"], ["fashion"], "no practice 'magic'; `assignment practices` lists them"),
        (["dropout"], ["digits"], "cannot be used with digits: its discriminator has dropout already"),
        (["no-dropout"], ["fashion"], "no dropout to remove"),
        (["hinge", "wasserstein"], ["fashion"], "cannot go together: both replace the losses"),
        (["unrolled", "feature-matching"], ["fashion"], "both replace the generator's objective"),
        (["sgd", "two-time-scale"], ["fashion"], "both replace the learning rates"),
        (["label-smoothing", "hinge"], ["fashion"], "no probabilities to smooth"),
        (["wasserstein", "minibatch-deviation"], ["fashion"], "a batch that is judged together"),
        (["wasserstein", "one-batch"], ["fashion"], "both replace the discriminator's steps"),
        (["hinge"], ["conditional", "validity+class"], "two answers"),
        (["hinge"], ["lecture", "--label-smoothing"], "replaces the loss that is smoothed"),
    ],
)
def test_what_cannot_go_together_is_refused_with_the_reason(names, circumstances, said):
    with pytest.raises(AssignmentError) as refused:
        checked_practices(names, *circumstances)
    assert said in str(refused.value) and str(refused.value).endswith(".")


def test_layers_and_targets_can_be_changed_by_several():
    names = ["dropout", "spectral-normalisation", "label-smoothing", "noisy-labels", "instance-noise"]
    assert set(checked_practices(names, "fashion")) == set(names)


def test_what_a_track_can_use():
    names = {practice.name for practice in usable("fashion")}
    assert len(names) == len(CATALOGUE) - 1 and "no-dropout" not in names
    assert {"one-batch", "dropout"}.isdisjoint({practice.name for practice in usable("lecture")})
