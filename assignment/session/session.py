"""One sitting of a training, of whatever track: from where it stands to its end, or to where it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from assignment import runtime
from assignment.errors import AssignmentError, no_room, sentence_for
from assignment.report.page import write_report
from assignment.session.examiner import Exam, Examiner
from assignment.session.journal import Journal, Sketch
from assignment.session.record import write_record
from assignment.session.resume import Earlier
from assignment.session.run import Run
from assignment.session.screen import counted, duration
from assignment.session.watch import Watch
from assignment.training.averaging import averaged
from assignment.training.checkpoints import Checkpoint, Checkpoints, gather, restore
from assignment.training.finite import NotFinite, check_weights, finite_losses
from assignment.training.gan import Gan
from assignment.training.gradients import gradient_norms
from assignment.training.interrupt import Interrupted, StopRequest, stop_on_request
from assignment.training.loop import Place, Row
from assignment.training.proof import Movement
from assignment.training.steps import Update


class Training(NamedTuple):
    """What a track brings to its training.

    `rows` is its loop, from an update rule and a place; `sketch` is its grid, and `save` writes what the end brings;
    `conditions` are what must be the same to continue it; `began` is the perf_counter at which the run began. `exam` is
    what its generator is measured by, None where nothing can measure it.
    """

    gan: Gan
    update: Update
    rows: Callable[[Update, Place], Iterator[Row]]
    updates_per_epoch: int
    sketch: Sketch
    save: Callable[[], None]
    proof: Sequence[Movement]
    conditions: dict[str, Any]
    began: float
    exam: Exam | None = None


def conduct(run: Run, training: Training, earlier: Earlier) -> signal.Signals | None:
    """Train from the earlier checkpoint or the start, draw and save; the signal that stopped it, None at its end.

    A checkpoint is written every `checkpoint_every` epochs, at the end, and when a signal stops the training. Whatever
    else ends it leaves the last one whole; an error that nobody foresaw also leaves what was reached, drawn and saved.

    Raises AssignmentError, with how to go on, when a loss or a weight is no longer finite or the disk is full.
    """
    sitting = _Sitting(run, training, earlier)
    with stop_on_request(lambda: run.screen.say(f"  {sitting.answer_to_a_stop()}; Ctrl-C again stops at once")) as stop:
        try:
            finished = sitting.train(stop)
            sitting.conclude("finished" if finished else "interrupted")
        except NotFinite as breakdown:
            sitting.conclude("failed", broke_down=True)
            raise AssignmentError(sitting.advice_after(breakdown)) from breakdown
        except Exception as error:
            if no_room(error):
                raise AssignmentError(sentence_for(error, once_there_is_room=sitting.kept())) from error
            sitting.conclude_after(error)
            raise
    return None if finished else stop.signal


class _Sitting:
    def __init__(self, run: Run, training: Training, earlier: Earlier):
        self._run, self._training = run, training
        self._ended = self._concluded = False  # the updates; the files that follow them
        self._checkpoints = Checkpoints(run.workspace.checkpoints)
        # Until a first epoch is done, what --fresh is going to replace is worth more.
        self._replaces_another = bool(self._checkpoints.whole()) and earlier.checkpoint is None
        self._place, rows, notes, frames = Place(), (), (), None
        self._kept: tuple[int, int] | None = None
        if earlier.checkpoint is not None:
            restore(training.gan, earlier.checkpoint.networks)
            _, _, self._place, rows, notes, frames, _ = earlier.checkpoint
            self._kept = self._where()
        self._examiner = None
        if run.settings.evaluation and training.exam is not None:
            self._examiner = Examiner(run, training.gan, training.exam, notes)
        watch = Watch(run, self._measure, training.sketch.scale, notes)
        self._journal = Journal(run, training.sketch, watch, rows, frames)
        self._prepared = time.perf_counter()

    def train(self, stop: StopRequest) -> bool:
        """Train, journal what every row brings, and keep checkpoints. False when somebody stopped it."""
        settings, screen = self._run.settings, self._run.screen
        updates, before = self._training.updates_per_epoch, len(self._journal.rows)
        size = f"batch size {settings.batch_size}, {self._run.precision}"
        if updates == 1:
            size += ", all images in every update"
        screen.say(f"  {counted(settings.epochs, 'epoch')} of {counted(updates, 'update')}, {size}")
        finished = False
        with screen.training(settings.epochs, updates, self._place) as view:
            update = view.counted(finite_losses(stop.between_updates(self._training.update)))
            try:
                for row in self._training.rows(update, self._place):
                    check_weights(self._training.gan)
                    view.row(row)
                    with averaged(self._training.gan):
                        self._journal.add(row)
                    if row.epoch % settings.checkpoint_every == 0 or row.epoch == settings.epochs:
                        self._keep()
                finished = True
            except Interrupted:
                check_weights(self._training.gan)
            self._ended = True
        rows = self._journal.rows[before:]
        if finished:
            if rows:
                screen.say(f"  trained {counted(len(rows), 'epoch')} in {duration(sum(row.seconds for row in rows))}")
        elif self._replaces_another and not rows:
            kept = "the earlier training's networks, history, grids and checkpoints are as they were"
            screen.say(f"  stopped as asked, after 0 whole epochs; {kept}")
        else:
            self._keep()
            screen.say(f"  stopped as asked, after {counted(len(self._journal.rows), 'whole epoch')}; {self.kept()}")
        return finished

    def conclude(self, status: str, broke_down: bool = False) -> None:
        """Draw, save, measure and record what was reached; without one whole epoch only a breakdown is recorded.

        Networks that broke down are not saved, and only a training that is finished is measured at length.
        """
        with averaged(self._training.gan):
            self._conclude(status, broke_down)

    def _conclude(self, status: str, broke_down: bool) -> None:
        self._concluded = True
        trained = time.perf_counter()
        if not self._journal.rows:
            if broke_down and not self._replaces_another:
                self._record(status, trained, broke_down)
            return
        try:
            try:
                self._journal.close()
            finally:  # a figure that cannot be drawn costs nobody the networks
                if not broke_down:
                    self._training.save()
            if status == "finished" and self._examiner is not None:
                self._examiner.conclude(self._journal.watch.notes, self._journal.watch.spells(self._journal.rows))
        except BaseException:
            status = "failed"
            raise
        finally:
            self._record(status, trained, broke_down)
        report = write_report(self._run.workspace)
        self._run.screen.say(f"  wrote {self._run.workspace.history}, {self._run.workspace.record} and {report}")

    def _record(self, status: str, trained: float, broke_down: bool) -> None:
        """Write run.json; the training was over at `trained`, by the clock of `time.perf_counter`."""
        timings = {
            "preparation": self._prepared - self._training.began,
            "training": trained - self._prepared,
            "saving": time.perf_counter() - trained,
            "evaluation": self._examiner.seconds if self._examiner else 0.0,  # within the three others
        }
        write_record(
            self._run,
            status=status,
            rows=self._journal.rows,
            updates=int(self._training.gan.combined.optimizer.iterations),
            proof=self._training.proof,
            conditions=self._training.conditions,
            timings=timings,
            losses=self._training.sketch.losses,
            not_well=self._not_well(self._place.epoch if broke_down else None),
        )

    def conclude_after(self, error: Exception) -> None:
        """Save what an unforeseen error left, unless saving is where it happened; only say what goes wrong in that."""
        if self._concluded:
            return
        try:
            self.conclude("failed")
        except (OSError, AssignmentError) as second:
            self._run.screen.say(f"  {sentence_for(second) if isinstance(second, OSError) else second}")

    def _not_well(self, broken_in: int | None = None) -> list[dict[str, Any]]:
        watch = self._journal.watch
        return [
            {
                "name": finding.name,
                "first": first,
                "last": last,
                "seen": finding.seen,
                "means": finding.means,
                "try_next": watch.remedy(finding),
            }
            for finding, first, last in watch.spells(self._journal.rows, broken_in)
        ]

    def _measure(self, epoch: int) -> dict[str, float]:
        """What is noted of the networks after an epoch: their gradients, and at every grid what the judge says.

        Before the first epoch (0) too, so that one sees what the training began with.
        """
        norms = gradient_norms(self._training.gan)
        if self._examiner is None or epoch % self._run.settings.grid_every:
            return norms
        return {**norms, **self._examiner.examine(epoch)}

    def kept(self) -> str:
        """Where the command goes on, given once more."""
        if self._kept is None:
            return "the same command begins anew, since there is no checkpoint yet"
        epochs, updates = self._kept
        command = "the same command without --fresh" if self._run.settings.fresh else "the same command"
        if epochs == self._run.settings.epochs:
            return f"{command} makes the end again, without training"
        return f"{command} continues at epoch {epochs + 1}" + (f", update {updates + 1}" if updates else "")

    def answer_to_a_stop(self) -> str:
        """What the first request to stop brings about."""
        return "training is over and its end is being written" if self._ended else "stopping after this update"

    def advice_after(self, breakdown: NotFinite) -> str:
        """Say where the training broke down, what is left of it, and what to try."""
        finding = self._not_well(self._place.epoch)[-1]
        left = f"the checkpoint after epoch {self._kept[0]} is kept" if self._kept else "no checkpoint was due before"
        return (
            f"{breakdown} in epoch {self._place.epoch}, so the training was stopped: {finding['means']}; {left}, but"
            f" continuing it leads here again: try {finding['try_next']}."
        )

    def _keep(self) -> None:
        """Write a checkpoint of where the training stands, if it has come further than the last; a hindrance is said.

        Raises OSError when the disk is full.
        """
        if self._where() in (self._kept, (0, 0)):
            return
        try:
            self._checkpoints.save(
                Checkpoint(
                    self._training.conditions,
                    runtime.versions(),
                    self._place,
                    self._journal.rows,
                    self._journal.watch.notes,
                    np.array(self._journal.frames),
                    gather(self._training.gan),
                )
            )
            self._kept = self._where()
        except OSError as error:
            if no_room(error):
                raise
            self._run.screen.say(f"  no checkpoint could be written: {sentence_for(error)}")

    def _where(self) -> tuple[int, int]:
        """The whole epochs done, and the updates of the next."""
        return self._place.epoch - 1, len(self._place.losses)
