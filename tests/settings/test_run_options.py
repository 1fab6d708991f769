from pathlib import Path

from assignment.settings.run_options import run_options


def test_options_that_have_their_default_are_left_out():
    assert run_options("ana", "fashion", Path("outputs"), "models") == ["--firstname", "ana"]
    assert run_options("ana", "digits", "out put", Path("m")) == [
        *("--firstname", "ana", "--track", "digits"),
        *("--outputs-dir", "out put", "--models-dir", "m"),
    ]
