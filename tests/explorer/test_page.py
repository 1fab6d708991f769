"""The page as a file; `test_browser.py` checks what a visitor sees."""

import base64
import json
import re

import numpy as np
import pytest

from assignment.explorer.directions import Directions
from assignment.explorer.page import PageFacts
from assignment.explorer.page import render_page as render
from assignment.explorer.program import compile_network
from assignment.fashion.step3_generator import build_generator

FACTS = PageFacts(
    name="generator_model_ana",
    summary="The fashion track, 300 epochs.",
    images="the real ones",
    is_standin=False,
    latent_dim=100,
    typical_length=10.0,
    classes=(),
    gives_probability=True,
)
DIRECTIONS = Directions(np.eye(6, 100), np.array([0.5, 0.2, 0.1, 0.05, 0.04, 0.03]))


def render_page(facts, programs, planes=None):
    return render(facts, programs, DIRECTIONS, np.zeros((3, 100)), planes or {})


@pytest.fixture
def program(table):
    return compile_network(table(build_generator("ana")))


def test_the_sheets_generator_fits_into_7_megabytes_and_is_complete(program):
    page = render_page(FACTS, {"generator": program})
    assert len(page.encode()) < 7e6
    (weights,) = re.findall(r'<script id="weights-generator" type="text/plain">(.*?)</script>', page, re.DOTALL)
    assert base64.b64decode(weights) == program.weights
    (data,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(data)
    assert data["programs"]["generator"] == json.loads(json.dumps(program.description))
    assert np.shape(data["directions"]) == (6, 100) and data["latentDim"] == 100


def test_nothing_is_fetched(program):
    page = render_page(FACTS, {"generator": program})
    assert not re.search(r"https?://|import\(|fetch\(|XMLHttpRequest|<link(?! rel=\"icon\" href=\"data:,\")", page)


def test_texts_cannot_end_the_element_that_they_are_in(program):
    script = "</script><script>document.title = 'broken'</script>"
    facts = FACTS._replace(name=script, summary=script, classes=(script,) * 2)
    page = render_page(facts, {"generator": program})
    assert "<script>document" not in page


def test_a_standin_is_named_as_such(program):
    facts = FACTS._replace(is_standin=True, images="drawn stand-in")
    assert "Not the real images" in render_page(facts, {"generator": program})
    assert "Not the real images" not in render_page(FACTS, {"generator": program})


@pytest.mark.parametrize(("classes", "has_labels"), [((), False), (tuple("0123456789"), True)])
def test_only_a_generator_with_labels_has_a_choice_of_them(program, classes, has_labels):
    page = render_page(FACTS._replace(classes=classes), {"generator": program})
    assert ('name="label"' in page) == has_labels


def test_earlier_epochs_are_pictures_with_a_slider(program):
    page = render_page(FACTS, {"generator": program}, {50: b"first", 300: b"second"})
    assert 'id="epoch" min="0" max="2"' in page and "data:image/png;base64,Zmlyc3Q=" in page
    assert 'id="epoch"' not in render_page(FACTS, {"generator": program})
