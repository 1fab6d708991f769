"""Does each of 40 submissions end where it should? A class is trained, spoiled, handed in and graded.

    python benchmarks/class.py --data-dir FOLDER --work FOLDER [--epochs 4] [--jobs N]

Trains short runs of several students (with 4 epochs some ten minutes on two cores; the same command continues), makes
the submissions of a class of them in WORK/class, grades them into WORK/out, and prints a line for each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from assignment import runtime

CHECKOUT = Path(__file__).parent.parent
SAVED_FILES = CHECKOUT / "tests" / "foreign" / "saved_files"
HONEST = (
    "ana",
    "bo",
    "carla",
    "dev",
    "emil",
    "fatma",
    "goran",
    "hana",
    "ida",
    "jun",
    "kai",
    "lea",
    "mia",
    "nils",
    "omar",
)
SHORT, STOPPED, STANDIN = "short", "stopped", "drawn"
BOMB_BYTES = 3 * 2**30


class Expected(NamedTuple):
    """A submission of the class: its key, what it is, and whether a student in grades.json is as it should be."""

    key: str
    what: str
    holds: Callable[[dict[str, Any]], bool]


def run_student(name: str, options: argparse.Namespace, *more: str) -> None:
    """Train a student's run, unless it is finished."""
    record = options.work / "outputs" / name / "fashion" / "run.json"
    if record.exists() and json.loads(record.read_text(encoding="utf-8"))["status"] == "finished":
        return
    epochs = 1 if name == SHORT else options.epochs
    words = ["--firstname", name, "--epochs", str(epochs), "--grid-every", "1"]
    words += ["--outputs-dir", str(options.work / "outputs"), "--models-dir", str(options.work / "models")]
    data = [] if "--data" in more else ["--data-dir", str(options.data_dir)]
    command = [sys.executable, str(CHECKOUT / "run_assignment.py"), *words, *data, *more]
    environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with (options.work / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        if name == STOPPED:
            _stop_after_first_epoch(process, options.work / "outputs" / name / "fashion" / "checkpoints")
        process.wait()
    print(f"trained {name}", flush=True)


def _stop_after_first_epoch(process: subprocess.Popen[bytes], checkpoints: Path) -> None:
    from assignment.lab.running import STOP_SIGNAL

    while process.poll() is None and not list(checkpoints.glob("epoch_*.npz")):
        time.sleep(1)
    if process.poll() is None:
        process.send_signal(STOP_SIGNAL)


def train(options: argparse.Namespace) -> None:
    """Train all runs, two at a time."""
    jobs = [(name,) for name in HONEST]
    jobs += [(SHORT,), (STANDIN, "--data", "standin"), (STOPPED, "--checkpoint-every", "1")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: run_student(job[0], options, *job[1:]), jobs))


def submit(name: str, options: argparse.Namespace) -> Path:
    """Return the submission of a student's run."""
    folders = ["--outputs-dir", str(options.work / "outputs"), "--models-dir", str(options.work / "models")]
    command = [sys.executable, "-m", "assignment", "submit", "--firstname", name, "--anyway", *folders]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=CHECKOUT)
    return options.work / "outputs" / name / f"submission_fashion_{name}.zip"


