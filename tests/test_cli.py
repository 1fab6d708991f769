"""The command line: its output and its exit codes, in another process only where that matters."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from assignment import cli, commands

RUN_ASSIGNMENT = Path(__file__).parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(RUN_ASSIGNMENT.parent)}


@pytest.fixture
def run_python(tmp_path):
    """A function that runs Python with these arguments in an empty folder and returns the completed process."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**ENVIRONMENT, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )

    return run


@pytest.fixture
def run_step(run_python):
    """A function that runs one step on the stand-in in a process, with more options and environment variables."""

    def run(module: str, *options: str, firstname: str = "ana", **environment: str):
        arguments = ["-m", f"assignment.fashion.{module}", "--firstname", firstname, "--data", "standin", *options]
        return run_python(*arguments, **environment)

    return run


def assert_one_sentence(exit_code, output, errors, message):
    assert exit_code == 2
    assert errors.startswith("error: ") and errors.endswith(".\n") and errors.count("\n") == 1
    assert message in errors
    assert "Traceback" not in output + errors


@pytest.fixture
def assert_refused(run_here, capsys):
    """A function that runs a program in this process and checks that it is refused with this message."""

    def check(message: str, *arguments: str, program: str = "assignment"):
        exit_code = run_here(*arguments, program=program)
        output, errors = capsys.readouterr()
        assert_one_sentence(exit_code, output, errors, message)

    return check


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--firstname"),
        (["--firstname"], "--firstname"),
        (["--firstname", ""], "empty"),
        (["--firstname", "../x"], "'.'"),
        (["--firstname", "ana maria"], "' '"),
        (["--firstname", "nul"], "Windows"),
        (["--firstname", "ana", "--batch-size", "0"], "--batch-size"),
        (["--firstname", "ana", "--epochs", "-1"], "--epochs"),
        (["--firstname", "ana", "--checkpoint-every", "0"], "--checkpoint-every"),
        (["--firstname", "ana", "--epochs", "many"], "'many'"),
        (["--firstname", "ana", "--epoch", "3"], "--epoch"),
        (["--firstname", "ana", "--seed", "1.5"], "'1.5'"),
        (["--firstname", "ana", "--precision", "float64"], "float64"),
        (["--firstname", "ana", "--color"], "--color"),
        (["--firstname", "ana", "--outputs-dir", ""], "--outputs-dir"),
        (["--firstname", "ana", "--outputs-dir", "out\udcff"], "--outputs-dir"),
        (["--firstname", "ana", "--models-dir", "out\udcff"], "--models-dir"),
        (["--firstname", "ana", "--data-dir", "out\udcff"], "--data-dir"),
        (["--firstname", "ana\udcff"], "first name"),
        (["--firstname", "ana", "--data", "standin", "--data-dir", "."], "contradict"),
        (["--firstname", "ana", "--track", "dcgan"], "'dcgan'"),
        (["--firstname", "ana", "--dataset", "mnist"], "the fashion track has no --dataset"),
        (["--firstname", "ana", "--outputs", "validity+class"], "the fashion track has no --outputs"),
        (["--firstname", "ana", "--track", "conditional", "--dataset", "cifar"], "'cifar'"),
        (["--firstname", "ana", "--track", "conditional", "--outputs", "class"], "'class'"),
        (["--firstname", "ana", "--track", "conditional", "--batch-size", "0"], "--batch-size"),
        (["--firstname", "ana", "--track", "digits", "--dataset", "mnist"], "the digits track has no --dataset"),
        (["--firstname", "ana", "--track", "lecture", "--filters", "64"], "--filters"),
        (["--firstname", "ana", "--track", "lecture", "--label-smoothing", "half"], "'half'"),
        (["--firstname", "ana", "--track", "lecture", "--network", "dense", "--kernel", "3"], "dense network has none"),
        (["--firstname", "ana", "--practice", "magic"], "no practice 'magic'"),
        (["--firstname", "ana", "--practice", "hinge", "--practice", "wasserstein"], "both replace the losses"),
        (["--firstname", "ana", "--track", "digits", "--practice", "dropout"], "already has dropout"),
    ],
)
def test_invalid_options_of_a_run_are_refused_in_one_sentence_and_nothing_is_written(
    assert_refused, tmp_path, arguments, message
):
    assert_refused(message, *arguments, program="run_assignment.py")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--firstname"),
        (["--firstname", "../x"], "'.'"),
        (["--firstname", "ana"], "generator_model_ana.h5 does not exist; train it first"),
        (["--firstname", "ana", "--track", "conditional"], "conditional_generator_model_ana.h5 does not exist"),
        (["--firstname", "ana", "--count", "0"], "--count"),
        (["--firstname", "ana", "--label", "7", "--labels", "0-9"], "not allowed with"),
        (["--firstname", "ana", "--epochs", "3"], "--epochs"),
    ],
)
def test_invalid_options_of_sample_are_refused_in_one_sentence_and_nothing_is_written(
    assert_refused, tmp_path, arguments, message
):
    assert_refused(message, "sample", *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--firstname", "ana", "--practices", "magic"], "no practice 'magic'"),
        (["--firstname", "ana", "--seeds", "0"], "--seeds"),
        (["--firstname", "ana", "--track", "cifar"], "'cifar'"),
        ([], "--firstname"),
    ],
)
def test_invalid_options_of_a_lab_are_refused_in_one_sentence_and_nothing_is_written(
    assert_refused, tmp_path, arguments, message
):
    assert_refused(message, "lab", *arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("program", "arguments", "message"),
    [
        ([RUN_ASSIGNMENT], ["--firstname", "ana", "--batch-size", "0"], "--batch-size"),
        (["-m", "assignment"], ["walk"], "walk"),
        (["-m", "assignment.fashion.step7_train"], ["--firstname", "../x"], "'.'"),
    ],
)
def test_every_entry_point_refuses_invalid_options(run_python, tmp_path, program, arguments, message):
    process = run_python(*program, *arguments)
    assert_one_sentence(process.returncode, process.stdout, process.stderr, message)
    assert not list(tmp_path.iterdir())


