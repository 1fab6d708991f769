"""One training session, for any track: from the start or a checkpoint, until it ends or is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from assignment.errors import AssignmentError, describe_os_error, is_disk_full
from assignment.evaluation.metrics import NotFinite
from assignment.report.page import write_report
from assignment.session.deviations import deviations, trained_length
from assignment.session.examiner import Examiner
from assignment.session.journal import LOSSES_EVERY, Journal
from assignment.session.keeper import CheckpointKeeper
from assignment.session.memorization import MemorizationCheck
from assignment.session.record import write_record
from assignment.session.resume import Earlier
from assignment.session.run import Run
from assignment.session.screen import duration, plural
from assignment.session.track import LabeledImages
from assignment.session.training import Training
from assignment.session.watch import Watch
from assignment.settings.tracks import Settings
from assignment.storage.lock import FolderTaken
from assignment.training.checkpoints import restore
from assignment.training.finite import Diverged, check_weights, finite_losses
from assignment.training.interrupt import Interrupted, StopRequest, stop_on_signals
from assignment.training.loop import Position, Row
from assignment.training.optimizer_state import averaged_weights, count_updates, gradient_norms


def run_session(run: Run[Settings], training: Training, earlier: Earlier, stop: StopRequest) -> signal.Signals | None:
    """Train from the earlier checkpoint or from the start; return the signal that stopped it, None at the end.

    A checkpoint is written every `checkpoint_every` epochs, at the end, and when a signal stops the training. Any other
    end leaves the last checkpoint in place; after an unforeseen error, the results so far are also drawn and saved.

    stop: the request that signals make here, or another thread.
    Raises AssignmentError, with what to do next, if the training diverges or the disk is full.
    """
    session = _Session(run, training, earlier)
    again = stop.announce_again
    stop.announce = lambda: run.screen.say(f"  {session.stop_message()}; {again}")
    with stop_on_signals(stop):
        try:
            finished = session.train(stop)
            session.write_results("finished" if finished else "interrupted")
        except (Diverged, NotFinite) as error:
            session.write_results("failed", diverged=True)
            raise AssignmentError(session.divergence_advice(error)) from error
        except FolderTaken:
            raise  # what is saved in this folder now belongs to another run
        except Exception as error:
            if isinstance(error, OSError) and is_disk_full(error):
                hint = session.keeper.resume_hint()
                raise AssignmentError(describe_os_error(error, after_freeing_space=hint)) from error
            session.save_after_error()
            raise
    return None if finished else stop.signal


class _State(Enum):
    TRAINING = auto()
    TRAINED = auto()
    WRITING_RESULTS = auto()


class _Session:
    def __init__(self, run: Run[Settings], training: Training, earlier: Earlier):
        self._run, self._training = run, training
        self._state = _State.TRAINING
        checkpoint = earlier.checkpoint
        self.keeper = CheckpointKeeper(run, training.gan, training.conditions, checkpoint)
        self._position = checkpoint.position if checkpoint else Position()
        notes, self._judge = (checkpoint.notes, checkpoint.judge) if checkpoint else ([], "")
        spec = training.evaluation
        self._memorization = None
        if spec is not None and spec.unseen is not None:
            seen = LabeledImages(spec.data.images, spec.data.labels)
            self._memorization = MemorizationCheck(run, training.gan, seen, spec.unseen)
        self._examiner = None
        if run.is_evaluated and training.evaluation is not None:
            # Before the checkpoint is restored, because it may have to measure the untrained generator.
            self._examiner = Examiner(run, training.gan, training.evaluation, training.metadata, notes, self._judge)
            notes, self._judge = self._examiner.notes, self._examiner.judge
        if checkpoint is not None:
            restore(training.gan, checkpoint.variables)
        watch = Watch(run, self._measure, training.view.thresholds, notes)
        rows, frames = (checkpoint.rows, checkpoint.frames) if checkpoint else ([], None)
        self._journal = Journal(run, training.view, watch, rows, frames)
        self._prepared = time.perf_counter()

    def train(self, stop: StopRequest) -> bool:
        """Train, record every epoch and write checkpoints; return False if it was stopped.

        With --finish, the training so far counts as finished.
        """
        if self._run.settings.finish:
            self._run.screen.say(f"  finished after {self._trained_length()}; no further training")
            return True
        settings, screen, gan = self._run.settings, self._run.screen, self._training.gan
        updates, earlier_epochs = self._training.updates_per_epoch, len(self._journal.rows)
        size = f"batch size {settings.batch_size}, {self._run.precision}"
        if updates == 1:
            size += ", all images in every update"
        screen.say(f"  {plural(settings.epochs, 'epoch')} of {plural(updates, 'update')}, {size}")
        screen.say(f"  watch {self._run.workspace.losses}, drawn every {LOSSES_EVERY:.0f} seconds")
        finished = False
        with screen.training(settings.epochs, updates, self._position) as progress:
            update = progress.count_updates(finite_losses(stop.between_updates(self._training.update)))
            try:
                for row in self._training.rows(update, self._position):
                    check_weights(gan)
                    progress.finish_epoch(row)
                    with averaged_weights(gan):
                        self._journal.add(row)
                    if row.epoch % settings.checkpoint_every == 0 or row.epoch == settings.epochs:
                        self._save_checkpoint()
                finished = True
            except Interrupted:
                check_weights(gan)
            self._state = _State.TRAINED
        rows = self._journal.rows[earlier_epochs:]
        if not finished:
            self._stop(rows)
        elif rows:
            screen.say(f"  trained {plural(len(rows), 'epoch')} in {duration(sum(row.seconds for row in rows))}")
        return finished

    def _stop(self, rows: Sequence[Row]) -> None:
        """Write a checkpoint after a stop, and print what the same command does next; `rows` are this session's."""
        screen = self._run.screen
        if self.keeper.replaces_other and not rows:
            unchanged = "the earlier training's networks, history, grids and checkpoints are unchanged"
            screen.say(f"  stopped after 0 complete epochs; {unchanged}")
            return
        self._save_checkpoint()
        screen.say(f"  stopped after {self._trained_length()}; {self.keeper.resume_hint()}")
        if self._journal.rows:
            screen.say("  add --finish to the same command to end here, with all results")

    def write_results(self, status: str, diverged: bool = False) -> None:
        """Draw, save, measure and record the results; without a complete epoch, record only a divergence.

        Networks that diverged are not saved, and only a finished training is measured in full.
        """
        self._state = _State.WRITING_RESULTS
        trained = time.perf_counter()
        with averaged_weights(self._training.gan):
            if not self._journal.rows:
                if diverged and not self.keeper.replaces_other:
                    self._write_record(status, trained, diverged)
                return
            try:
                self._write_files(status, diverged)
            except BaseException:
                status = "failed"
                raise
            finally:
                self._write_record(status, trained, diverged)
        self._print_end(diverged)

    def _print_end(self, diverged: bool) -> None:
        """Write the report, and print how the run differs from the standard run and where the report is."""
        run = self._run
        report = write_report(run.workspace, run.settings.TITLE, self._training.sheet)
        next_updates = self._next_updates(diverged)
        sentences = deviations(run.settings, run.images_from, len(self._journal.rows), next_updates)
        if sentences:
            run.screen.say("\nDifferences from the standard run")
        for sentence in sentences:
            run.screen.say(f"  {sentence}")
        run.screen.say(f"\nopen {report}")

    def _write_files(self, status: str, diverged: bool) -> None:
        try:
            self._journal.close()
        finally:  # the networks are saved even if a figure cannot be drawn
            if not diverged:
                metadata, updates = self._training.metadata, count_updates(self._training.gan)
                self._training.save(metadata._replace(epoch=len(self._journal.rows), updates=updates))
                if self._examiner is not None:
                    self._examiner.remove_other_best()  # with the other networks, which `save` has replaced
        if status == "finished" and self._examiner is not None:
            watch = self._journal.watch
            share_of_next = self._next_updates() / self._training.updates_per_epoch
            self._examiner.measure_result(watch.notes, watch.episodes(self._journal.rows), share_of_next)

    def _write_record(self, status: str, trained: float, diverged: bool) -> None:
        """Write run.json; `trained` is the `time.perf_counter()` at which the training ended."""
        timings = {
            "preparation": self._prepared - self._training.began,
            "training": trained - self._prepared,
            "saving": time.perf_counter() - trained,
            "evaluation": self._examiner.seconds if self._examiner else 0.0,  # part of the three others
        }
        write_record(
            self._run,
            status=status,
            rows=self._journal.rows,
            updates=count_updates(self._training.gan),
            proof=self._training.proof,
            conditions=self._training.conditions,
            timings=timings,
            loss_unit=self._training.view.loss_unit,
            next_updates=self._next_updates(diverged),
            problems=self._problems(self._position.epoch if diverged else None),
        )

    def save_after_error(self) -> None:
        """Save the results after an unforeseen error, unless saving caused it; report further errors."""
        if self._state is _State.WRITING_RESULTS:
            return
        try:
            self.write_results("failed")
        except (OSError, AssignmentError) as second:
            self._run.screen.say(f"  {describe_os_error(second) if isinstance(second, OSError) else second}")

    def stop_message(self) -> str:
        """Return what happens after the first request to stop."""
        if self._state is _State.TRAINING:
            return "stopping after this update"
        return "training has ended and its results are being written"

    def divergence_advice(self, error: Diverged | NotFinite) -> str:
        """Return where the training diverged, which checkpoint is left, and what to try."""
        problem = self._problems(self._position.epoch)[-1]
        last = self.keeper.describe_last()
        again = (
            f"the checkpoint {last} is kept, but continuing from it" if last else "starting over with the same options"
        )
        return (
            f"{error} in epoch {self._position.epoch}, so the training was stopped: {problem['means']}; {again}"
            f" diverges again: try {problem['try_next']}."
        )

    def _problems(self, diverged_in: int | None = None) -> list[dict[str, Any]]:
        watch = self._journal.watch
        return [
            {
                "name": problem.name,
                "first": first,
                "last": last,
                "seen": problem.seen,
                "means": problem.means,
                "try_next": watch.remedy(problem),
            }
            for problem, first, last in watch.episodes(self._journal.rows, diverged_in)
        ]

    def _trained_length(self) -> str:
        return trained_length(len(self._journal.rows), self._next_updates())

    def _next_updates(self, diverged: bool = False) -> int:
        """Return the updates of the epoch after the complete ones; none if they diverged, since they are not kept."""
        return 0 if diverged else len(self._position.losses)

    def _measure(self, epoch: int) -> dict[str, float]:
        """Return notes on the networks after an epoch (0: untrained).

        These are the gradient norms, the discriminator's memorization, and the metrics at every grid and after the last
        epoch.
        """
        notes, settings = gradient_norms(self._training.gan), self._run.settings
        if self._memorization is not None:
            notes |= self._memorization.measure()
        is_due = epoch % settings.grid_every == 0 or epoch == settings.epochs
        if self._examiner is None or not is_due:
            return notes
        return {**notes, **self._examiner.measure_epoch(epoch)}

    def _save_checkpoint(self) -> None:
        journal = self._journal
        self.keeper.save(self._position, journal.rows, journal.watch.notes, journal.frames, self._judge)