def make_class(options: argparse.Namespace, folder: Path) -> list[Expected]:
    """Write the submissions of the class; return what is expected of each."""
    zips = {name: submit(name, options) for name in (*HONEST, SHORT, STOPPED, STANDIN)}
    models = options.work / "models"
    expected: list[Expected] = []

    def add(key: str, what: str, holds: Callable[[dict[str, Any]], bool]) -> None:
        expected.append(Expected(key, what, holds))

    def put(source: Path, *parts: str) -> Path:
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return target

    # Canvas
    for number, name in enumerate(HONEST[:4], 101):
        put(zips[name], f"{name}student_{number}_{number}5_submission_fashion_{name}.zip")
        add(f"Canvas {number}", "honest", is_full)
    put(zips["emil"], "emilstudent_LATE_105_1055_submission_fashion_emil.zip")
    add("Canvas 105", "honest, late", lambda s: is_full(s) and s["late"] is True)
    put(zips[SHORT], "fatmastudent_106_1061_submission_fashion_fatma.zip")
    put(zips["fatma"], "fatmastudent_106_1069_submission_fashion_fatma-1.zip")
    add("Canvas 106", "two attempts, the second is complete", lambda s: is_full(s) and len(s["earlier"]) == 1)
    for attachment, model in enumerate(("generator", "discriminator"), 1071):
        put(models / f"{model}_model_goran.h5", f"goranstudent_107_{attachment}_{model}_model_goran.h5")
    add("Canvas 107", "only the two .h5 files", lambda s: 40 < s["points"] < 80 and s["points_not_checked"] >= 20)
    put(zips["hana"], "anon_aB3dE_1081_submission.zip")
    add("Canvas anon_aB3dE", "anonymous", is_full)
    put(zips[SHORT], "shortstudent_109_1091_submission_fashion_short.zip")
    add("Canvas 109", "one epoch instead of all", lambda s: not is_full(s) and lost(s, "Length of the training") == 5)
    put(zips["omar"], "omarstudent_110_1101_submission.zip")
    (folder / "omarstudent_110_1109_submission-1.zip").write_bytes(zips["omar"].read_bytes()[:500_000])
    add(
        "Canvas 110",
        "two attempts, the second is damaged",
        lambda s: "damaged" in s["cannot_be_graded"] and s["earlier"],
    )

    # Moodle
    put(zips["ida"], "Ida Student_201_assignsubmission_file", "submission_fashion_ida.zip")
    add("Moodle 201", "honest", is_full)
    put(zips["jun"], "Jun Student_202_assignsubmission_file_", "submission_fashion_jun.zip")
    add("Moodle 202", "honest, older Moodle", is_full)
    put(zips[STOPPED], "Stopped Student_203_assignsubmission_file", "submission_fashion_stopped.zip")
    add("Moodle 203", "an unfinished run", lambda s: s["recorded"]["status"] == "interrupted" and not is_full(s))
    put(zips[STANDIN], "Drawn Student_204_assignsubmission_file", "submission_fashion_drawn.zip")
    add("Moodle 204", "the drawn stand-in", lambda s: lost(s, "Get the data") == 5 and not s["metrics"])
    (folder / "Empty Student_205_assignsubmission_file").mkdir(parents=True)
    add("Moodle 205", "an empty folder", lambda s: "empty" in s["cannot_be_graded"])
    put(zips["bo"], "Renamed Student_206_assignsubmission_file", "submission_fashion_me.zip")
    add("Moodle 206", "a copy of bo's, renamed", lambda s: copy_of(s, "Canvas 102", same=True))

    put(zips["kai"], "Kai Student_207_assignsubmission_file_submission_fashion_kai.zip")
    add("Moodle 207", "honest, without folders", is_full)
    put(zips["lea"], "Participant_208_assignsubmission_file", "my work", "submission_fashion_lea.zip")
    add("Moodle 208", "honest, anonymous, in a folder of its own", is_full)

    # A folder for each student
    with zipfile.ZipFile(zips["mia"]) as archive:
        archive.extractall(folder / "mia")
    add("folder mia", "honest, unpacked", is_full)
    for name, spoil, what, holds in spoiled(models):
        target = folder / name
        target.mkdir(parents=True)
        spoil(target)
        add(f"folder {name}", what, holds)

    # Loose files
    put(zips["nils"], "submission_fashion_nils.zip")
    add("folder nils", "honest, a loose ZIP file", is_full)
    for model in ("generator", "discriminator"):
        put(models / f"{model}_model_carla.h5", f"{model}_model_loose.h5")
    add("folder loose", "a loose pair of .h5 files, a copy of carla's", lambda s: copy_of(s, "Canvas 103", same=True))

    # Hostile ones
    for name, write, reason in hostile(zips["ana"]):
        path = folder / name / "submission.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        add(f"folder {name}", f"hostile: {name}", lambda s, reason=reason: reason in s["cannot_be_graded"])
    add_hostile_name(folder, zips["dev"])
    add("folder =cmd('calc')<script>", "hostile: a formula and a script as a name", is_full)
    return expected