def test_a_missing_data_folder_is_reported_before_the_training(assert_refused, tmp_path):
    assert_refused("the data folder nowhere does not exist", "run", "--firstname", "ana", "--data-dir", "nowhere")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_output_folder_that_cannot_be_created_is_reported(assert_refused, tmp_path):
    (tmp_path / "outputs").write_text("a file with the folder's name")
    assert_refused("outputs", "run", "--firstname", "ana")


def test_the_help_lists_every_option_without_importing_heavy_packages(run_python):
    program = """
import sys
from assignment import cli, runtime
sys.argv = ["run_assignment.py", "--help"]
try:
    cli.main_run()
except SystemExit as end:
    assert end.code == 0
heavy = {"tensorflow", "keras", "numpy", "matplotlib", "rich"} & set(sys.modules)
assert not heavy, heavy
"""
    process = run_python("-c", program)
    assert process.returncode == 0, process.stderr
    for option in (
        "--quick",
        "--epochs",
        "--batch-size",
        "--grid-every",
        "--seed",
        "--precision",
        "--outputs-dir",
        "--models-dir",
        "--show",
        "--data",
        "--data-dir",
        "--checkpoint-every",
        "--fresh",
        "--no-evaluation",
        "--track",
        "--dataset",
        "--outputs",
        "--network",
        "--filters",
        "--kernel",
        "--extra-layers",
        "--label-smoothing",
        "--practice",
    ):
        assert option in process.stdout


@pytest.mark.parametrize("run", [cli.main_run, lambda options: cli.main(["run", *options])])
def test_the_options_can_be_given_as_a_list(capsys, run):
    assert run(["--firstname", "ana", "--epochs", "0"]) == 2
    assert "--epochs takes" in capsys.readouterr().err
    assert run(["--help"]) == 0 and "--batch-size" in capsys.readouterr().out


