"""The notebooks: each runs completely, in a kernel of its own; no outputs are kept in the files."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from assignment.foreign.reader import read_contents

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
# A sixth of the drawn training images, so that an epoch is short.
FEWER_IMAGES = "from assignment.data import standin; standin.TRAINING_PER_CLASS = 1_000\n"
PARAMETERS = FEWER_IMAGES + 'FIRSTNAME, EPOCHS, DATA_DIR, DATA = "ana", 1, None, "standin"\n'
TIMEOUT = 600  # seconds for a cell


@pytest.fixture
def execute(tmp_path, monkeypatch):
    """A function that runs a notebook in an empty folder, with drawn images for one epoch, and returns it."""
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))

    def run(path):
        notebook = nbformat.read(path, as_version=4)
        (parameters,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ()))
        parameters.source = PARAMETERS
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=TIMEOUT, resources=resources).execute()
        return notebook

    return run


def outputs_of(notebook):
    """All outputs of the code cells."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_there_is_a_notebook_for_each_sheet():
    assert [path.name.partition("_")[2] for path in NOTEBOOKS] == [
        "fashion.ipynb",
        "conditional.ipynb",
        "digits.ipynb",
        "lecture.ipynb",
        "practices.ipynb",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_file_is_valid_and_has_no_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert outputs_of(notebook) == [] and all(cell.get("execution_count") is None for cell in notebook.cells)
    assert sum("parameters" in cell.metadata.get("tags", ()) for cell in notebook.cells) == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs_completely(execute, path, tmp_path):
    notebook = execute(path)
    pictures = [output for output in outputs_of(notebook) if "image/png" in output.get("data", {})]
    assert len(pictures) >= (1 if path.stem == "5_practices" else 5)
    assert list(tmp_path.rglob("report.html")) and list(tmp_path.rglob("*.h5"))
    printed = [output.text for output in outputs_of(notebook) if output.output_type == "stream"]
    assert not [text for text in printed if "Traceback" in text or "error:" in text]
    if path.stem == "1_fashion":
        assert (tmp_path / "outputs" / "ana" / "fashion" / "explore.html").exists()
        assert "Nothing was written. Add --anyway to submit it all the same." in "".join(printed)


CELL = (
    FEWER_IMAGES
    + """
from assignment import fashion
run = fashion.run(
    "ana", epochs=3, data="standin", seed=1, checkpoint_every=1, evaluation=False, outputs_dir="{0}", models_dir="{0}"
)
print(run.status, run.epochs)
"""
)


@pytest.mark.slow
def test_a_training_that_is_stopped_then_killed_continues_to_the_same_bits(tmp_path, kernel, monkeypatch):
    """The stop button in the first epoch, `kill -9` in the second, and the same cell in a new kernel."""
    monkeypatch.chdir(tmp_path)
    first = kernel()
    first.start(CELL.format("run"))
    first.wait_for("watch")
    first.interrupt()
    assert "interrupted 0" in first.finish()
    first.start(CELL.format("run"))
    first.wait_for("epoch 1/3")
    first.kill()
    second = kernel()
    second.start(CELL.format("run"))
    assert "finished 3" in second.finish()
    second.start(CELL.format("whole"))
    assert "finished 3" in second.finish()
    for name in ("generator_model_ana.h5", "discriminator_model_ana.h5"):
        stopped, whole = (read_contents(tmp_path / folder / name).network for folder in ("run", "whole"))
        for layer, expected in zip(stopped.layers, whole.layers, strict=True):
            for array, expected_array in zip(layer.weights, expected.weights, strict=True):
                np.testing.assert_array_equal(array, expected_array)


class Kernel:
    """A kernel of its own, in which one cell runs at a time."""

    def __init__(self):
        self._manager, self._client = start_new_kernel()
        self._message = ""
        self.output = ""

    def start(self, code):
        self.output = ""
        self._message = self._client.execute(code)

    def wait_for(self, text):
        """Read the outputs until one contains the text."""
        while text not in self.output:
            self._read()

    def finish(self):
        """Read the outputs until the cell has ended; return them."""
        while self._read():
            pass
        return self.output

    def interrupt(self):
        self._manager.interrupt_kernel()

    def kill(self):
        """End the process at once, as a machine that disconnects does."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _read(self):
        """Add the next message to the output; return whether the cell goes on."""
        message = self._client.get_iopub_msg(timeout=TIMEOUT)
        content = message["content"]
        assert message["msg_type"] != "error", content
        self.output += content.get("text", "") + content.get("data", {}).get("text/plain", "")
        is_this_cell = message["parent_header"].get("msg_id") == self._message
        return not (is_this_cell and content.get("execution_state") == "idle")


@pytest.fixture
def kernel(monkeypatch):
    """A function that starts a kernel, which ends with the test."""
    kernels = []
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    yield lambda: kernels.append(Kernel()) or kernels[-1]
    for started in kernels:
        started.kill()
