"""What is known about a submission: answers to checks, findings, metrics, and what its files record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assignment.checking.answers import YES, Finding, Line

# Names of checks, which a rubric uses. The others are figures: "figure step2_real_images.png".
REAL_IMAGES = "real images"
GENERATOR_LAYERS, DISCRIMINATOR_LAYERS = "generator layers", "discriminator layers"
COMPILED, NAMES, FILES = "compiled", "names", "files"
TRAINED, LENGTH, HISTORY, RECORD = "trained", "length", "history", "record"
PIXELS, RECOGNIZABLE, VARIED, ORIGINAL = "pixels", "recognizable", "varied", "original"
CHECKS = {
    REAL_IMAGES: "the run's record says that it learned real images, not the drawn stand-in",
    GENERATOR_LAYERS: "kind, inputs, outputs, layers and number of weights of the generator",
    DISCRIMINATOR_LAYERS: "the same of the discriminator",
    COMPILED: "loss and optimizer of the discriminator, as its file says",
    NAMES: "the names of both networks",
    FILES: "each network is in a file of its own, complete, and can be read",
    TRAINED: "the weights of both networks were changed by a training",
    LENGTH: "number of epochs and batch size, as the files say",
    HISTORY: "history.csv has a line for each epoch of the record",
    RECORD: "the record agrees with the files: checksums, epochs, seed, first name",
    PIXELS: "the generator's images are in -1..1",
    RECOGNIZABLE: "the judge recognizes the generated images",
    VARIED: "the generated images are as varied as real ones",
    ORIGINAL: "the generated images are more than copies of the training images",
}
FIGURE = "figure "  # the name of a figure's check is this and its file name


@dataclass(frozen=True)
class Answer:
    """The answer to a check.

    answer: True, False, or None if it could not be checked; `found` says why.
    """

    requirement: str
    answer: bool | None
    found: str = ""
    advice: str = ""


@dataclass(frozen=True)
class NetworkFacts:
    """What a network's file says.

    role: generator or discriminator.
    weights: hash of all arrays, whatever their names.
    firstname, seed, epoch: as this program recorded them; "" or None in files of others.
    """

    file: str
    role: str
    keras: str
    weights: str
    firstname: str = ""
    seed: int | None = None
    epoch: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What is known about a submission.

    reason: why it cannot be graded; "" if it can.
    files: the names of all its files.
    checks: the answers by the name of the check.
    findings: what the weights and images reveal, by the role of the network.
    networks: its networks, the generator first.
    metrics: of the generated images, by name; floor: of real images; {} if they were not measured.
    not_measured: why; "" if they were.
    recorded: what its run.json says, in words, by name: "seed", "epochs" and so on.
    left_out: files that the student left out, to fit a limit of the platform.
    notes: for the teacher.
    """

    reason: str = ""
    files: tuple[str, ...] = ()
    checks: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    findings: tuple[tuple[str, Finding], ...] = ()
    networks: tuple[NetworkFacts, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    floor: dict[str, float] = field(default_factory=dict)
    not_measured: str = ""
    recorded: dict[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def network(self, role: str) -> NetworkFacts | None:
        """Return the network with this role, None if there is none."""
        return next((network for network in self.networks if network.role == role), None)


def answer_of(line: Line, prefix: str = "") -> Answer:
    """Return the answer in a line of `assignment check`."""
    value = {YES: True, "no": False}.get(line.answer)
    return Answer(prefix + line.requirement, value, line.found, line.advice)


def count(answers: Mapping[str, tuple[Answer, ...]], value: bool | None) -> int:
    """Return how many answers have this value."""
    return sum(answer.answer is value for group in answers.values() for answer in group)