@pytest.mark.parametrize("number", range(1, 9))
def test_a_step_with_a_list_of_options_is_recorded_as_a_command_that_can_be_typed(monkeypatch, capsys, number):
    activities = []
    monkeypatch.setattr(commands, "run", lambda options, activity, only_step: activities.append(activity) or 0)
    assert cli.main_step(number, ["--firstname", "ana"]) == 0
    (module,) = RUN_ASSIGNMENT.parent.glob(f"assignment/fashion/step{number}_*.py")
    assert activities[0].command_line == f"python -m assignment.fashion.{module.stem} --firstname ana"
    assert cli.main_step(number, ["--epoch"]) == 2
    assert f"(python -m assignment.fashion.{module.stem} --help lists" in capsys.readouterr().err


def test_help_and_refusals_need_no_installed_package(run_python):
    """`-S`: without the packages of the environment."""
    assert run_python("-S", RUN_ASSIGNMENT, "--help").returncode == 0
    for program in ([RUN_ASSIGNMENT], ["-m", "assignment", "run"], ["-m", "assignment.fashion.step3_generator"]):
        process = run_python("-S", *program, "--firstname", "ana")
        assert_one_sentence(process.returncode, process.stdout, process.stderr, "is not installed in this Python")


def test_the_package_can_be_run_as_a_module(run_python):
    process = run_python("-m", "assignment", "--version")
    assert (process.returncode, process.stdout) == (0, "assignment 0.2.0\n")
    assert "--batch-size" in run_python("-m", "assignment", "run", "--help").stdout


@pytest.mark.slow
def test_a_step_runs_on_a_console_without_the_letters_of_the_first_name(run_step):
    process = run_step("step1_data", firstname="Ана", PYTHONIOENCODING="ascii")
    assert process.returncode == 0 and process.stderr == ""
    assert "ds1_???['images'].shape = (60000, 28, 28)" in process.stdout
    assert "dataset_???.shape = (7000, 28, 28)" in process.stdout
    assert "Not the real images" in process.stdout


@pytest.mark.slow
def test_a_single_step_prints_none_of_tensorflows_messages(run_step):
    process = run_step("step3_generator")
    assert (process.returncode, process.stderr) == (0, "")
    assert "Total params: 2,330,944" in process.stdout


def test_the_help_of_a_step_does_not_import_tensorflow(run_python):
    process = run_python("-X", "importtime", "-m", "assignment.fashion.step3_generator", "--help")
    assert process.returncode == 0 and "--firstname" in process.stdout
    assert "argparse" in process.stderr and "tensorflow" not in process.stderr and "keras" not in process.stderr


@pytest.mark.slow
def test_show_with_a_backend_without_windows_saves_the_figures(run_step, tmp_path):
    process = run_step("step2_display", "--show", MPLBACKEND="agg")
    assert (process.returncode, process.stderr) == (0, "")
    assert "no display" in process.stdout
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step2_real_images.png").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="uses the shell's pipe")
def test_a_run_continues_if_the_reader_of_its_output_ends(tmp_path):
    line = f"'{sys.executable}' -m assignment.fashion.step3_generator --firstname ana --data standin | head -1"
    process = subprocess.run(line, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, encoding="utf-8")
    assert process.stderr == ""
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step3_generator_diagram.png").is_file()


@pytest.mark.slow
def test_a_complete_run_in_its_own_process_prints_all_steps_and_writes_its_files(run_python, tmp_path):
    options = "--firstname ana --data standin --epochs 1 --models-dir . --no-evaluation".split()
    process = run_python(RUN_ASSIGNMENT, *options)
    assert process.returncode == 0, process.stderr
    assert process.stderr == "", "neither TensorFlow nor this program may write to standard error"
    for number in range(1, 9):
        assert f"Step {number} ·" in process.stdout
    assert "epoch 1/1: discriminator" in process.stdout
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step7_grid_epoch_0001.png").is_file()
    with h5py.File(tmp_path / "discriminator_model_ana.h5") as file:
        assert "model_weights" in file
    generator = keras.models.load_model(tmp_path / "generator_model_ana.h5", compile=False)
    images = generator.predict(np.zeros((1, 100), np.float32), verbose=0)
    assert images.shape == (1, 28, 28, 1) and images.std() > 0.01


