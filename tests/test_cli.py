"""The command line as a user sees it, mostly in another process: its output and its exit code."""

from __future__ import annotations

import io
import os
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

from assignment import cli, runtime
from assignment.practices.catalogue import CATALOGUE

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
    """A function that runs one step on the stand-in, with more options and environment variables."""

    def run(module: str, *options: str, firstname: str = "ana", **environment: str):
        arguments = ["-m", f"assignment.fashion.{module}", "--firstname", firstname, "--data", "standin", *options]
        return run_python(*arguments, **environment)

    return run


@pytest.fixture
def run_here(tmp_path, monkeypatch):
    """A function that runs `assignment` with these arguments in this process and returns the exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["assignment", *arguments])
        return cli.main()

    return run


def assert_one_sentence(process, message):
    assert process.returncode == 2
    assert process.stderr.startswith("error: ") and process.stderr.endswith(".\n") and process.stderr.count("\n") == 1
    assert message in process.stderr
    assert "Traceback" not in process.stdout + process.stderr


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
    run_python, tmp_path, arguments, message
):
    assert_one_sentence(run_python(RUN_ASSIGNMENT, *arguments), message)
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
    run_python, tmp_path, arguments, message
):
    assert_one_sentence(run_python("-m", "assignment", "sample", *arguments), message)
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
    run_python, tmp_path, arguments, message
):
    assert_one_sentence(run_python("-m", "assignment", "lab", *arguments), message)
    assert not list(tmp_path.iterdir())


def test_an_unknown_command_is_refused(run_python):
    assert_one_sentence(run_python("-m", "assignment", "walk"), "walk")


def test_a_missing_data_folder_is_reported_before_the_training(run_python, tmp_path):
    process = run_python(RUN_ASSIGNMENT, "--firstname", "ana", "--data-dir", "nowhere")
    assert_one_sentence(process, "the data folder nowhere does not exist")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".lock"]


def test_an_output_folder_that_cannot_be_created_is_reported(run_python, tmp_path):
    (tmp_path / "outputs").write_text("a file with the folder's name")
    assert_one_sentence(run_python(RUN_ASSIGNMENT, "--firstname", "ana"), "outputs")


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


def test_the_package_can_be_run_as_a_module(run_python):
    process = run_python("-m", "assignment", "--version")
    assert (process.returncode, process.stdout) == (0, "assignment 0.2.0\n")
    assert "--batch-size" in run_python("-m", "assignment", "run", "--help").stdout


def test_a_console_without_the_letters_of_the_first_name_prints_question_marks(run_step):
    process = run_step("step1_data", firstname="Ана", PYTHONIOENCODING="ascii")
    assert process.returncode == 0 and process.stderr == ""
    assert "ds1_???['images'].shape = (60000, 28, 28)" in process.stdout
    assert "dataset_???.shape = (7000, 28, 28)" in process.stdout
    assert "Not the real images" in process.stdout


def test_a_single_step_prints_none_of_tensorflows_messages(run_step):
    process = run_step("step3_generator")
    assert (process.returncode, process.stderr) == (0, "")
    assert "Total params: 2,330,944" in process.stdout


def test_the_help_of_a_step_does_not_import_tensorflow(run_python):
    process = run_python("-X", "importtime", "-m", "assignment.fashion.step3_generator", "--help")
    assert process.returncode == 0 and "--firstname" in process.stdout
    assert "argparse" in process.stderr and "tensorflow" not in process.stderr and "keras" not in process.stderr


def test_options_take_precedence_over_the_settings_of_quick(monkeypatch):
    requested = []

    def stop_at_settings(settings_class, options):
        requested.append(options)
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "settings_from", stop_at_settings)
    monkeypatch.setattr(sys, "argv", ["run_assignment.py", "--firstname", "ana", "--quick", "--epochs", "5"])
    with pytest.raises(ZeroDivisionError):
        cli.main_run()
    assert requested == [{"firstname": "ana", "epochs": 5, "grid_every": 1, "evaluation": False}]


def test_show_without_a_display_prints_a_notice_and_saves_the_figures(run_step, tmp_path):
    process = run_step("step2_display", "--show", MPLBACKEND="agg")
    assert (process.returncode, process.stderr) == (0, "")
    assert "no display" in process.stdout
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step2_real_images.png").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="uses the shell's pipe")
def test_a_run_continues_if_the_reader_of_its_output_ends(tmp_path):
    line = f"'{sys.executable}' -m assignment.fashion.step3_generator --firstname ana --data standin | head -1"
    process = subprocess.run(line, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, encoding="utf-8")
    assert process.stderr == ""
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step3_generator_diagram.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "command_line"),
    [
        (["/usr/bin/python3", "run_assignment.py", "--firstname", "ana"], "python run_assignment.py --firstname ana"),
        (["python", "-m", "assignment", "run", "--seed", "2"], "python -m assignment run --seed 2"),
        (["py", "run_assignment.py", "--data-dir", "my data"], "python run_assignment.py --data-dir 'my data'"),
        (["/venv/bin/python", "/venv/bin/assignment", "run"], "assignment run"),
    ],
)
def test_the_recorded_command_line_is_the_one_that_was_typed(monkeypatch, arguments, command_line):
    monkeypatch.setattr(sys, "orig_argv", arguments)
    assert cli._command_line() == command_line


@pytest.mark.skipif(runtime.has_native_bfloat16(), reason="this processor computes in bfloat16")
def test_emulated_bfloat16_prints_a_warning(run_step):
    process = run_step("step3_generator", "--precision", "mixed_bfloat16")
    assert process.returncode == 0 and "This may take very long" in process.stdout


def test_a_complete_run_prints_all_steps_and_writes_its_files(run_python, tmp_path):
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


def test_a_conditional_run_and_samples_from_it(run_here, tmp_path, capsys, few_digits):
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


@pytest.mark.parametrize(
    "track",
    [["digits"], ["lecture", "--filters", "2,3", "--kernel", "3", "--extra-layers", "1", "--label-smoothing", "0.1"]],
)
def test_a_run_with_gradient_tapes_and_samples_from_it(run_here, tmp_path, capsys, few_digits, track):
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
            time.sleep(2)  # an update takes a tenth of a second, an epoch a minute: there is an update to save
            process.send_signal(signal.SIGINT)
            break
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 130 and errors == ""
    assert "stopped after 0 complete epochs; the same command continues at epoch 1, update" in output
    assert not list((tmp_path / "models").iterdir()), "untrained networks would replace those of an earlier run"
    folder = tmp_path / "outputs" / "ana" / "fashion"
    assert len(list((folder / "checkpoints").glob("epoch_0000_update_*.npz"))) == 1
    assert not list(folder.glob("step7*"))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "step7_losses.png"), "disk is full"),
        (PermissionError(13, "Permission denied", "run.json"), "permission denied"),
    ],
)
def test_an_os_error_is_reported_in_one_sentence(capsys, error, message):
    def action():
        raise error

    assert cli._report_errors(action) == 2
    errors = capsys.readouterr().err
    assert message in errors and error.filename in errors and errors.count("\n") == 1


def test_ctrl_c_outside_a_training_ends_with_the_exit_code_of_the_signal(capsys):
    def action():
        raise KeyboardInterrupt

    assert cli._report_errors(action) == 130
    assert capsys.readouterr().err.startswith("\nstopped at once")


@pytest.mark.real_data
def test_a_damaged_real_file_is_named(run_python, tmp_path, real_images_folder):
    shutil.copytree(real_images_folder / "fashion-mnist", tmp_path / "data")
    damaged = next(path for path in (tmp_path / "data").iterdir() if path.name.startswith("t10k-images"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    process = run_python("-m", "assignment.fashion.step1_data", "--firstname", "ana", "--data-dir", "data")
    assert_one_sentence(process, damaged.name)


def test_every_practice_is_listed_with_its_facts(run_python):
    process = run_python("-m", "assignment", "practices", COLUMNS="1000")
    assert process.returncode == 0
    for practice in CATALOGUE:
        facts = [f"    {practice.change}", f"    against: {practice.problem}"]
        facts += [f"    source: {practice.source}", f"    cost: {practice.cost}"]
        assert "\n".join([practice.name, *facts]) in process.stdout


def test_the_listing_is_not_wrapped_or_parsed_as_markup():
    from rich.console import Console

    from assignment.session.screen import Screen

    screen = Screen(Console(file=io.StringIO(), width=40, highlight=False))
    cli.list_practices(screen)
    lines = screen.console.file.getvalue().splitlines()
    assert len(lines) == 5 * len(CATALOGUE)


def test_a_dry_run_of_a_lab_prints_its_plan_and_writes_nothing(run_python, tmp_path):
    process = run_python("-m", "assignment", "lab", "--firstname", "ana", "--dry-run", "--seeds", "2")
    assert process.returncode == 0 and "44 runs" in process.stdout and "ema: 0 of 2 done" in process.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [("practices",), ("lab", "--firstname", "ana", "--dry-run")])
def test_the_listing_and_the_plan_do_not_import_tensorflow(run_python, arguments):
    process = run_python("-X", "importtime", "-m", "assignment", *arguments)
    assert process.returncode == 0 and "argparse" in process.stderr
    assert "tensorflow" not in process.stderr and "keras" not in process.stderr
