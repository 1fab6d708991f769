import hashlib
import os
import shutil

import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import sha256
from assignment.training import checkpoint_file, checkpoints
from assignment.training.checkpoints import Checkpoints, gather, restore
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses, build_optimizers, compiled_update


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "checkpoints"


@pytest.fixture
def store(folder):
    return Checkpoints(folder)


def file_names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("epochs", "updates"), [(0, 1), (2, 0), (135, 30)])
def test_checkpoint_reads_back_bit_for_bit(store, make_checkpoint, epochs, updates):
    written = make_checkpoint(epochs, updates)
    store.save(written)
    read, damaged = store.latest()
    assert read._replace(frames=0, variables=0) == written._replace(frames=0, variables=0) and damaged == []
    np.testing.assert_array_equal(read.frames, written.frames)
    assert read.frames.dtype == np.float32 and read.variables.keys() == written.variables.keys()
    np.testing.assert_array_equal(read.variables["weights_00"], written.variables["weights_00"])
    assert all(isinstance(row, Row) for row in read.rows)
    assert all(isinstance(losses, Losses) for losses in read.position.losses)


def test_last_two_checkpoints_are_kept(store, make_checkpoint, folder):
    for epochs, updates in ((5, 0), (10, 0), (12, 7), (15, 0)):
        store.save(make_checkpoint(epochs, updates))
    assert file_names(folder) == [
        "epoch_0012_update_0007.npz",
        "epoch_0012_update_0007.sha256",
        "epoch_0015.npz",
        "epoch_0015.sha256",
    ]
    assert store.latest()[0].epochs_done == 15


def test_newest_checkpoint_is_the_one_with_most_updates(store, make_checkpoint):
    for epochs, updates in ((9_999, 0), (10_000, 0), (10_000, 2), (10_000, 10)):
        store.save(make_checkpoint(epochs, updates))
    assert [path.name for path in store.complete()] == ["epoch_10000_update_0010.npz", "epoch_10000_update_0002.npz"]


def test_checksum_has_the_format_of_sha256sum(store, make_checkpoint):
    path = store.save(make_checkpoint(5))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.with_suffix(".sha256").read_text() == f"{digest}  epoch_0005.npz\n"


def test_folder_without_checkpoints_is_not_an_error(store):
    assert store.latest() == (None, []) and store.complete() == []


def test_other_files_are_no_checkpoints(store, make_checkpoint, folder):
    store.save(make_checkpoint(5))
    (folder / "other.npz").write_bytes(b"")
    assert [path.name for path in store.complete()] == ["epoch_0005.npz"]
    assert store.latest()[1] == []


def test_checkpoint_without_a_checksum_is_never_used(store, make_checkpoint, folder):
    store.save(make_checkpoint(5))
    path = store.save(make_checkpoint(10))
    path.with_suffix(".sha256").unlink()  # as if killed before the checksum was written
    newest, damaged = store.latest()
    assert newest.epochs_done == 5 and damaged == [path]
    store.save(make_checkpoint(10, value=0.25))
    assert store.latest()[0].frames.max() == 0.25
    assert file_names(folder) == ["epoch_0005.npz", "epoch_0005.sha256", "epoch_0010.npz", "epoch_0010.sha256"]


