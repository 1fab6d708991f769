import json

import pytest

from assignment.storage.reading import Malformed
from assignment.submission.manifest import FileFacts, Manifest, manifest_json, parse_manifest

MANIFEST = Manifest(
    "ana",
    "fashion",
    5,
    300,
    "finished",
    "Fashion-MNIST",
    False,
    "2026",
    {"keras": "3"},
    (),
    (),
    {"a": FileFacts(1, "x")},
)


def test_a_manifest_is_read_as_it_was_written():
    assert parse_manifest(json.dumps(manifest_json(MANIFEST)).encode()) == MANIFEST


@pytest.mark.parametrize("change", [{"seed": -1}, {"files": {"a": 1}}, {"firstname": "a\nb"}, {"problems": "x"}])
def test_another_shape_is_refused(change):
    with pytest.raises(Malformed):
        parse_manifest(json.dumps({**manifest_json(MANIFEST), **change}).encode())
