"""Whether a run can be lost: it is killed at random moments, continued, and compared with one that was never killed.

    python benchmarks/kill.py --times 25

Kills a training on the drawn stand-in with SIGKILL (on Windows by TerminateProcess): before its first update, during
the updates, while a checkpoint, a figure or an .h5 file is being written. After every kill each file is read to its
end; after every few kills the run is left to finish, and all that it left is compared, bit for bit. Ends with exit
code 1 when anything differs, is torn, or began anew without need. `--images 24` is the same on fewer trousers, in
a third of a minute a kill.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
EPOCHS = 3
# In this order, again and again; a run gets as many as come before its end. The first ones leave it something to lose.
MOMENTS = ("checkpoint", "updates", "figure", "export", "updates", "start")


def main(times: int, images: int | None, seed: int) -> int:
    random.seed(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        reference = Path(scratch, "never_killed")
        run(reference, images).wait()
        expected = left_by(reference)
        moments = list(islice(cycle(MOMENTS), times))
        while moments:
            folder = Path(scratch, f"killed_{counts['runs'] + 1}")
            kill_and_finish(folder, images, moments, counts)
            found = left_by(folder)
            different = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
            counts["runs"] += 1
            counts["differences"] += len(different)
            so_far = f"run {counts['runs']}: {counts['kills']} kills so far"
            print(f"{so_far}; different: {', '.join(different) or 'nothing'}", flush=True)
    print(
        f"kills {counts['kills']}"
        f" ({', '.join(f'{moment} {counts[moment]}' for moment in dict.fromkeys(MOMENTS))}),"
        f" resumes {counts['resumes']}, begun anew without need {counts['begun anew']}, differences"
        f" {counts['differences']}, files torn {counts['torn']} of {counts['read']} read"
    )
    return 1 if counts["differences"] or counts["torn"] or counts["begun anew"] else 0


def kill_and_finish(folder: Path, images: int | None, moments: list[str], counts: Counter) -> None:
    """Run to the end in `folder` in as many sittings as it takes, killed at the next of `moments` while one comes."""
    while True:
        due = bool(list(folder.rglob("*.sha256")))  # then it must not begin anew
        process = run(folder, images)
        killed = bool(moments) and killed_at(process, folder, moments[0])
        if not killed and process.wait() != 0:
            raise SystemExit(f"the run ended with an error:\n{said_in(folder)}")
        said = said_in(folder)
        if "Step 2" in said:
            went_on = "continuing at epoch" in said or "the end is made again" in said
            counts["resumes"] += went_on
            counts["begun anew"] += due and not went_on
        if not killed:
            return
        counts["kills"] += 1
        counts[moments.pop(0)] += 1
        for path in written(folder):
            counts["read"] += 1
            counts["torn"] += not is_whole(path)


def run(folder: Path, images: int | None) -> subprocess.Popen:
    """Start the assignment in `folder`; what it says goes to said.txt there."""
    folder.mkdir(exist_ok=True)
    door = [ROOT / "run_assignment.py"] if images is None else [__file__, "--few", images]
    options = ["--firstname", "ana", "--data", "standin", "--no-evaluation"]
    options += ["--epochs", EPOCHS, "--checkpoint-every", 1]
    options += ["--grid-every", 1]
    options += [] if images is None else ["--batch-size", 8]
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        return subprocess.Popen(
            [sys.executable, "-u", *map(str, [*door, *options])], cwd=folder, stdout=said, stderr=subprocess.STDOUT
        )


def said_in(folder: Path) -> str:
    """What the run in `folder` has said so far; while it speaks, or when it was killed, it may end within a letter."""
    return (folder / "said.txt").read_text(encoding="utf-8", errors="replace")


def killed_at(process: subprocess.Popen, folder: Path, moment: str) -> bool:
    """Wait for the moment and kill; False when the run ended before it came."""
    outputs = folder / "outputs" / "ana" / "fashion"
    epochs_before = random.randint(0, 1)  # in this sitting
    while process.poll() is None:
        said = said_in(folder)
        training = "Step 7" in said and said.count("epoch ") - said.count("at epoch ") >= epochs_before
        if moment == "start":
            come = any(outputs.glob("*"))
        elif moment == "updates":
            come = training
        elif moment == "export":
            come = any((folder / "models").glob(".partial-*"))
        elif moment == "figure":
            come = training and any(outputs.glob(".partial-*.[pg][ni][gf]"))
        else:  # not the first one, before which a run has nothing to lose
            come = any(outputs.glob("checkpoints/*.sha256")) and any(outputs.glob("checkpoints/.partial-*.npz"))
        if come:
            # Anywhere within what it takes: a start or some updates take seconds, a file a fraction of one.
            time.sleep(random.uniform(0, 3 if moment in ("start", "updates") else 0.2))
            process.kill()
            process.wait()
            return True
        time.sleep(0.001)
    return False


def written(folder: Path) -> list[Path]:
    """Every file that a reader may meet, but for what is still being written beside its place."""
    found = [*(folder / "outputs").rglob("*"), *(folder / "models").rglob("*")]
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def is_whole(path: Path) -> bool:
    """Whether a file can be read to its end."""
    try:
        if path.suffix in (".png", ".gif"):
            with Image.open(path) as picture:
                for frame in range(getattr(picture, "n_frames", 1)):
                    picture.seek(frame)
                    picture.load()
        elif path.suffix == ".csv":
            table(path)
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".h5":
            weights_in(path)
        elif path.suffix == ".npz":
            with np.load(path) as arrays:
                dict(arrays)
        else:
            assert path.suffix == ".sha256" and len(path.read_bytes().split()) == 2
    except Exception as error:
        print(f"torn: {path} ({error})", flush=True)
        return False
    return True


def left_by(folder: Path) -> dict[str, object]:
    """What a finished run left, by name, without what tells the time of day: files, weights, optimizers, history."""
    left: dict[str, object] = {}
    for path in written(folder):
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                left |= {f"{path.name} {name}": values.tobytes() for name, values in arrays.items() if name != "facts"}
        elif path.suffix == ".csv":
            left[path.name] = [{**row, "seconds": None} for row in table(path)]
        elif path.suffix == ".json":
            record = json.loads(path.read_text(encoding="utf-8"))
            names = ("status", "epochs_done", "updates_done", "final_losses")
            left[path.name] = {name: record[name] for name in names}
        elif path.suffix not in (".sha256", ".html"):  # of a checkpoint, and the report: they hold the seconds, too
            left[path.name] = path.read_bytes()
    return left


def table(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(None not in row.values() for row in rows)
    return rows


def weights_in(path: Path) -> list[np.ndarray]:
    arrays: list[np.ndarray] = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    assert arrays
    return arrays


def run_on_few_images(count: int) -> int:
    """The command line as it is, on the first `count` trousers of the stand-in: the same networks, shorter epochs."""
    from assignment import cli
    from assignment.data import garments, sources, standin
    from assignment.data.dataset import TROUSER, Dataset, Provenance

    def few(*asked) -> Dataset:
        images, labels = np.zeros((70_000, 28, 28), np.uint8), np.zeros(70_000, np.uint8)
        images[:count], labels[:count] = garments.draw_garments(TROUSER, count), TROUSER
        caption = standin.caption("Fashion-MNIST")
        return Dataset(images, labels, Provenance("drawn", caption, "nothing", is_standin=True))

    sources.load = few
    return cli.main_run()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--few"]:
        images = int(sys.argv[2])
        del sys.argv[1:3]
        raise SystemExit(run_on_few_images(images))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=25, help="how many kills")
    parser.add_argument("--images", type=int, help="train on so few trousers, at batch size 8; all 7,000 without it")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    asked = parser.parse_args()
    raise SystemExit(main(asked.times, asked.images, asked.seed))
