import hashlib
import json
import os

import numpy as np
import pytest

from assignment.evaluation import judge_files
from assignment.evaluation.judge_files import FACTS_CHECKSUM, facts_checksum, read_judge, write_judge

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


@pytest.fixture
def stored(make_judge, tmp_path):
    """A judge, and the path that it is written to."""
    path = tmp_path / "judge.npz"
    judge = make_judge(seed=3)
    write_judge(path, judge, {"command": "make it"})
    return judge, path


def test_a_judge_reads_back_bit_for_bit_with_its_facts(stored):
    judge, path = stored
    again = read_judge(path)
    assert again.facts == judge.facts
    pairs = zip(again.judge.classifier.get_weights(), judge.judge.classifier.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    assert path.stat().st_size < 2_000_000


def test_the_facts_have_the_checksum_of_the_weights_and_whatever_else_is_given(stored):
    _, path = stored
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() and facts["command"] == "make it"


def test_a_judge_that_does_not_exist_is_none(tmp_path):
    assert read_judge(tmp_path / "judge.npz") is None


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


def replace_by(content):
    return lambda path: path.write_text(content, encoding="utf-8")


def change_facts(**changes):
    """Change facts together with their checksum, so that only their values can be refused."""

    def change(path):
        facts = {**json.loads(path.read_text(encoding="utf-8")), **changes}
        del facts[FACTS_CHECKSUM]
        path.write_text(json.dumps({**facts, FACTS_CHECKSUM: facts_checksum(facts)}), encoding="utf-8")

    return change


def change_one_digit(path):
    text = path.read_text(encoding="utf-8")
    assert '"accuracy": 0.5' in text
    path.write_text(text.replace('"accuracy": 0.5', '"accuracy": 0.9'), encoding="utf-8")


def change_weights(change):
    """Replace the arrays by changed ones, and record their checksum."""

    def replace_arrays(path):
        with np.load(path) as file:
            arrays = change(dict(file))
        np.savez(path, **arrays)
        change_facts(sha256=hashlib.sha256(path.read_bytes()).hexdigest())(path.with_suffix(".json"))

    return replace_arrays


def replace_with_checksum(path):
    path.write_bytes(b"no arrays")
    change_facts(sha256=hashlib.sha256(b"no arrays").hexdigest())(path.with_suffix(".json"))


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".npz", truncate),
        (".npz", lambda path: path.unlink()),
        (".npz", replace_with_checksum),
        (".npz", change_weights(lambda arrays: {name: array * np.nan for name, array in arrays.items()})),
        (".npz", change_weights(lambda arrays: {name: array * 2 for name, array in arrays.items()})),
        (".npz", change_weights(lambda arrays: {name: array.astype(float) for name, array in arrays.items()})),
        (".npz", change_weights(lambda arrays: {name: array[..., np.newaxis] for name, array in arrays.items()})),
        (".npz", change_weights(lambda arrays: {**arrays, "another": np.zeros(3, np.float32)})),
        (".npz", change_weights(lambda arrays: dict(list(arrays.items())[1:]))),
        pytest.param(".npz", make_pipe, marks=needs_pipes),
        pytest.param(".json", make_pipe, marks=needs_pipes),
        (".json", lambda path: path.unlink()),
        *[
            (".json", replace_by(content))
            for content in ("{", "", "null", "[]", "{}", '"text"', "1e999", "[" * 200_000)
        ],
        *[(".json", change_facts(accuracy=value)) for value in ("x", None, 7, [0.99])],
        (".json", change_one_digit),
        (".json", change_facts(sha256=None)),
        (".json", change_facts(weights=1.5)),
        (".json", change_facts(weights="0123")),
    ],
)
def test_a_damaged_judge_is_none(stored, suffix, damage):
    _, path = stored
    damage(path.with_suffix(suffix))
    assert read_judge(path) is None


def test_a_file_far_larger_than_any_judge_is_not_read(stored, monkeypatch):
    monkeypatch.setattr(judge_files, "MAX_BYTES", 10)
    assert read_judge(stored[1]) is None
