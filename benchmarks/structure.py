"""How many parts does the package have, and which of them import each other?

    python benchmarks/structure.py [CHECKOUT]

A part is a sub-package of `assignment`, or a module directly in it. Prints the parts of a checkout (default: this one)
and the arrows from each part to the parts that it imports, then the arrows that go up in the layers of the checkout's
setup.cfg, and the cycles. A checkout without such layers is searched only for cycles. The exit code is 1 if an arrow
goes up or if there is a cycle.
"""

from __future__ import annotations

import argparse
import configparser
import re
import sys
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import grimp

PACKAGE = "assignment"
HERE = Path(__file__).resolve().parent.parent


class Import(NamedTuple):
    """An import of one module by another; the names may be patterns."""

    importer: str
    imported: str

    def matches(self, pattern: Import) -> bool:
        return fnmatchcase(self.importer, pattern.importer) and fnmatchcase(self.imported, pattern.imported)


class Contract(NamedTuple):
    """The layers of a checkout.

    heights: of each part, 0 for the lowest layer; empty if the checkout has no layers.
    ignored: patterns of imports that may go up.
    """

    heights: dict[str, int]
    ignored: list[Import]


def main(checkout: Path) -> int:
    sys.path.insert(0, str(checkout))
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    contract = read_contract(checkout / "setup.cfg")
    parts = sorted({part_of(module) for module in graph.modules} - {PACKAGE})
    imports = [
        Import(module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    ]
    kept = [one for one in imports if not any(one.matches(pattern) for pattern in contract.ignored)]
    arrows = group_by_arrow(kept)
    targets = {part: sorted(imported for importer, imported in arrows if importer == part) for part in parts}

    print(f"{len(parts)} parts, {len(arrows)} arrows in {checkout}")
    for part in parts:
        print(f"  {part:14} -> {', '.join(targets[part]) or '(none)'}")
    going_up = find_arrows_up(arrows, contract.heights)
    cycles = find_cycles(targets)
    if contract.heights:
        print(f"arrows that go up: {'' if going_up else 'none'}")
    else:
        print("arrows that go up: unknown, because setup.cfg has no layers")
    for arrow in going_up:
        print(f"  {arrow[0]} -> {arrow[1]} ({', '.join(f'{one.importer} -> {one.imported}' for one in arrows[arrow])})")
    if len(kept) < len(imports):
        print(f"imports that setup.cfg ignores: {len(imports) - len(kept)}")
    print(f"cycles: {'' if cycles else 'none'}")
    for cycle in cycles:
        print(f"  {', '.join(cycle)}")
    return 1 if going_up or cycles else 0


def part_of(module: str) -> str:
    """Return the part of a module: `data` for `assignment.data.idx`, and the package for itself."""
    return module.split(".")[1] if "." in module else module


def read_contract(path: Path) -> Contract:
    """Read the layers and the ignored imports of import-linter's contract."""
    configuration = configparser.ConfigParser()
    configuration.read(path, encoding="utf-8")
    section = "importlinter:contract:layers"
    if not configuration.has_section(section):
        return Contract({}, [])
    layers = configuration.get(section, "layers").split("\n")
    heights = {
        part: height
        for height, layer in enumerate(reversed([layer for layer in layers if layer.strip()]))
        for part in re.findall(r"\w+", layer)
    }
    lines = configuration.get(section, "ignore_imports", fallback="").split("\n")
    ignored = [Import(*(name.strip() for name in line.split("->"))) for line in lines if "->" in line]
    return Contract(heights, ignored)


def group_by_arrow(imports: list[Import]) -> dict[tuple[str, str], list[Import]]:
    """Return the imports between different parts, by their arrow (importing part, imported part)."""
    arrows = defaultdict(list)
    for one in sorted(imports):
        arrow = part_of(one.importer), part_of(one.imported)
        if arrow[0] != arrow[1] and PACKAGE not in arrow:
            arrows[arrow].append(one)
    return dict(arrows)


def find_arrows_up(arrows: dict[tuple[str, str], list[Import]], heights: dict[str, int]) -> list[tuple[str, str]]:
    """Return the arrows to a layer above, or to another part of the same layer."""
    return [
        (importer, imported)
        for importer, imported in sorted(arrows)
        if importer in heights and imported in heights and heights[imported] >= heights[importer]
    ]


def find_cycles(targets: dict[str, list[str]]) -> list[list[str]]:
    """Return the groups of parts that import each other, directly or through others."""
    reachable = {part: find_reachable(part, targets) for part in targets}
    cycles = {
        tuple(sorted(other for other in reachable[part] if part in reachable[other]))
        for part in targets
        if part in reachable[part]
    }
    return [list(cycle) for cycle in sorted(cycles)]


def find_reachable(part: str, targets: dict[str, list[str]]) -> set[str]:
    """Return the parts that `part` imports, directly or through others."""
    found: set[str] = set()
    waiting = list(targets[part])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += targets[other]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, nargs="?", default=HERE, help="folder of the checkout")
    options = parser.parse_args()
    if not (options.checkout / PACKAGE / "__init__.py").is_file():
        parser.error(f"{options.checkout} has no package {PACKAGE}")
    raise SystemExit(main(options.checkout.resolve()))
