import json
from dataclasses import replace

import pytest

from assignment.grading.evidence import NetworkFacts
from assignment.grading.records import agreement, history, read_records, real_images
from assignment.storage.files import sha256

NETWORKS = [
    NetworkFacts("generator_model_ana.h5", "generator", "3.15.1", "a", "ana", 5, 2),
    NetworkFacts("discriminator_model_ana.h5", "discriminator", "3.15.1", "b", "ana", 5, 2),
]


@pytest.fixture
def files(tmp_path, run_record):
    """A function that writes the files of a run; returns them by name."""

    def make(history="epoch,loss\n1,0.5\n2,0.4\n", manifest=None, **changes):
        network = tmp_path / "generator_model_ana.h5"
        network.write_bytes(b"weights")
        contents = {"run.json": json.dumps(run_record([network], **changes)), "history.csv": history}
        if manifest:
            contents["manifest.json"] = json.dumps(manifest)
        for name, text in contents.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return {path.name: path for path in tmp_path.iterdir()}

    return make


def answers(files, networks=NETWORKS):
    return [answer.answer for answer in agreement(read_records(files), files, networks)]


def test_a_run_that_agrees_with_its_files(files):
    found = files()
    records = read_records(found)
    assert real_images(records).answer is True and history(records).answer is True
    assert answers(found) == [True, True, True]
    assert records.recorded["seed"] == "5" and records.recorded["epochs"] == "2"


def test_a_changed_file_is_named(files):
    found = files()
    found["generator_model_ana.h5"].write_bytes(b"others")
    (answer, *_) = agreement(read_records(found), found, NETWORKS)
    assert answer.answer is False and answer.found == "changed after the run: generator_model_ana.h5"


@pytest.mark.parametrize(("change", "found"), [({"seed": 6}, "seed 6, epoch 2"), ({"epoch": 1}, "seed 5, epoch 1")])
def test_a_network_of_another_run_is_named(files, change, found):
    networks = [replace(NETWORKS[0], **change)]
    paths = files()
    answer = agreement(read_records(paths), paths, networks)[1]
    assert answer.answer is False and answer.found == found and answer.requirement.endswith("(seed 5, epoch 2)")


def test_a_network_of_another_program_could_not_be_checked(files):
    assert answers(files(), [replace(NETWORKS[0], firstname="")]) == [True, None]


def test_the_manifest_names_the_first_name_and_checksums(files):
    manifest = {
        **{"firstname": "ana", "track": "fashion", "seed": 5, "epochs": 2, "status": "finished", "images": "x"},
        **{"is_standin": False, "written": "", "versions": {}, "problems": [], "left_out": []},
    }
    found = files()
    manifest["files"] = {"history.csv": {"bytes": 1, "sha256": sha256(found["history.csv"])}}
    assert answers(files(manifest=manifest)) == [True, True, True, True]
    assert answers(files(manifest={**manifest, "firstname": "bo"})) == [True, True, True, False]
    manifest["files"]["history.csv"]["sha256"] = "0"
    assert answers(files(manifest=manifest)) == [False, True, True, True]


@pytest.mark.parametrize(
    ("text", "answer"), [("epoch,loss\n1,0.5\n", False), ("epoch,loss\n2,1\n1,1\n", False), ("\0", False)]
)
def test_a_history_of_another_length_or_order_is_no(files, text, answer):
    assert history(read_records(files(history=text))).answer is answer


def test_the_stand_in_is_no_and_without_a_record_nothing_can_be_said(files):
    assert real_images(read_records(files(standin=True))).answer is False
    nothing = read_records({})
    assert (real_images(nothing).answer, history(nothing).answer, nothing.recorded) == (None, None, {})
    assert [answer.answer for answer in agreement(nothing, {}, NETWORKS)] == [None]
