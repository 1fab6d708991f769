import json

from assignment.foreign import child


def test_the_answer_is_a_description_a_reason_or_nothing(tmp_path, generator_file):
    assert child.answer(generator_file)["contents"]["keras"] == "3.15.1"
    path = tmp_path / "x.h5"
    path.write_bytes(b"text")
    assert child.answer(path) == {"refused": "it is not a file of Keras (.h5 or .keras)"}
    path.write_bytes(generator_file.read_bytes()[:1_000])
    assert child.answer(path) == {}


def test_the_answer_is_printed_as_json(generator_file, capsys, monkeypatch):
    monkeypatch.setattr(child, "_limit", lambda: None)
    child.main(str(generator_file))
    printed = json.loads(capsys.readouterr().out)
    assert printed["contents"]["network"]["name"] == "generator_model_ana"
