"""Fixtures for the tests of the page that runs a generator."""

import base64

import keras
import numpy as np
import pytest

from assignment.explorer.page import WORKER_SCRIPTS, read_scripts
from assignment.explorer.program import compile_network
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.reader import read_contents
from assignment.training.export import export_h5

METADATA = ModelMetadata("fashion", "ana", 1, "a stand-in")
# Runs every example of every case: [description, weights in base64, [example, ...]] with an example's inputs.
COMPUTE = """
const [cases, processor, done] = arguments;
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
(async () => {
  const answers = [];
  for (const [program, weights, examples] of cases) {
    const engine = new Engine(program, bytes(weights));
    const network = processor === "webgpu" ? await gpuEngine(program, bytes(weights), engine, true) : engine;
    if (!network) throw new Error("no WebGPU");
    const outputs = [];
    for (const inputs of examples) outputs.push((await network.run(inputs)).map((values) => Array.from(values)));
    answers.push(outputs);
  }
  return answers;
})().then(done, (error) => done(`${error}`));
"""


@pytest.fixture
def table(tmp_path):
    """A function that returns the table of a Keras network, as its saved file has it."""

    def read(model):
        path = tmp_path / "network.h5"
        export_h5(model, path, METADATA)
        return read_contents(path).network

    return read


@pytest.fixture
def randomized():
    """A function that gives all weights of a network values other than the first ones, and returns it."""

    def randomize(model: keras.Model) -> keras.Model:
        random = np.random.default_rng(0)
        for weight in model.weights:
            weight.assign(np.abs(random.normal(0.5, 0.2, weight.shape)))
        return model

    return randomize


@pytest.fixture
def compute(tmp_path, table):
    """A function that computes networks in a browser.

    It takes the browser, (network, inputs) pairs and the processor, and returns the outputs of each network, an array
    (n, values) for each output.
    """

    def run(browser, cases, processor="javascript"):
        page = tmp_path / "engine.html"
        page.write_text(f"<script>{read_scripts(*WORKER_SCRIPTS)}</script>", encoding="utf-8")
        browser.get(page.as_uri())
        sent = []
        for model, inputs in cases:
            program = compile_network(table(model))
            examples = [[array[number].ravel().tolist() for array in inputs] for number in range(len(inputs[0]))]
            sent.append([program.description, base64.b64encode(program.weights).decode(), examples])
        answers = browser.execute_async_script(COMPUTE, sent, processor)
        assert isinstance(answers, list), answers
        return [[np.array(values) for values in zip(*outputs)] for outputs in answers]

    return run
