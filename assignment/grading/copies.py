"""Pairs of submissions with the same or nearly the same weights, and what may explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assignment.checking.roles import DISCRIMINATOR, GENERATOR
from assignment.grading.evidence import NetworkFacts
from assignment.grading.examine import Examined
from assignment.grading.similarity import Pair, find_pairs
from assignment.settings.seeds import seed_from_name


@dataclass(frozen=True)
class Copy:
    """Two submissions with the same or nearly the same networks.

    first, second: their keys. pairs: their similar networks, one for each role.
    explanation: what may explain it, in words. is_explained: whether this is an innocent explanation.
    """

    first: str
    second: str
    pairs: tuple[Pair, ...]
    explanation: str
    is_explained: bool

    @property
    def words(self) -> str:
        """How similar the two are, as in "the same generator; nearly the same discriminator (correlation 0.981)"."""
        return "; ".join(
            f"the same {pair.role}"
            if pair.is_same
            else f"nearly the same {pair.role} (correlation {pair.correlation:.3f})"
            for pair in self.pairs
        )

    def other(self, key: str) -> str:
        """Return the key of the other submission."""
        return self.second if self.first == key else self.first


def find_copies(examined: Mapping[str, Examined]) -> list[Copy]:
    """Return the pairs of submissions, given by key, with the same or nearly the same network of a role."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for role in (GENERATOR, DISCRIMINATOR):
        networks = {key: network for key, item in examined.items() if (network := item.evidence.network(role))}
        samples = {key: examined[key].samples[role] for key in networks if role in examined[key].samples}
        hashes = {key: network.weights for key, network in networks.items()}
        for pair in find_pairs(role, hashes, samples):
            found.setdefault((pair.first, pair.second), []).append(pair)
    copies = []
    for (first, second), pairs in found.items():
        role = pairs[0].role
        one, other = (examined[key].evidence.network(role) for key in (first, second))
        assert one is not None and other is not None  # both were compared
        copies.append(Copy(first, second, tuple(pairs), *_explain(one, other)))
    return sorted(copies, key=lambda copy: (-max(pair.correlation for pair in copy.pairs), copy.first, copy.second))


def _explain(first: NetworkFacts, second: NetworkFacts) -> tuple[str, bool]:
    """Return what may explain two similar networks, and whether it is innocent."""
    if not first.firstname or not second.firstname or first.seed is None or second.seed is None:
        return "At least one file does not record its seed. Programs with the same fixed seed may explain it.", False
    if first.firstname == second.firstname:
        return (
            f"Both files name {first.firstname!r} as their first name: they are of one run, or of two students with"
            " this first name.",
            False,
        )
    names = f"{first.firstname!r} and {second.firstname!r}"
    if first.seed != second.seed:
        return f"The files name {names}, with the seeds {first.seed} and {second.seed}.", False
    owners = [n.firstname for n in (first, second) if seed_from_name(n.firstname) == n.seed]
    if len(owners) == 2:
        return f"The seed {first.seed} follows from both first names, {names}, by a rare chance.", True
    if owners:
        return f"The files name {names}, both with the seed {first.seed}, which follows from {owners[0]!r}.", False
    return (
        f"Both files record the seed {first.seed}, which somebody chose with --seed. The same seed and settings give"
        " equal networks on similar machines, so this may be no copy.",
        True,
    )
