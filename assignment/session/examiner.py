"""Measures a run's generator at every grid and in full at the end, and keeps the best."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from math import inf, isnan

from assignment.errors import AssignmentError
from assignment.evaluation.comparison import DRAW_COUNT
from assignment.evaluation.health import Episode
from assignment.evaluation.scores import METRICS, Scores
from assignment.evaluation.verdicts import Verdict, verdicts
from assignment.figures.quality import metric_curves
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.session.measurement import Measurer
from assignment.session.record import read_measured, write_metrics
from assignment.session.run import Run
from assignment.session.track import EvaluationSpec
from assignment.session.watch import Notes
from assignment.settings.tracks import Settings
from assignment.storage.files import FileCopies, check_writing_allowed
from assignment.training.export import export_h5, float32_copy
from assignment.training.gan import Gan
from assignment.training.network_file import load_network
from assignment.training.optimizer_state import count_updates


class Examiner:
    """Measures one run's generator: a copy in float32, the precision of its .h5 file.

    metadata: what the best generator's file records.
    notes: those of the earlier sessions, the untrained networks' first; the attribute also has the metrics that were
    measured at their ends, and none that another judge measured. If that leaves none, the networks must still be
    untrained. The best generator so far is kept.
    judge: hash of the judge; as an argument, that of the judge that measured the notes.
    seconds: how long measuring has taken so far, without reading the real images or training a judge.
    """

    def __init__(
        self,
        run: Run[Settings],
        gan: Gan,
        spec: EvaluationSpec,
        metadata: ModelMetadata,
        notes: Sequence[Notes] = (),
        judge: str = "",
    ):
        self._run, self._gan, self._metadata = run, gan, metadata
        self.seconds = 0.0
        self._measurer = Measurer(run, spec)
        self._generator = float32_copy(gan.generator)
        self.judge = self._measurer.facts.weights
        if judge != self.judge:
            notes = [{name: value for name, value in note.items() if name not in METRICS} for note in notes]
        self.notes = self._with_final_metrics(notes)
        self._best_fid, self._best_epoch = self._find_best(self.notes)
        self._best_file = FileCopies()
        if self._best_epoch:
            self._best_file.add(run.workspace.best_generator)
        if self.notes and "judge_fid" not in self.notes[0]:  # no earlier session was evaluated by this judge
            self.notes[0].update(self.measure_epoch(0))

    def measure_epoch(self, epoch: int) -> dict[str, float]:
        """Measure one draw of the generator after `epoch` (0: untrained), and save the generator if it is the best.

        The untrained generator is not saved. Raises OSError if the best generator cannot be written.
        """
        with self._timed():
            self._generator.set_weights(self._gan.generator.get_weights())
            scores = self._measurer.measure_draw(self._generator, epoch)
            self._best_file.restore()
            if epoch and scores.judge_fid < self._best_fid:
                self._save_best(epoch, scores.judge_fid)
        return _measured(scores)

    def measure_result(self, notes: Sequence[Notes], problems: Sequence[Episode], share_of_next: float = 0.0) -> None:
        """Measure the last generator in full: write metrics.json and its figure, and print the verdicts.

        notes: those of the whole training, the untrained networks' first; problems: those of the training.
        share_of_next: how much of the epoch after the last complete one was trained, 0..1.
        """
        epochs = len(notes) - 1
        last = round(epochs + share_of_next, 2) if share_of_next else epochs
        self._run.screen.say("\nEvaluation")
        self._best_file.restore()
        generator = load_network(self._run.workspace.generator_model)
        with self._timed(), self._run.screen.working("measuring the generated images") as on_progress:
            scores, floor, copying = self._measurer.measure(generator, epochs, on_progress)
        measured: dict[float, Notes] = {
            epoch: {name: value for name, value in note.items() if name in METRICS}
            for epoch, note in enumerate(notes)
            if "judge_fid" in note
        }
        if last not in measured:  # one draw, like the others
            with self._timed():
                measured[last] = _measured(self._measurer.measure_draw(generator, epochs))
        fids = {epoch: values["judge_fid"] for epoch, values in measured.items()}
        if fids[last] < self._best_fid and fids[last] == min(fid for epoch, fid in fids.items() if epoch):
            self._save_best(last, fids[last])
        comparison = self._measurer.comparison
        answers = verdicts(scores, floor.scores, copying, fids, problems, len(comparison.classes), epochs)
        write_metrics(
            self._run,
            judge=asdict(self._measurer.facts),
            images={"per_draw": comparison.draw_size, "draws": DRAW_COUNT, "real": comparison.reference_size},
            scores=scores,
            floor=floor.scores,
            copying=copying,
            measured=measured,
            verdicts=answers,
        )
        floor_means = {name: score.mean for name, score in floor.scores.items()}
        title = "Similarity of the generated images to real ones"
        figure = metric_curves(measured, floor_means, title, self._run.caption)
        self._run.save_figure(figure, self._run.workspace.metrics_figure)
        self._print(answers, floor_means["judge_fid"])

    def remove_other_best(self) -> None:
        """Delete the best generator's file if this training did not write it, or was killed before its checkpoint."""
        if not self._best_epoch:
            check_writing_allowed()
            self._run.workspace.best_generator.unlink(missing_ok=True)

    def _with_final_metrics(self, notes: Sequence[Notes]) -> list[Notes]:
        """Return the notes with the metrics that an earlier session measured at its end, where no grid was due."""
        completed = [dict(note) for note in notes]
        measured = read_measured(self._run.workspace.metrics, self.judge)
        for epoch, note in enumerate(completed):
            if "judge_fid" not in note:
                note.update(measured.get(epoch, {}))
        return completed

    def _find_best(self, notes: Sequence[Notes]) -> tuple[float, float]:
        """Return the lowest judge FID of the earlier sessions and its epoch, if that generator's file exists."""
        measured = [(note["judge_fid"], epoch) for epoch, note in enumerate(notes) if epoch and "judge_fid" in note]
        fid, epoch = min(measured, default=(inf, 0))
        path = self._run.workspace.best_generator
        try:
            exists = path.is_file() and read_metadata(path).epoch == epoch
        except AssignmentError:
            exists = False
        return (fid, epoch) if exists else (inf, 0)

    def _save_best(self, epoch: float, judge_fid: float) -> None:
        metadata = self._metadata._replace(epoch=int(epoch), updates=count_updates(self._gan))
        export_h5(self._gan.generator, self._run.workspace.best_generator, metadata)
        self._best_fid, self._best_epoch = judge_fid, epoch
        self._best_file.add(self._run.workspace.best_generator)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - began

    def _print(self, answers: Sequence[Verdict], floor_fid: float) -> None:
        screen = self._run.screen
        screen.say("\nDid it learn? (The report has the evidence.)")
        for verdict in answers:
            screen.say(f"  {verdict.question} {verdict.answer}")
        if self._best_epoch:
            screen.say(
                f"  best judge FID, of one draw: {self._best_fid:.2f} after epoch {self._best_epoch:g} (real images:"
                f" {floor_fid:.2f})"
            )
            screen.say(f"  {self._run.workspace.best_generator} is the generator of that epoch")
        else:
            screen.say("  the best epoch's generator is missing here; only a new training (--fresh) writes it again")


def _measured(scores: Scores) -> dict[str, float]:
    """Return the scores of a draw by name, without those that the track does not have."""
    return {name: value for name, value in scores._asdict().items() if not isnan(value)}