def spoiled(models: Path) -> Iterator[tuple[str, Callable[[Path], None], str, Callable[[dict[str, Any]], bool]]]:
    """Return students whose networks were changed, or are not those of this program."""
    runtime.start_tensorflow()
    import keras
    import numpy as np
    from absl import logging

    logging.set_verbosity(logging.ERROR)  # Keras warns of the .h5 format
    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.training.network_file import load_network
    from assignment.training.textbook import textbook_update

    def pair(name: str) -> tuple[keras.Model, keras.Model]:
        return load_network(models / f"generator_model_{name}.h5"), load_network(
            models / f"discriminator_model_{name}.h5"
        )

    def save(folder: Path, generator: keras.Model, discriminator: keras.Model) -> None:
        generator.save(folder / "generator_model_me.h5")
        discriminator.save(folder / "discriminator_model_me.h5")

    def noised(folder: Path) -> None:
        random = np.random.default_rng(0)
        networks = pair("ana")
        for network in networks:
            for weight in network.weights:
                weight.assign(np.asarray(weight) + random.normal(0, 0.2 * float(np.std(weight)) + 1e-6, weight.shape))
        save(folder, *networks)

    def fine_tuned(folder: Path) -> None:
        gan = compile_gan(*pair("dev"))
        update, random = textbook_update(gan), np.random.default_rng(0)
        for _ in range(10):
            real = random.uniform(-1, 1, (128, 28, 28, 1)).astype(np.float32)
            update(real, random.standard_normal((128, 100), np.float32))
        save(folder, gan.generator, gan.discriminator)

    def never_trained(folder: Path) -> None:
        save(folder, pair("goran")[0], build_discriminator("me", seed=5))

    def only_generator(folder: Path) -> None:
        build_generator("me", seed=6).save(folder / "generator_model_me.h5")

    def both_untrained(folder: Path) -> None:
        save(folder, build_generator("me", seed=7), build_discriminator("me", seed=8))

    def wrong_slope(folder: Path) -> None:
        generator, discriminator = pair("jun")
        config = generator.get_config()
        first = next(layer for layer in config["layers"] if layer["class_name"] == "LeakyReLU")
        first["config"]["negative_slope"] = 0.2
        other = keras.Sequential.from_config(config)
        other.set_weights(generator.get_weights())
        save(folder, other, discriminator)

    def weights_only(folder: Path) -> None:
        for network, name in zip(pair("emil"), ("generator", "discriminator")):
            network.save_weights(folder / f"{name}.weights.h5")

    def old(version: str) -> Callable[[Path], None]:
        def unpack(folder: Path) -> None:
            with zipfile.ZipFile(SAVED_FILES / f"{version}.zip") as archive:
                for name in ("generator.h5", "discriminator.h5"):
                    (folder / name).write_bytes(archive.read(name))

        return unpack

    def is_old(student: dict[str, Any]) -> bool:
        return not student["cannot_be_graded"] and any("cannot load" in note for note in student["notes"])

    yield "noised", noised, "a copy of ana's, with noise", lambda s: copy_of(s, "Canvas 101", same=False)
    yield "tuned", fine_tuned, "a copy of dev's, ten updates later", lambda s: copy_of(s, "Canvas 104", same=False)
    yield "untrained", never_trained, "a discriminator that was never trained", lambda s: found(s, "never trained")
    yield "half", only_generator, "an untrained generator alone", lambda s: lost(s, "Discriminator") == 15
    yield "new", both_untrained, "two untrained networks", lambda s: lost(s, "Both networks are trained") == 10
    yield "slope", wrong_slope, "one wrong slope, otherwise jun's", lambda s: lost(s, "Generator") == 1
    yield "weights", weights_only, "weights alone, of emil's run", lambda s: copy_of(s, "Canvas 105", same=True)
    yield "old22", old("keras_2.2.4"), "files of Keras 2.2.4, small", is_old
    yield "old28", old("tf.keras_2.8.0"), "files of tf.keras 2.8.0, small", is_old


