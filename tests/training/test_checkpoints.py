import hashlib

import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.training import checkpoints
from assignment.training.checkpoints import Checkpoint, Checkpoints, gather, restore
from assignment.training.loop import Place, Row
from assignment.training.steps import Losses, compiled_update


def make(epochs, updates=0, value=0.5):
    """A checkpoint after `epochs` epochs and `updates` updates of the next."""
    rows = [Row(epoch, 0.1, 1 / 3, 0.3, 0.7, updates=3, seconds=1.5) for epoch in range(1, epochs + 1)]
    losses = [Losses(np.float32(0.1), np.float32(1 / 3), np.float32(2.5e-8))] * updates
    place = Place(epochs + 1, losses, seconds=0.25 * updates)
    frames = np.full((epochs + 1, 12, 28, 28, 1), value, np.float32)
    notes = [{"judge_fid": 1 / 3}, *[{"variety": 0.5}] * epochs]
    facts = {"seed": 1, "firstname": "Ана"}, {"keras": "3"}
    return Checkpoint(*facts, place, rows, notes, frames, {"weights_00": frames[0]})


@pytest.fixture
def store(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "checkpoints").iterdir())


@pytest.mark.parametrize("written", [make(0, 1), make(2), make(135, 30)])
def test_it_reads_back_bit_for_bit(store, written):
    store.save(written)
    read, damaged = store.latest()
    assert read._replace(frames=0, networks=0) == written._replace(frames=0, networks=0) and damaged == []
    np.testing.assert_array_equal(read.frames, written.frames)
    assert read.frames.dtype == np.float32 and read.networks.keys() == written.networks.keys()
    np.testing.assert_array_equal(read.networks["weights_00"], written.networks["weights_00"])
    assert all(isinstance(row, Row) for row in read.rows)
    assert all(isinstance(losses, Losses) for losses in read.place.losses)


def test_the_last_two_are_kept(store, tmp_path):
    for written in (make(5), make(10), make(12, 7), make(15)):
        store.save(written)
    assert files(tmp_path) == [
        "epoch_0012_update_0007.npz",
        "epoch_0012_update_0007.sha256",
        "epoch_0015.npz",
        "epoch_0015.sha256",
    ]
    assert store.latest()[0].epochs_done == 15


def test_the_newest_is_the_one_that_went_furthest(store):
    for written in (make(9_999), make(10_000), make(10_000, 2), make(10_000, 10)):
        store.save(written)
    assert [path.name for path in store.whole()] == ["epoch_10000_update_0010.npz", "epoch_10000_update_0002.npz"]


def test_the_sum_is_in_the_format_of_sha256sum(store, tmp_path):
    path = store.save(make(5))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.with_suffix(".sha256").read_text() == f"{digest}  epoch_0005.npz\n"


def test_no_checkpoint_is_no_error(store):
    assert store.latest() == (None, []) and store.whole() == []


def test_a_half_written_one_is_never_chosen(store, tmp_path):
    store.save(make(5))
    path = store.save(make(10))
    path.with_suffix(".sha256").unlink()  # killed before the sum was written
    assert store.latest()[0].epochs_done == 5 and store.latest()[1] == [path]
    store.save(make(10, value=0.25))
    assert store.latest()[0].frames.max() == 0.25
    assert files(tmp_path) == ["epoch_0005.npz", "epoch_0005.sha256", "epoch_0010.npz", "epoch_0010.sha256"]


@pytest.mark.parametrize("suffix", [".npz", ".sha256"])
@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_one_is_not_used_and_said(store, suffix, tenth):
    store.save(make(5))
    path = store.save(make(10))
    torn = path.with_suffix(suffix)
    content = torn.read_bytes()
    torn.write_bytes(content[: len(content) * tenth // 10])
    read, damaged = store.latest()
    assert read.epochs_done == 5 and damaged == [path]


def test_a_flipped_byte_is_found_wherever_it_is(store):
    store.save(make(5))
    path = store.save(make(1 + 5))
    for damaged_file in (path, path.with_suffix(".sha256")):
        content = damaged_file.read_bytes()
        for position in np.linspace(0, len(content) - 1, 50).astype(int):
            torn = bytearray(content)
            torn[position] ^= 1 << position % 8
            damaged_file.write_bytes(torn)
            read, damaged = store.latest()
            assert read.epochs_done == 5 and damaged == [path], position
        damaged_file.write_bytes(content)
    assert store.latest()[0].epochs_done == 6


def test_without_an_undamaged_one_it_is_an_error_not_a_restart(store):
    for path in (store.save(make(5)), store.save(make(10))):
        path.write_bytes(b"")
    with pytest.raises(AssignmentError, match="epoch_0010.npz, .*epoch_0005.npz.*--fresh"):
        store.latest()


def test_a_damaged_one_does_not_push_out_a_good_one(store, tmp_path):
    for written in (make(5), make(10)):
        path = store.save(written)
    path.write_bytes(b"")
    store.save(make(6, 2))
    assert [path.name for path in store.whole()] == ["epoch_0006_update_0002.npz", "epoch_0005.npz"]


def test_a_write_that_fails_leaves_the_earlier_ones(store, tmp_path, monkeypatch):
    store.save(make(5))
    store.save(make(10))
    before = files(tmp_path)

    def full(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.np, "savez", full)
    with pytest.raises(OSError):
        store.save(make(15))
    assert files(tmp_path) == before and store.latest()[0].epochs_done == 10


def test_a_gan_goes_on_as_if_it_had_never_stopped(make_gan, batches):
    gan, other = make_gan(), make_gan()
    update, other_update = compiled_update(gan), compiled_update(other)
    for number in range(3):
        update(*batches(4, number))
    restore(other, gather(gan))
    for name, values in gather(gan).items():
        np.testing.assert_array_equal(values, gather(other)[name])
    assert [float(loss) for loss in update(*batches(4, 3))] == [float(loss) for loss in other_update(*batches(4, 3))]
    for name, values in gather(gan).items():
        np.testing.assert_array_equal(values, gather(other)[name], err_msg=name)


def test_all_that_training_changes_is_gathered(make_gan, batches):
    gan = make_gan()
    update = compiled_update(gan)
    before = gather(gan)
    update(*batches(4))
    same = {name for name, values in gather(gan).items() if np.array_equal(values, before[name])}
    assert len(same) == 2 and {name[:-3] for name in same} == {"generator_optimizer", "discriminator_optimizer"}
    assert {float(before[name]) for name in same} == {np.float32(2e-4)}, "the learning rates stay, all else moves"


def test_other_networks_are_refused_and_nothing_is_changed(make_gan, batches):
    gan = make_gan()
    compiled_update(gan)
    networks = gather(gan)
    before = {name: values.copy() for name, values in networks.items()}
    networks["generator_00"] = np.zeros((5, 5), np.float32)
    with pytest.raises(AssignmentError, match="other networks"):
        restore(gan, {**networks, "discriminator_00": before["discriminator_00"] + 1})
    for name, values in gather(gan).items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.parametrize("facts", ["no json", "{}"])
def test_another_versions_checkpoint_is_an_error_not_a_traceback(store, monkeypatch, facts):
    monkeypatch.setattr(checkpoints, "_facts", lambda checkpoint: np.frombuffer(facts.encode(), np.uint8))
    store.save(make(5))
    with pytest.raises(AssignmentError, match="epoch_0005.npz was written by a version that keeps other things"):
        store.latest()