@pytest.mark.slow
@pytest.mark.usefixtures("few_digits", "quick_figures")
def test_a_conditional_run_and_samples_from_it(run_here, tmp_path, capsys):
    track = ("--firstname", "ana", "--track", "conditional")
    short = ("--epochs", "1", "--batch-size", "16", "--precision", "float32", "--no-evaluation")
    assert run_here("run", *track, *short) == 0
    assert run_here("sample", *track, "--label", "7", "--count", "3") == 0
    assert run_here("sample", *track, "--labels", "0-9") == 0
    output, errors = capsys.readouterr()
    for number in range(1, 9):
        assert f"Step {number} ·" in output
    assert "wrote outputs" in output and errors == ""
    folder = tmp_path / "outputs" / "ana" / "conditional"
    with np.load(folder / "samples_label_7_seed_1.npz") as stored:
        assert stored["images"].shape == (3, 28, 28, 1) and stored["labels"].tolist() == [7] * 3
    assert (folder / "samples_labels_0-9_seed_1.png").is_file()

    assert run_here("sample", *track, "--label", "10") == 2
    assert capsys.readouterr().err == "error: there is no label '10'; the labels are 0 to 9.\n"


@pytest.mark.slow
@pytest.mark.usefixtures("few_digits", "quick_figures")
@pytest.mark.parametrize(
    "track",
    [["digits"], ["lecture", "--filters", "2,3", "--kernel", "3", "--extra-layers", "1", "--label-smoothing", "0.1"]],
)
def test_a_run_with_gradient_tapes_and_samples_from_it(run_here, tmp_path, capsys, track):
    name = ("--firstname", "ana", "--track")
    short = ("--epochs", "1", "--batch-size", "40", "--precision", "float32", "--no-evaluation")
    assert run_here("run", *name, *track, *short) == 0
    assert run_here("sample", *name, track[0], "--count", "3") == 0
    output, errors = capsys.readouterr()
    for number in range(1, 9):
        assert f"Step {number} ·" in output
    assert errors == ""
    with np.load(tmp_path / "outputs" / "ana" / track[0] / "samples_without_label_seed_1.npz") as stored:
        assert stored["images"].shape == (3, 28, 28, 1)
    assert run_here("sample", *name, track[0], "--label", "7") == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"error: the {track[0]} track's generator takes no label")
    assert errors.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to all processes of a console")
def test_ctrl_c_stops_after_the_update_and_the_same_command_continues(tmp_path):
    process = subprocess.Popen(
        [sys.executable, RUN_ASSIGNMENT, *"--firstname ana --data standin --batch-size 16 --no-evaluation".split()],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    for line in process.stdout:
        if "300 epochs of 438 updates" in line:
            time.sleep(2)  # an update takes a tenth of a second and an epoch a minute, so there are updates to save
            process.send_signal(signal.SIGINT)
            break
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130 and errors == ""
    stop = r"stopped after 0 epochs and \d+ updates? of epoch 1; the same command continues at epoch 1, update \d+"
    assert re.search(stop, output)
    assert not list((tmp_path / "models").iterdir()), "networks without a complete epoch are not saved"
    folder = tmp_path / "outputs" / "ana" / "fashion"
    assert len(list((folder / "checkpoints").glob("epoch_0000_update_*.npz"))) == 1
    assert not list(folder.glob("step7*"))


@pytest.mark.real_data
def test_a_damaged_real_file_is_named(assert_refused, tmp_path, real_images_folder):
    shutil.copytree(real_images_folder / "fashion-mnist", tmp_path / "data")
    damaged = next(path for path in (tmp_path / "data").iterdir() if path.name.startswith("t10k-images"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    assert_refused(damaged.name, "--firstname", "ana", "--data-dir", "data", program="step 1")


@pytest.mark.parametrize("arguments", [("practices",), ("lab", "--firstname", "ana", "--dry-run")])
def test_the_listing_and_the_plan_do_not_import_tensorflow(run_python, arguments):
    process = run_python("-X", "importtime", "-m", "assignment", *arguments)
    assert process.returncode == 0 and "argparse" in process.stderr
    assert "tensorflow" not in process.stderr and "keras" not in process.stderr
