"""The judge at work in one run: at every grid, and at the end with the floor beside every figure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, isnan

import numpy as np

from assignment.data.dataset import Dataset
from assignment.data.sources import Source
from assignment.errors import AssignmentError
from assignment.evaluation.comparison import DRAWS, Comparison, find_copies
from assignment.evaluation.health import Spell
from assignment.evaluation.judge import BARS
from assignment.evaluation.judge_store import judge_of
from assignment.evaluation.scores import NAMES, OVER_TIME, Copying, Range, summarised, thinned
from assignment.evaluation.verdicts import Verdict, verdicts
from assignment.figures.quality import measures_over_time
from assignment.session.record import write_metrics
from assignment.session.run import Run
from assignment.training import streams
from assignment.training.export import Facts, export_h5, read_facts
from assignment.training.gan import Gan
from assignment.training.naming import named_for_graphs

AT_A_TIME = 500  # images
Notes = Mapping[str, float]


@dataclass(frozen=True)
class Exam:
    """What a track's generator is compared with: real `images` float32 (n, 28, 28, 1) in [-1, 1] and `labels` (n,).

    `source` and `dataset` are what its judge is trained on. `learned_from` are the images that its generator has seen;
    None where it has seen all of `images` and no others. `asked` is whether every generated image should be of a
    certain class: of the only one, or of the one it was asked for. `facts` go with the best generator.
    """

    source: Source
    dataset: Dataset
    images: np.ndarray
    labels: np.ndarray
    learned_from: np.ndarray | None
    asked: bool
    facts: Facts


class Examiner:
    """Measures one run's generator. `seconds` is how long that has taken so far, without the judge's own training."""

    def __init__(self, run: Run, gan: Gan, exam: Exam, notes: Sequence[Notes] = ()):
        """Take the judge of the exam's images from its shelf, or train it now.

        `notes` are those of the earlier sittings, the untrained networks' first: what was best then is not replaced by
        anything less.
        """
        self._run, self._gan, self._exam = run, gan, exam
        self._best, self._best_epoch = self._best_of(notes)
        kept = judge_of(
            exam.source.name,
            exam.dataset,
            self._training,
            lambda: run.screen.say("  another run is training the judge of these images; this one waits for it"),
        )
        self._judge_facts = kept.facts
        run.screen.say(f"  the judge recognises {kept.facts['accuracy']:.4f} of the test images")
        if kept.facts["accuracy"] < BARS[exam.source.name]:
            run.screen.warn(
                "A weak judge", f"It should recognise {BARS[exam.source.name]:.2f} of them; do not rely on its figures."
            )
        self.seconds = 0.0
        with self._clock():
            self._comparison = Comparison(kept.judge, exam.images, exam.labels)

    def examine(self, epoch: int) -> dict[str, float]:
        """Measure one draw of the generator as it is after `epoch`, and keep it where it is the best so far.

        Epoch 0 is the untrained one, which is not kept. Raises OSError when the best generator cannot be written.
        """
        with self._clock():
            measures = self._comparison.measure(*self._draw(epoch, 0))
            if epoch and measures.judge_fid < self._best:
                self._keep_best(epoch, measures.judge_fid)
        return {name: value for name, value in measures._asdict().items() if not isnan(value)}

    def conclude(self, notes: Sequence[Notes], spells: Sequence[Spell]) -> None:
        """Measure the last generator at length: metrics.json, a figure, three tables.

        `notes` are all that there were, the untrained networks' first; `spells` is what was not well.
        """
        last = len(notes) - 1
        with self._clock():
            drawn = [self._draw(last, number) for number in range(1, DRAWS + 1)]
            figures = summarised([self._comparison.measure(*draw) for draw in drawn])
            floor = summarised(self._comparison.floor())
            copying = self._find_copies(drawn[0][0])
        measured = {epoch: self._figures_of(note) for epoch, note in enumerate(notes) if "judge_fid" in note}
        if last not in measured:
            measured[last] = {name: figure.mean for name, figure in figures.items()}
            if measured[last]["judge_fid"] < self._best:
                self._keep_best(last, measured[last]["judge_fid"])
        judged = verdicts(
            figures,
            floor,
            copying,
            {epoch: one["judge_fid"] for epoch, one in measured.items()},
            spells,
            len(self._comparison.classes),
        )
        images = {"a_draw": self._comparison.draw, "draws": DRAWS, "real": self._comparison.reference}
        write_metrics(
            self._run,
            judge=self._judge_facts,
            images=images,
            figures=figures,
            floor=floor,
            copying=copying,
            measured=measured,
            verdicts=judged,
        )
        means = {name: of.mean for name, of in floor.items()}
        title = "How near the generated images come to real ones"
        self._run.keep(measures_over_time(measured, means, title, self._run.caption), self._run.workspace.measures)
        self._tell(figures, floor, copying, measured, judged)

    def _best_of(self, notes: Sequence[Notes]) -> tuple[float, int]:
        """The smallest judge FID of the earlier sittings and its epoch, where that generator's file stands."""
        measured = [(note["judge_fid"], epoch) for epoch, note in enumerate(notes) if epoch and "judge_fid" in note]
        fid, epoch = min(measured, default=(inf, 0))
        path = self._run.workspace.best_generator
        try:
            stands = path.is_file() and read_facts(path).epoch == epoch
        except AssignmentError:
            stands = False
        if notes and not stands:  # a kill between two files, or another --models-dir
            path.unlink(missing_ok=True)
        return (fid, epoch) if stands else (inf, 0)

    def _keep_best(self, epoch: int, judge_fid: float) -> None:
        facts = self._exam.facts._replace(epoch=epoch)
        export_h5(self._gan.generator, self._run.workspace.best_generator, facts)
        self._best, self._best_epoch = judge_fid, epoch

    @contextmanager
    def _training(self) -> Iterator:
        self._run.screen.say("  the judge of these images is trained first, once for all runs; that takes minutes")
        with self._run.screen.working("training the judge") as trained:
            yield trained

    @contextmanager
    def _clock(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - started

    def _draw(self, epoch: int, number: int) -> tuple[np.ndarray, np.ndarray | None]:
        """A draw of the generator's images (n, 28, 28, 1), and the classes (n,) that they should be of."""
        count, latent_dim = self._comparison.draw, self._gan.generator.inputs[0].shape[1]
        drawn = streams.evaluation_noise(self._run.settings.seed, epoch, number, count, latent_dim)
        noise = self._run.mixture.noise(drawn)
        asked = np.resize(self._comparison.classes, count).astype(np.int32)
        inputs = self._gan.generator_inputs(noise, asked[:, np.newaxis])
        with named_for_graphs(self._gan.generator):
            images = self._gan.generator.predict(inputs, batch_size=AT_A_TIME, verbose=0)
        return images, asked if self._exam.asked else None

    def _find_copies(self, images: np.ndarray) -> Copying:
        if self._exam.learned_from is None:
            return find_copies(images, self._exam.images, None)
        return find_copies(images, self._exam.learned_from, self._exam.images)

    @staticmethod
    def _figures_of(note: Notes) -> dict[str, float]:
        return {name: value for name, value in note.items() if name in NAMES}

    def _tell(
        self,
        figures: Mapping[str, Range],
        floor: Mapping[str, Range],
        copying: Copying,
        measured: Mapping[int, Notes],
        judged: Sequence[Verdict],
    ) -> None:
        screen, comparison, workspace = self._run.screen, self._comparison, self._run.workspace
        over_time = [name for name in OVER_TIME if name in figures]
        screen.table(
            "How the generated images went",
            ("epoch", *(NAMES[name][0] for name in over_time)),
            [
                (str(epoch) if epoch else "untrained", *(f"{one[name]:.{NAMES[name][1]}f}" for name in over_time))
                for epoch, one in thinned(list(measured.items()))
            ],
        )
        screen.table(
            f"How good is the generator? Mean (least to most) of {DRAWS} draws of {comparison.draw:,} images beside"
            f" {comparison.reference:,} real ones; floor: what other real images get",
            ("figure", "generated", "floor"),
            [
                *(
                    (title, figures[name].told(decimals), floor[name].told(decimals))
                    for name, (title, decimals) in NAMES.items()
                    if name in figures
                ),
                ("copies of training images", f"{copying.copies:.3f}", "0.010"),
            ],
        )
        screen.say("  Judge FID is measured in our own judge's features; it does not compare with published FIDs.")
        screen.table("Verdicts", ("question", "answer", "evidence"), judged)
        if self._best_epoch:
            screen.say(
                f"  wrote {workspace.best_generator}, the generator of epoch {self._best_epoch}, the best by judge FID"
                f" ({self._best:.2f}); the sheet's .h5 is the last one's"
            )
        screen.say(f"  wrote {workspace.metrics}")
