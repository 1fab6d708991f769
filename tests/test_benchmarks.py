"""The benchmarks are not run by the tests, but what they import from the package must exist."""

import ast
import importlib
from pathlib import Path

import pytest

import assignment

BENCHMARKS = sorted((Path(assignment.__file__).parent.parent / "benchmarks").glob("*.py"))


def defined_names(path):
    """The functions, classes and constants of a benchmark, which another one may import."""
    body = ast.parse(path.read_text("utf-8")).body
    constants = [node.targets[0] for node in body if isinstance(node, ast.Assign)]
    return {
        *(target.id for target in constants if isinstance(target, ast.Name)),
        *(node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))),
    }


OWN_NAMES = {path.stem: defined_names(path) for path in BENCHMARKS}


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_imports_only_what_exists(path):
    imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        if node.module in OWN_NAMES:
            assert {alias.name for alias in node.names} <= OWN_NAMES[node.module]
        if node.module and node.module.partition(".")[0] == "assignment":
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


def test_there_are_benchmarks():
    assert {"timing", "update", "peers"} <= set(OWN_NAMES)
