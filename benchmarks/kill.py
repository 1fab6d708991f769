"""Does a run that is killed end in the same bits as one that was never killed?

    python benchmarks/kill.py --times 25

Kills a training on the drawn stand-in with SIGKILL (on Windows, TerminateProcess) at random moments: before its first
update, during updates, and while a checkpoint, a figure, an .h5 file, the animation or the report is written. After
each kill every file is read to its end. Each run is continued until it finishes, then all its files are compared, bit
for bit, with those of a run that was never killed. The exit code is 1 if a file differs or is damaged, or if a run
started over although it had a checkpoint. `--images 24` does the same with fewer trousers, in a third of a minute per
kill.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from assignment.data.dataset import Dataset

ROOT = Path(__file__).parent.parent
EPOCHS = 3
# Repeated in this order; a run is killed at those that occur before it finishes. A kill before training loses nothing,
# so "start" is the last.
MOMENTS = ("checkpoint", "updates", "figure", "export", "animation", "report", "updates", "start")
# What a run prints when it starts from a checkpoint.
RESUME_MESSAGES = ("continuing at epoch", "the final files are written again")
# Seconds until the kill: a file takes a fraction of one, the report a small one, the start and some updates several.
DELAYS = {"report": 0.02, "start": 3.0, "updates": 3.0}
FILE_DELAY = 0.2


def main(times: int, images: int | None, seed: int) -> int:
    random.seed(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        reference = Path(scratch, "never_killed")
        start_run(reference, images).wait()
        expected = read_results(reference)
        moments = list(islice(cycle(MOMENTS), times))
        while moments:
            folder = Path(scratch, f"killed_{counts['runs'] + 1}")
            kill_and_finish(folder, images, moments, counts)
            found = read_results(folder)
            different = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
            counts["runs"] += 1
            counts["differences"] += len(different)
            print(
                f"run {counts['runs']}: {counts['kills']} kills so far; different: {', '.join(different) or 'nothing'}",
                flush=True,
            )
    kills_by_moment = ", ".join(f"{moment} {counts[moment]}" for moment in dict.fromkeys(MOMENTS))
    print(
        f"kills {counts['kills']} ({kills_by_moment}), resumes {counts['resumes']}, started over in spite of a"
        f" checkpoint {counts['started over']}, differences {counts['differences']}, damaged files"
        f" {counts['damaged']} of {counts['read']} read"
    )
    return 1 if counts["differences"] or counts["damaged"] or counts["started over"] else 0


def kill_and_finish(folder: Path, images: int | None, moments: list[str], counts: Counter[str]) -> None:
    """Run in `folder` until it finishes. Kill it at each of `moments` that occurs, and remove that moment."""
    while True:
        has_checkpoint = any(folder.rglob("*.sha256"))
        process = start_run(folder, images)
        killed = bool(moments) and kill_at(process, folder, moments[0])
        if not killed and process.wait() != 0:
            raise SystemExit(f"the run ended with an error:\n{read_output(folder)}")
        output = read_output(folder)
        if "Step 2" in output:
            resumed = any(message in output for message in RESUME_MESSAGES)
            counts["resumes"] += resumed
            counts["started over"] += has_checkpoint and not resumed
        if not killed:
            return
        counts["kills"] += 1
        counts[moments.pop(0)] += 1
        for path in written_files(folder):
            counts["read"] += 1
            counts["damaged"] += not is_complete(path)


def start_run(folder: Path, images: int | None) -> subprocess.Popen[bytes]:
    """Start the assignment in `folder`, with its output in output.txt there."""
    folder.mkdir(exist_ok=True)
    program = [str(ROOT / "run_assignment.py")] if images is None else [__file__, "--few", str(images)]
    options: list[str | int] = ["--firstname", "ana", "--data", "standin", "--no-evaluation"]
    options += ["--epochs", EPOCHS, "--checkpoint-every", 1, "--grid-every", 1]
    options += [] if images is None else ["--batch-size", 8]
    command = [sys.executable, "-u", *program, *map(str, options)]
    with (folder / "output.txt").open("w", encoding="utf-8") as output:
        return subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)


def read_output(folder: Path) -> str:
    """Return what the run in `folder` has printed so far; it may end within a letter."""
    return (folder / "output.txt").read_text(encoding="utf-8", errors="replace")


def kill_at(process: subprocess.Popen[bytes], folder: Path, moment: str) -> bool:
    """Wait for the moment and kill the process; return False if it ended before the moment came."""
    epochs_before = random.randint(0, 1)  # of this session
    while process.poll() is None:
        if has_come(moment, folder, epochs_before):
            time.sleep(random.uniform(0, DELAYS.get(moment, FILE_DELAY)))
            process.kill()
            return process.wait() != 0  # it may have finished before
        time.sleep(0.001)
    return False


def has_come(moment: str, folder: Path, epochs_before: int) -> bool:
    outputs = folder / "outputs" / "ana" / "fashion"
    output = read_output(folder)
    epochs = len(re.findall(r"^epoch \d+/", output, re.MULTILINE))
    is_training = "Step 7" in output and epochs >= epochs_before
    if moment == "start":
        return any(outputs.glob("*"))
    if moment == "updates":
        return is_training
    if moment == "export":
        return any((folder / "models").glob(".partial-*"))
    if moment == "figure":
        return is_training and any(outputs.glob(".partial-*.png"))
    if moment == "animation":
        return any(outputs.glob(".partial-*.gif"))
    if moment == "report":  # the record is written just before
        return (outputs / "run.json").exists() and not (outputs / "report.html").exists()
    # Not the first checkpoint, before which a run has nothing to lose.
    return any(outputs.glob("checkpoints/*.sha256")) and any(outputs.glob("checkpoints/.partial-*.npz"))


def written_files(folder: Path) -> list[Path]:
    """Return every file of the run, except for partial ones, which have not replaced a file yet."""
    paths = [*(folder / "outputs").rglob("*"), *(folder / "models").rglob("*")]
    return [path for path in paths if path.is_file() and not path.name.startswith(".")]


def is_complete(path: Path) -> bool:
    """Return whether a file can be read to its end."""
    try:
        read_to_end(path)
    except Exception as error:
        print(f"damaged: {path} ({error})", flush=True)
        return False
    return True


def read_to_end(path: Path) -> None:
    """Raise any exception if the file cannot be read to its end."""
    if path.suffix in (".png", ".gif"):
        with Image.open(path) as picture:
            for frame in range(getattr(picture, "n_frames", 1)):
                picture.seek(frame)
                picture.load()
    elif path.suffix == ".csv":
        read_table(path)
    elif path.suffix == ".json":
        json.loads(path.read_text(encoding="utf-8"))
    elif path.suffix == ".html":
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    elif path.suffix == ".h5":
        read_weights(path)
    elif path.suffix == ".npz":
        with np.load(path) as arrays:
            dict(arrays)
    else:
        assert path.suffix == ".sha256" and len(path.read_bytes().split()) == 2


def read_results(folder: Path) -> dict[str, object]:
    """Return what a finished run wrote, by name, without times: weights, optimizers, history, records and figures."""
    results: dict[str, object] = {}
    for path in written_files(folder):
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                values = {f"{path.name} {name}": array.tobytes() for name, array in arrays.items() if name != "facts"}
            results |= values
        elif path.suffix == ".csv":
            results[path.name] = [{**row, "seconds": None} for row in read_table(path)]
        elif path.suffix == ".json":
            record = json.loads(path.read_text(encoding="utf-8"))
            names = ("status", "epochs_done", "updates_done", "final_losses")
            results[path.name] = {name: record[name] for name in names}
        elif path.suffix not in (".sha256", ".html"):  # a checkpoint's and the report depend on the seconds
            results[path.name] = path.read_bytes()
    return results


def read_table(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(None not in row.values() for row in rows)
    return rows


def read_weights(path: Path) -> list[np.ndarray]:
    arrays: list[np.ndarray] = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    assert arrays
    return arrays


def run_on_few_images(count: int) -> int:
    """Run the command line on the first `count` trousers of the stand-in: the same networks, shorter epochs."""
    sys.path.insert(0, str(ROOT))  # this checkout, as with run_assignment.py
    from assignment import cli
    from assignment.data import garments, sources, standin
    from assignment.data.dataset import TROUSER, Dataset, Provenance

    def load_few(source: sources.Source, choice: str = "auto", data_dir: Path | None = None) -> Dataset:
        images, labels = np.zeros((70_000, 28, 28), np.uint8), np.zeros(70_000, np.uint8)
        images[:count], labels[:count] = garments.draw_garments(TROUSER, count), TROUSER
        caption = standin.caption("Fashion-MNIST")
        return Dataset(images, labels, Provenance("drawn", caption, "nothing", is_standin=True))

    sources.load = load_few
    return cli.main_run()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--few"]:
        image_count = int(sys.argv[2])
        del sys.argv[1:3]
        raise SystemExit(run_on_few_images(image_count))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=25, help="number of kills")
    parser.add_argument("--images", type=int, help="train on this many trousers at batch size 8 (default: all 7,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    arguments = parser.parse_args()
    raise SystemExit(main(arguments.times, arguments.images, arguments.seed))
