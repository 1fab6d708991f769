"""Who may import whom, held by reading the imports. docs/architecture.md says why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import assignment

PACKAGE = Path(assignment.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TRACKS = {"fashion", "conditional", "digits", "lecture"}
# From the ground up: a part may import its own and any that stands on an earlier line.
STOREYS = [
    {"__init__", "errors"},
    {"checks", "catalogue", "files"},
    {"choice"},
    {"settings", "workspace", "runtime"},
    {"lab_settings", "lab_workspace"},
    {"options"},
    {"lock"},
    {"data"},
    {"training", "figures", "evaluation"},
    {"practices"},
    {"screen"},
    {"run"},
    {"record", "watch", "report"},
    {"examiner", "resume"},
    {"stages", "journal"},
    {"conduct"},
    {"taped"},
    {*TRACKS, "sampling", "lab"},
    {"cli"},
    {"__main__"},
]


def part(module: str) -> str:
    """The part of the house that a module of the package belongs to: `assignment.data.idx` is of `data`."""
    return module.split(".")[1] if "." in module else "__init__"


def storey(name: str) -> int:
    return next(height for height, parts in enumerate(STOREYS) if name in parts)


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it, but for its `if __name__ == "__main__"` block (a door)."""
    found = set()
    waiting = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            modules = {f"{node.module}.{name.name}" for name in node.names}
            found.update(module if is_module(module) else node.module for module in modules)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def own(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] == "assignment"}


def of_folder(name: str) -> list[Path]:
    return [path for path in FILES if PACKAGE / name in path.parents]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_go_one_way(path):
    here = part(module_of(path))
    for name in own(path):
        there = part(name)
        assert there == here or storey(there) < storey(here), f"{module_of(path)} imports {name}"


def test_no_cycles():
    graph = {module_of(path): own(path) for path in FILES}
    done: set[str] = set()

    def visit(module, above):
        assert module not in above, f"a cycle: {' -> '.join([*above, module])}"
        if module not in done:
            for name in graph.get(module, ()):
                visit(name, [*above, module])
            done.add(module)

    for module in graph:
        visit(module, [])


def test_tracks_never_import_each_other():
    for track in TRACKS:
        for path in of_folder(track):
            assert not {part(name) for name in own(path)} & (TRACKS - {track})


def test_training_never_draws():
    for path in of_folder("training"):
        assert not [name for name in imports(path) if name.startswith(("matplotlib", "PIL", "assignment.figures"))]


def test_figures_know_no_keras():
    for path in of_folder("figures"):
        assert not [name for name in imports(path) if name.split(".")[0] in ("keras", "tensorflow")]
        assert not [name for name in own(path) if part(name) in ("training", "data")]


def test_metrics_are_of_arrays_alone():
    known = {"numpy", "collections", "math", "typing", "__future__"}
    assert {name.split(".")[0] for name in imports(PACKAGE / "evaluation" / "metrics.py")} <= known


def test_every_part_has_its_storey():
    for path in FILES:
        storey(part(module_of(path)))


def test_the_tests_mirror_the_modules():
    tests = Path(__file__).parent
    for path in FILES:
        relative = path.relative_to(PACKAGE)
        if relative.name.startswith("__"):
            continue
        assert (tests / relative.parent / f"test_{relative.name}").is_file(), f"{relative} has no test file"
