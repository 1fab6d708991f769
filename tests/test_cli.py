"""The command line as people meet it: another process, its output and its exit code."""

from __future__ import annotations

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

FRONT_DOOR = Path(__file__).parent.parent / "run_assignment.py"
ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(FRONT_DOOR.parent)}


def command(*arguments, cwd, **environment):
    """Run Python with `arguments` in the folder `cwd`."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def assert_one_sentence(answer, said):
    assert answer.returncode == 2
    assert answer.stderr.startswith("error: ") and answer.stderr.endswith(".\n") and answer.stderr.count("\n") == 1
    assert said in answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
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
        (["--firstname", "ana", "--seed", "1.5"], "'1.5'"),
        (["--firstname", "ana", "--precision", "float64"], "float64"),
        (["--firstname", "ana", "--colour"], "--colour"),
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
        (["--firstname", "ana", "--track", "digits", "--practice", "dropout"], "has dropout already"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(tmp_path, arguments, said):
    assert_one_sentence(command(FRONT_DOOR, *arguments, cwd=tmp_path), said)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
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
def test_bad_input_to_sample_is_one_sentence_and_leaves_nothing(tmp_path, arguments, said):
    assert_one_sentence(command("-m", "assignment", "sample", *arguments, cwd=tmp_path), said)
    assert not list(tmp_path.iterdir())


def test_a_data_folder_that_does_not_exist(tmp_path):
    answer = command(FRONT_DOOR, "--firstname", "ana", "--data-dir", "nowhere", cwd=tmp_path)
    assert_one_sentence(answer, "the data folder nowhere does not exist")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".lock"]


def test_an_output_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "outputs").write_text("a file where the folder should be")
    assert_one_sentence(command(FRONT_DOOR, "--firstname", "ana", cwd=tmp_path), "outputs")


def test_help_needs_no_tensorflow(tmp_path):
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
    answer = command("-c", program, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
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
        assert option in answer.stdout


def test_the_package_is_a_command_too(tmp_path):
    answer = command("-m", "assignment", "--version", cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "assignment 0.1.0\n")
    assert "--batch-size" in command("-m", "assignment", "run", "--help", cwd=tmp_path).stdout
    assert_one_sentence(command("-m", "assignment", "walk", cwd=tmp_path), "walk")


def test_one_step_alone_on_a_console_that_lacks_the_letters(tmp_path):
    answer = command(
        "-m",
        "assignment.fashion.step1_data",
        "--firstname",
        "Ана",
        "--data",
        "standin",
        cwd=tmp_path,
        PYTHONIOENCODING="ascii",
    )
    assert answer.returncode == 0 and answer.stderr == ""
    assert "ds1_???['images'].shape = (60000, 28, 28)" in answer.stdout
    assert "dataset_???.shape = (7000, 28, 28)" in answer.stdout
    assert "Not the real images" in answer.stdout


def test_a_step_alone_starts_tensorflow_as_silently_as_a_run(tmp_path):
    module = "assignment.fashion.step3_generator"
    answer = command("-m", module, "--firstname", "ana", "--data", "standin", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Total params: 2,330,944" in answer.stdout


def test_the_help_of_a_step_needs_no_tensorflow_either(tmp_path):
    answer = command("-X", "importtime", "-m", "assignment.fashion.step3_generator", "--help", cwd=tmp_path)
    assert answer.returncode == 0 and "--firstname" in answer.stdout
    assert "argparse" in answer.stderr and "tensorflow" not in answer.stderr and "keras" not in answer.stderr


def test_quick_is_the_whole_run_in_fewer_epochs(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(cli, "settings_from", lambda settings_class, options: asked.append(options) or fail())
    monkeypatch.setattr(sys, "argv", ["run_assignment.py", "--firstname", "ana", "--quick", "--epochs", "5"])
    with pytest.raises(ZeroDivisionError):
        cli.main_run()
    assert asked == [{"firstname": "ana", "epochs": 5, "grid_every": 1, "evaluation": False}]


def fail():
    raise ZeroDivisionError


def test_show_without_a_display_says_so(tmp_path):
    answer = command(
        "-m",
        "assignment.fashion.step2_display",
        "--firstname",
        "ana",
        "--data",
        "standin",
        "--show",
        cwd=tmp_path,
        MPLBACKEND="agg",
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "no display" in answer.stdout
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step2_real_images.png").is_file()


def test_options_are_written_out(tmp_path):
    assert_one_sentence(command(FRONT_DOOR, "--firstname", "ana", "--epoch", "3", cwd=tmp_path), "--epoch")


@pytest.mark.skipif(sys.platform == "win32", reason="uses the shell's pipe")
def test_a_reader_that_leaves_does_not_end_the_run(tmp_path):
    line = f"'{sys.executable}' -m assignment.fashion.step3_generator --firstname ana --data standin | head -1"
    answer = subprocess.run(line, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, encoding="utf-8")
    assert answer.stderr == ""
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step3_generator_diagram.png").is_file()


@pytest.mark.parametrize(
    ("typed", "command_line"),
    [
        (["/usr/bin/python3", "run_assignment.py", "--firstname", "ana"], "python run_assignment.py --firstname ana"),
        (["python", "-m", "assignment", "run", "--seed", "2"], "python -m assignment run --seed 2"),
        (["py", "run_assignment.py", "--data-dir", "my data"], "python run_assignment.py --data-dir 'my data'"),
        (["/venv/bin/python", "/venv/bin/assignment", "run"], "assignment run"),
    ],
)
def test_the_record_has_the_line_that_was_typed(monkeypatch, typed, command_line):
    monkeypatch.setattr(sys, "orig_argv", typed)
    assert cli._command() == command_line


@pytest.mark.skipif(runtime.has_native_bfloat16(), reason="this processor computes in bfloat16")
def test_emulated_bfloat16_is_warned_of(tmp_path):
    answer = command(
        "-m", "assignment.fashion.step3_generator", "--firstname", "ana", "--precision", "mixed_bfloat16", cwd=tmp_path
    )
    assert answer.returncode == 0 and "This may take very long" in answer.stdout


def test_a_whole_run(tmp_path):
    answer = command(
        FRONT_DOOR,
        "--firstname",
        "ana",
        "--data",
        "standin",
        "--epochs",
        "1",
        "--models-dir",
        ".",
        "--no-evaluation",
        cwd=tmp_path,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == "", "TensorFlow's noise is silenced and nothing of ours goes there"
    for number in range(1, 9):
        assert f"Step {number} ·" in answer.stdout
    assert "epoch 1/1: discriminator" in answer.stdout
    assert (tmp_path / "outputs" / "ana" / "fashion" / "step7_grid_epoch_0001.png").is_file()
    with h5py.File(tmp_path / "discriminator_model_ana.h5") as file:
        assert "model_weights" in file
    generator = keras.models.load_model(tmp_path / "generator_model_ana.h5", compile=False)
    images = generator.predict(np.zeros((1, 100), np.float32), verbose=0)
    assert images.shape == (1, 28, 28, 1) and images.std() > 0.01


def test_a_conditional_run_and_samples_of_it(tmp_path, monkeypatch, capsys, few_digits):
    def typed(*arguments):
        monkeypatch.setattr(sys, "argv", ["assignment", *arguments])
        return cli.main()

    monkeypatch.chdir(tmp_path)
    track = ("--firstname", "ana", "--track", "conditional")
    short = ("--epochs", "1", "--batch-size", "16", "--precision", "float32", "--no-evaluation")
    assert typed("run", *track, *short) == 0
    assert typed("sample", *track, "--label", "7", "--count", "3") == 0
    assert typed("sample", *track, "--labels", "0-9") == 0
    said, complaint = capsys.readouterr()
    for number in range(1, 9):
        assert f"Step {number} ·" in said
    assert "wrote outputs" in said and complaint == ""
    folder = tmp_path / "outputs" / "ana" / "conditional"
    with np.load(folder / "samples_label_7_seed_1.npz") as stored:
        assert stored["images"].shape == (3, 28, 28, 1) and stored["labels"].tolist() == [7] * 3
    assert (folder / "samples_labels_0-9_seed_1.png").is_file()

    assert typed("sample", *track, "--label", "10") == 2
    assert capsys.readouterr().err == "error: there is no label '10'; there are 0 to 9.\n"


@pytest.mark.parametrize(
    "track",
    [["digits"], ["lecture", "--filters", "2,3", "--kernel", "3", "--extra-layers", "1", "--label-smoothing", "0.1"]],
)
def test_a_run_by_tapes_and_a_sample_of_it(tmp_path, monkeypatch, capsys, few_digits, track):
    def typed(*arguments):
        monkeypatch.setattr(sys, "argv", ["assignment", *arguments])
        return cli.main()

    monkeypatch.chdir(tmp_path)
    name = ("--firstname", "ana", "--track")
    short = ("--epochs", "1", "--batch-size", "40", "--precision", "float32", "--no-evaluation")
    assert typed("run", *name, *track, *short) == 0
    assert typed("sample", *name, track[0], "--count", "3") == 0
    said, complaint = capsys.readouterr()
    for number in range(1, 9):
        assert f"Step {number} ·" in said
    assert complaint == ""
    with np.load(tmp_path / "outputs" / "ana" / track[0] / "samples_without_label_seed_1.npz") as stored:
        assert stored["images"].shape == (3, 28, 28, 1)
    assert typed("sample", *name, track[0], "--label", "7") == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"error: the {track[0]} track's generator takes no label")
    assert complaint.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console, this test included")
def test_ctrl_c_waits_for_the_update_and_says_so(tmp_path):
    process = subprocess.Popen(
        [sys.executable, FRONT_DOOR, *"--firstname ana --data standin --batch-size 16 --no-evaluation".split()],
        cwd=tmp_path,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if "300 epochs of 438 updates" in line:
            time.sleep(2)  # so that there is something to keep: an update takes a tenth of a second, an epoch a minute
            process.send_signal(signal.SIGINT)
            break
    rest, complaint = process.communicate(timeout=300)
    assert process.returncode == 130 and complaint == ""
    assert "stopped as asked, after 0 whole epochs; the same command continues at epoch 1, update" in rest
    assert not list((tmp_path / "models").iterdir()), "untrained networks would take an earlier run's place"
    assert len(list((tmp_path / "outputs" / "ana" / "fashion" / "checkpoints").glob("epoch_0000_update_*.npz"))) == 1
    assert not list((tmp_path / "outputs" / "ana" / "fashion").glob("step7*"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "step7_losses.png"), "disk is full"),
        (PermissionError(13, "Permission denied", "run.json"), "no permission"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(capsys, error, said):
    def action():
        raise error

    assert cli._answer(action) == 2
    complaint = capsys.readouterr().err
    assert said in complaint and error.filename in complaint and complaint.count("\n") == 1


@pytest.mark.real_data
def test_a_damaged_real_file_is_named(tmp_path, real_images_folder):
    shutil.copytree(real_images_folder / "fashion-mnist", tmp_path / "data")
    torn = next(path for path in (tmp_path / "data").iterdir() if path.name.startswith("t10k-images"))
    torn.write_bytes(torn.read_bytes()[:-100])
    answer = command("-m", "assignment.fashion.step1_data", "--firstname", "ana", "--data-dir", "data", cwd=tmp_path)
    assert_one_sentence(answer, torn.name)


def test_the_practices_are_listed(tmp_path):
    answer = command("-m", "assignment", "practices", cwd=tmp_path)
    assert answer.returncode == 0
    for words in ("label-smoothing", "Salimans et al. 2016", "against: mode collapse", "cost: "):
        assert words in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--firstname", "ana", "--practices", "magic"], "no practice 'magic'"),
        (["--firstname", "ana", "--seeds", "0"], "--seeds"),
        (["--firstname", "ana", "--track", "cifar"], "'cifar'"),
        ([], "--firstname"),
    ],
)
def test_a_lab_of_bad_input_is_one_sentence_and_leaves_nothing(tmp_path, arguments, said):
    assert_one_sentence(command("-m", "assignment", "lab", *arguments, cwd=tmp_path), said)
    assert not list(tmp_path.iterdir())


def test_a_dry_run_of_a_lab_says_its_plan_and_leaves_nothing(tmp_path):
    answer = command("-m", "assignment", "lab", "--firstname", "ana", "--dry-run", "--seeds", "2", cwd=tmp_path)
    assert answer.returncode == 0 and "44 runs" in answer.stdout and "ema: 0 of 2 done" in answer.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [("practices",), ("lab", "--firstname", "ana", "--dry-run")])
def test_the_list_and_the_plan_need_no_tensorflow(tmp_path, arguments):
    answer = command("-X", "importtime", "-m", "assignment", *arguments, cwd=tmp_path)
    assert answer.returncode == 0 and "argparse" in answer.stderr
    assert "tensorflow" not in answer.stderr and "keras" not in answer.stderr
