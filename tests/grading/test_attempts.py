from assignment.grading.arrivals import Attempt, Item, Submission
from assignment.grading.attempts import order_attempts
from assignment.grading.platforms import Owner


def labels(*attempts):
    return [attempt.label for attempt in order_attempts(Submission("k", Owner("", "", "ana"), attempts))]


def test_canvas_numbers_order_attempts(tmp_path):
    first, second = (
        Attempt((Item(name, tmp_path / name, upload=upload),)) for name, upload in (("b.zip", 5), ("a.zip", 9))
    )
    assert labels(first, second) == labels(second, first) == ["a.zip", "b.zip"]


def test_the_time_in_the_record_orders_attempts(make_submission, run_record, attempt_of, tmp_path):
    old = make_submission("b.zip", run_record(written="2026-11-01T00:00:00+00:00"))
    new = make_submission("a.zip", run_record(written="2026-11-02T00:00:00+00:00"))
    damaged = tmp_path / "c.zip"
    damaged.write_bytes(b"PK")
    assert labels(*map(attempt_of, (old, damaged, new))) == ["a.zip", "b.zip", "c.zip"]


def test_a_record_among_loose_files_is_read_too(make_submission, run_record, attempt_of, tmp_path):
    archive = make_submission("a.zip", run_record(written="2026-11-01T00:00:00+00:00"))
    loose = tmp_path / "run.json"
    loose.write_text('{"written": "2026-11-03T00:00:00+00:00"}', encoding="utf-8")
    assert labels(attempt_of(archive), attempt_of(loose)) == ["run.json", "a.zip"]
    loose.write_text("[]", encoding="utf-8")
    assert labels(attempt_of(archive), attempt_of(loose)) == ["a.zip", "run.json"]


def test_attempts_in_the_zip_file_of_a_class_are_ordered_in_the_same_way(make_submission, run_record, tmp_path):
    import zipfile

    old = make_submission("b.zip", run_record(written="2026-11-01T00:00:00+00:00"))
    new = make_submission("a.zip", run_record(written="2026-11-02T00:00:00+00:00"))
    outer = tmp_path / "class.zip"
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (old, new):
            archive.write(path, path.name)
        attempts = [Attempt((Item(entry.filename, outer, entry),)) for entry in archive.infolist()]
    assert labels(*attempts) == ["a.zip", "b.zip"]


def test_a_damaged_stream_is_no_record(make_submission, attempt_of, tmp_path):
    import zipfile

    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", "x" * 5_000)
    content = bytearray(path.read_bytes())
    content[38:46] = b"\xff" * 8
    path.write_bytes(content)
    assert labels(attempt_of(path), attempt_of(make_submission())) == ["submission_fashion_ana.zip", "x.zip"]
