"""The examples of docs/python.md run, with few drawn images and one epoch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "python.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_examples():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
@pytest.mark.filterwarnings("ignore:The images are a drawn stand-in")
def test_the_example_runs(number, few_trousers, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(EXAMPLES[number].replace("epochs=20", "epochs=1"), namespace)  # an example of our own page
    printed = capsys.readouterr().out
    for comment in re.findall(r"print\(.*\)  # (.*)", EXAMPLES[number]):
        assert comment in printed
