"""Does a lab on a cluster whose parts are killed end with the table of a lab without a cluster?

    python benchmarks/cluster.py --times 8 [--small-disk FOLDER]

Starts a Dask scheduler and two workers on this machine and runs labs of four tiny runs on them (320 drawn images; see
tests/cluster/tiny_run.py). In each lab one part fails at a random moment: a worker, the scheduler or the lab's command
is killed with SIGKILL (on Windows, TerminateProcess), or the lab's command gets Ctrl-C. What was killed is started
again. Each lab's tables are then compared with those of `--jobs 1`, without the seconds, and its output is read: no run
may be completed twice. The exit code is 1 if a table differs or a run was completed twice.

`--small-disk` adds a full disk: a folder on a file system of its own with about 1 GB, which is filled meanwhile.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

from assignment.environment import usable_processors

TINY_RUN = Path(__file__).parent.parent / "tests" / "cluster" / "tiny_run.py"
HOST, PORT = "127.0.0.1", 8797  # another port than Dask's own
ADDRESS = f"tcp://{HOST}:{PORT}"
TRIALS = 4
OPTIONS = ["--firstname=ana", "--data=standin", "--epochs=11", "--seeds=2", "--practices=ema"]
# A lab that fetches files every second, and one without a cluster whose runs are as tiny as the workers'.
LAB = f"""
import signal, sys
from assignment.lab import distributing, lab, remote_trial
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
distributing.POLL_SECONDS, remote_trial.REPORT_SECONDS, remote_trial.CHECKPOINT_SECONDS = 0.2, 1.0, 1.0
command = lab.trial_command
lab.trial_command = lambda *of: [sys.executable, {str(TINY_RUN)!r}, "assignment", *command(*of)[3:]]
from assignment.cli import main
sys.argv[0] = "assignment"
raise SystemExit(main())
"""
FAULTS = ("worker", "scheduler", "lab", "interrupt")
DELAYS = {"earliest": 10.0, "latest": 60.0}  # seconds after the start of a lab
LAB_TIMEOUT = 900.0


class Machine:
    """The processes of a cluster on this machine."""

    def __init__(self, scratch: Path):
        self._scratch, self._number = scratch, 0
        self.scheduler = self._start_scheduler()
        self.workers = [self._start_worker(), self._start_worker()]

    def fail(self, part: str) -> None:
        """Kill a worker or the scheduler, and start it again; Dask's workers end with their scheduler."""
        if part == "worker":
            _kill(self.workers.pop(random.randrange(2)))
            self.workers.append(self._start_worker())
        else:
            _kill(self.scheduler)
            for worker in self.workers:
                worker.wait()
            self.scheduler = self._start_scheduler()
            self.workers = [self._start_worker(), self._start_worker()]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            _kill(process)

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start("scheduler", "--host", HOST, "--port", str(PORT))

    def _start_worker(self) -> subprocess.Popen[bytes]:
        options = ["--nthreads", str(usable_processors()), "--no-nanny", "--preload", str(TINY_RUN)]
        return self._start("worker", ADDRESS, *options, "--local-directory", str(self._scratch / "workers"))

    def _start(self, command: str, *options: str) -> subprocess.Popen[bytes]:
        self._number += 1
        words = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard", *options]
        with (self._scratch / f"{command}_{self._number}.txt").open("wb") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, cwd=self._scratch)


def main(times: int, small_disk: Path | None, seed: int) -> int:
    random.seed(seed)
    counts: Counter[str] = Counter()
    faults = (*FAULTS, "full disk") if small_disk else FAULTS
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        alone = scratch / "alone"
        start_lab(alone, "--jobs=1").wait()
        expected = read_tables(alone)
        machine = Machine(scratch)
        try:
            for number, fault in enumerate(islice(cycle(faults), times)):
                outputs = (small_disk or scratch) / f"lab_{number}"
                printed = run_with_fault(outputs, fault, machine)
                count(counts, fault, read_tables(outputs) == expected, printed)
                shutil.rmtree(outputs)
        finally:
            machine.stop()
    print(", ".join(f"{name}: {number}" for name, number in sorted(counts.items())))
    return 1 if counts["different tables"] or counts["runs completed twice"] else 0


def count(counts: Counter[str], fault: str, is_equal: bool, printed: str) -> None:
    completed = Counter(line.partition(":")[0].strip() for line in printed.splitlines() if " runs done" in line)
    counts.update(
        {
            "labs": 1,
            f"failures ({fault})": 1,
            "runs continued": printed.count("waits for another one"),
            "runs completed": sum(completed.values()),
            "runs completed twice": sum(number > 1 for number in completed.values()),
            "different tables": not is_equal,
        }
    )
    print(
        f"{fault}: tables {'equal' if is_equal else 'DIFFERENT'}, {sum(completed.values())} runs completed", flush=True
    )


def run_with_fault(outputs: Path, fault: str, machine: Machine) -> str:
    """Run a lab, let one part fail, and start the same command until the lab is complete; return all it printed."""
    began = time.monotonic()
    log = outputs.parent / f"{outputs.name}.txt"
    lab = start_lab(outputs, f"--scheduler={ADDRESS}", log=log)
    time.sleep(random.uniform(*DELAYS.values()))
    failing: dict[str, Callable[[], None]] = {
        "lab": lambda: _kill(lab),
        "interrupt": lambda: lab.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)),
        "full disk": lambda: _fill(outputs.parent, lab),
    }
    failing.get(fault, lambda: machine.fail(fault))()
    while lab.wait(LAB_TIMEOUT) != 0:
        if time.monotonic() > began + LAB_TIMEOUT:
            raise SystemExit(f"a lab does not end; its output is:\n{log.read_text(encoding='utf-8')}")
        lab = start_lab(outputs, f"--scheduler={ADDRESS}", log=log)
    return log.read_text(encoding="utf-8")


def start_lab(outputs: Path, *options: str, log: Path | None = None) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", LAB, "lab", *OPTIONS, *options, f"--outputs-dir={outputs}"]
    group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(words, stdout=output, stderr=output, creationflags=group)


def read_tables(outputs: Path) -> Sequence[object]:
    """Return the rows of a lab's tables, without the seconds."""
    folder = outputs / "ana" / "lab" / "fashion"
    tables = []
    for name in ("results.csv", "curves.csv"):
        with (folder / name).open(newline="", encoding="utf-8") as lines:
            tables.append([{k: v for k, v in row.items() if "seconds" not in k} for row in csv.DictReader(lines)])
    return tables


def _fill(disk: Path, lab: subprocess.Popen[bytes]) -> None:
    """Fill a disk until the lab has ended."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        while lab.poll() is None:
            try:
                file.write(b"\0" * 1_000_000)
                file.flush()
            except OSError:
                time.sleep(0.2)
    print(f"full disk: the lab ended with exit code {lab.returncode}", flush=True)
    filler.unlink()


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=8, help="number of labs (default 8)")
    parser.add_argument("--small-disk", type=Path, help="a folder on a small file system of its own, to fill it")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    options = parser.parse_args()
    raise SystemExit(main(options.times, options.small_disk, options.seed))