@pytest.mark.parametrize("suffix", [".npz", ".sha256"])
@pytest.mark.parametrize("tenths", range(10))
def test_truncated_checkpoint_is_not_used_but_reported(store, make_checkpoint, suffix, tenths):
    store.save(make_checkpoint(5))
    path = store.save(make_checkpoint(10))
    truncated = path.with_suffix(suffix)
    content = truncated.read_bytes()
    truncated.write_bytes(content[: len(content) * tenths // 10])
    newest, damaged = store.latest()
    assert newest.epochs_done == 5 and damaged == [path]


def test_flipped_bit_is_detected_anywhere_in_the_file(store, make_checkpoint):
    store.save(make_checkpoint(5))
    path = store.save(make_checkpoint(6))
    for changed_file in (path, path.with_suffix(".sha256")):
        content = changed_file.read_bytes()
        for position in np.linspace(0, len(content) - 1, 50).astype(int):
            changed = bytearray(content)
            changed[position] ^= 1 << position % 8
            changed_file.write_bytes(changed)
            newest, damaged = store.latest()
            assert newest.epochs_done == 5 and damaged == [path], position
        changed_file.write_bytes(content)
    assert store.latest()[0].epochs_done == 6


def test_error_instead_of_a_restart_if_all_checkpoints_are_damaged(store, make_checkpoint):
    for path in (store.save(make_checkpoint(5)), store.save(make_checkpoint(10))):
        path.write_bytes(b"")
    with pytest.raises(AssignmentError, match="epoch_0010.npz, .*epoch_0005.npz.*--fresh"):
        store.latest()


def test_damaged_checkpoint_does_not_displace_an_undamaged_one(store, make_checkpoint):
    for epochs in (5, 10):
        path = store.save(make_checkpoint(epochs))
    path.write_bytes(b"")
    store.save(make_checkpoint(6, 2))
    assert [path.name for path in store.complete()] == ["epoch_0006_update_0002.npz", "epoch_0005.npz"]


def test_failed_write_keeps_the_earlier_checkpoints(store, make_checkpoint, folder, monkeypatch):
    store.save(make_checkpoint(5))
    store.save(make_checkpoint(10))
    before = file_names(folder)

    def fail(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_file.np, "savez", fail)
    with pytest.raises(OSError):
        store.save(make_checkpoint(15))
    assert file_names(folder) == before and store.latest()[0].epochs_done == 10


def test_restored_gan_continues_bit_for_bit(make_gan, batches):
    gan, other = make_gan(), make_gan()
    update, other_update = compiled_update(gan), compiled_update(other)
    for number in range(3):
        update(*batches(4, number))
    restore(other, gather(gan))
    for name, value in gather(gan).items():
        np.testing.assert_array_equal(value, gather(other)[name])
    assert [float(loss) for loss in update(*batches(4, 3))] == [float(loss) for loss in other_update(*batches(4, 3))]
    for name, value in gather(gan).items():
        np.testing.assert_array_equal(value, gather(other)[name], err_msg=name)


def test_all_variables_that_training_changes_are_gathered(make_gan, batches):
    gan = make_gan()
    update = compiled_update(gan)
    before = gather(gan)
    update(*batches(4))
    unchanged = {name for name, value in gather(gan).items() if np.array_equal(value, before[name])}
    # Only the two learning rates do not change.
    assert len(unchanged) == 2
    assert {name[:-3] for name in unchanged} == {"generator_optimizer", "discriminator_optimizer"}
    assert {float(before[name]) for name in unchanged} == {np.float32(2e-4)}


def test_variables_of_other_networks_are_refused_and_none_is_changed(make_gan):
    gan = make_gan()
    build_optimizers(gan)
    before = {name: value.copy() for name, value in gather(gan).items()}
    other_shape = np.zeros((5, 5), np.float32)
    other_value = before["discriminator_00"] + 1
    with pytest.raises(AssignmentError, match="other networks"):
        restore(gan, {**before, "generator_00": other_shape, "discriminator_00": other_value})
    for name, value in gather(gan).items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("suffix", [".npz", ".sha256"])
def test_pipes_and_folders_are_no_checkpoints(store, make_checkpoint, folder, suffix):
    store.save(make_checkpoint(5))
    path = store.save(make_checkpoint(10)).with_suffix(suffix)
    for make in (os.mkfifo, os.mkdir):
        path.unlink(missing_ok=True)
        make(path)
        newest, damaged = store.latest()
        assert newest.epochs_done == 5 and damaged == [path.with_suffix(".npz")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_checksum_whose_checkpoint_is_a_pipe_or_missing_is_damage_and_no_new_start(store, make_checkpoint, folder):
    path = store.save(make_checkpoint(5))
    path.unlink()
    for make in (lambda path: None, os.mkfifo):
        make(path)
        with pytest.raises(AssignmentError, match="epoch_0005.npz.*restore these files from a copy"):
            store.latest()


def test_the_users_files_are_kept(store, make_checkpoint, folder):
    folder.mkdir()
    for name in ("notes.npz", "epoch_0005 (copy).npz", "epoch_5.npz"):
        (folder / name).touch()
    (folder / ".ipynb_checkpoints").mkdir()
    for epochs in (5, 10, 15):
        store.save(make_checkpoint(epochs))
    assert {"notes.npz", "epoch_0005 (copy).npz", "epoch_5.npz", ".ipynb_checkpoints"} < set(file_names(folder))


def test_checkpoint_is_written_into_a_folder_that_was_deleted(store, make_checkpoint, folder):
    assert not store.has(Position(6))
    store.save(make_checkpoint(5))
    assert store.has(Position(6)) and not store.has(Position(6, [Losses(0, 0, 0)]))
    shutil.rmtree(folder)
    assert not store.has(Position(6))
    store.save(make_checkpoint(6))
    assert store.latest()[0].epochs_done == 6


def test_newest_checkpoint_does_not_depend_on_the_clock(store, make_checkpoint):
    for epochs in (5, 10):
        path = store.save(make_checkpoint(epochs))
        os.utime(path, (2_000_000_000 - epochs, 2_000_000_000 - epochs))
    assert store.latest()[0].epochs_done == 10


def test_variables_of_another_type_are_refused(make_gan):
    gan = make_gan()
    build_optimizers(gan)
    values = gather(gan)
    with pytest.raises(AssignmentError, match="other networks"):
        restore(gan, {**values, "generator_00": values["generator_00"].astype(np.float64)})
    restore(gan, values)


def test_file_far_larger_than_any_checkpoint_is_not_hashed(store, make_checkpoint, monkeypatch):
    monkeypatch.setattr(checkpoints, "MAX_BYTES", store.save(make_checkpoint(5)).stat().st_size)
    path = store.save(make_checkpoint(10))
    monkeypatch.setattr(checkpoints, "sha256", lambda one: pytest.fail("it was read") if one == path else sha256(one))
    newest, damaged = store.latest()
    assert newest.epochs_done == 5 and damaged == [path]