def hostile(honest: Path) -> Iterator[tuple[str, Callable[[Path], None], str]]:
    """Return ZIP files that try to do harm, and the reason why each is refused."""

    def named(name: str) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(name, "x")

        return write

    def link(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo("generator_model_x.h5")
            entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")

    def encrypted(path: Path) -> None:
        named("generator_model_x.h5")(path)
        content = bytearray(path.read_bytes())
        content[6] |= 1  # the flag in the local header
        content[content.find(b"PK\x01\x02") + 8] |= 1  # and in the list of files
        path.write_bytes(content)

    def bomb(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            with archive.open("generator_model_x.h5", "w", force_zip64=True) as member:
                for _ in range(BOMB_BYTES // 2**24):
                    member.write(bytes(2**24))

    def many(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(10_000):
                archive.writestr(f"{number}.h5", "")

    def nested(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(honest, "inner.zip")

    def truncated(path: Path) -> None:
        path.write_bytes(honest.read_bytes()[:1_000_000])

    def pickle(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("generator_model_x.h5", b"\x80\x04cos\nsystem\n(S'true'\ntR.")

    yield "parent", named("../../escaped.h5"), "leads out of its folder"
    yield "absolute", named("/tmp/escaped.h5"), "leads out of its folder"
    yield "link", link, "a link or a device"
    yield "encrypted", encrypted, "encrypted"
    yield "bomb", bomb, "when they are unpacked"
    yield "many", many, "10,000 files"
    yield "nested", nested, "no .h5 file"
    yield "truncated", truncated, "damaged or incomplete"
    yield "pickle", pickle, ""


def add_hostile_name(folder: Path, honest: Path) -> None:
    target = folder / "=cmd('calc')<script>" / "submission.zip"
    target.parent.mkdir(parents=True)
    shutil.copyfile(honest, target)


def is_full(student: dict[str, Any]) -> bool:
    """Whether every point is given that short runs can have: all but those for the judged images."""
    others = (c for c in student["criteria"] if c["title"] != "Images")
    return not student["cannot_be_graded"] and all(c["points"] == c["possible"] for c in others)


def lost(student: dict[str, Any], title: str) -> float:
    return next(c["possible"] - c["points"] for c in student["criteria"] if c["title"] == title)


def found(student: dict[str, Any], title: str) -> bool:
    return any(finding["title"] == title for finding in student["findings"])


def copy_of(student: dict[str, Any], key: str, same: bool) -> bool:
    copies = [copy for copy in student["copies"] if key in copy["students"]]
    return any(network["same"] is same for copy in copies for network in copy["networks"])


def write_rubric(path: Path, epochs: int) -> None:
    """Write the default rubric with the length of these short runs."""
    text = (CHECKOUT / "assignment" / "grading" / "rubrics" / "fashion.toml").read_text(encoding="utf-8")
    grids = "".join(f'    "step7_grid_epoch_{epoch:04d}.png",\n' for epoch in range(50, 301, 50))
    own = "".join(f'    "step7_grid_epoch_{epoch:04d}.png",\n' for epoch in range(1, epochs + 1))
    path.write_text(text.replace("epochs = 300 ", f"epochs = {epochs} ").replace(grids, own), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder with the real images")
    parser.add_argument("--work", type=Path, required=True, help="where everything goes")
    parser.add_argument("--epochs", type=int, default=4, help="epochs of a complete run (default 4)")
    parser.add_argument("--jobs", type=int, help="processes of `assignment grade`")
    options = parser.parse_args()
    options.work, options.data_dir = options.work.resolve(), options.data_dir.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    train(options)
    folder, out, rubric = options.work / "class", options.work / "out", options.work / "rubric.toml"
    for old in (folder, out):
        shutil.rmtree(old, ignore_errors=True)
    expected = make_class(options, folder)
    write_rubric(rubric, options.epochs)
    command = [sys.executable, "-m", "assignment", "grade", str(folder), "--out", str(out), "--rubric", str(rubric)]
    command += ["--data-dir", str(options.data_dir), *(["--jobs", str(options.jobs)] if options.jobs else [])]
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=CHECKOUT)
    seconds = time.perf_counter() - began
    students = {s["key"]: s for s in _with_copies(json.loads((out / "grades.json").read_text(encoding="utf-8")))}
    wrong = [e for e in expected if e.key not in students or not e.holds(students[e.key])]
    for item in expected:
        student = students.get(item.key, {"points": float("nan"), "cannot_be_graded": "missing"})
        mark = "NO " if item in wrong else "yes"
        print(f"{mark} {item.key:32} {item.what:46} {student['points'] or 0:6.2f} {student['cannot_be_graded'][:70]}")
    escaped = [path for path in (Path("/tmp/escaped.h5"), options.work / "escaped.h5") if path.exists()]
    print(f"{len(expected)} submissions, {len(wrong)} wrong, {len(students)} rows, files outside: {len(escaped)}")
    each = seconds / len(expected)
    print(f"{seconds:.0f} s, {each:.1f} s for each, {300 * each / 60:.0f} min for 300")
    print(f"most memory of a process: {_peak_megabytes()} MB")
    raise SystemExit(1 if wrong or escaped or len(students) != len(expected) else 0)


def _with_copies(grades: dict[str, Any]) -> list[dict[str, Any]]:
    for student in grades["students"]:
        student["copies"] = [copy for copy in grades["copies"] if student["key"] in copy["students"]]
    return grades["students"]


def _peak_megabytes() -> str:
    """Return the largest memory of a child process, where the system counts it (not on Windows)."""
    try:
        import resource
    except ImportError:
        return "not counted on this system"
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return f"{kilobytes / 1024:.0f}"


if __name__ == "__main__":
    main()
