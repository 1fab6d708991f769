import errno
import logging
import math
import os
import platform
import subprocess
import sys

import pytest

from assignment import environment
from assignment.environment import (
    address_space_limit,
    available_memory,
    check_memory,
    describe_processor,
    hidden_warnings,
    print_note,
    sum_variables,
    usable_processors,
)
from assignment.errors import AssignmentError

CPUINFO = "processor : 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx2 avx512_bf16\n\nmodel name\t: other\n"


@pytest.fixture
def memory(monkeypatch):
    """A function that sets what the system reports, in bytes."""

    def report(address_space=math.inf, available=math.inf):
        monkeypatch.setattr(environment, "address_space_limit", lambda: address_space)
        monkeypatch.setattr(environment, "available_memory", lambda: available)

    return report


def run_python(code, **variables):
    """Return the result of `python -c code` with these environment variables."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    "backend",
    [
        "module://matplotlib_inline.backend_inline",
        pytest.param("bogus", marks=pytest.mark.slow),
        pytest.param("WebAgg", marks=pytest.mark.slow),
    ],
)
def test_figures_can_be_imported_whatever_backend_a_notebook_exports(backend):
    code = "import assignment.figures, os; from matplotlib import pyplot; print(os.environ['MPLBACKEND'])"
    result = run_python(code, MPLBACKEND=backend)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{backend}\n", "")


def test_a_backend_that_exists_is_used():
    code = "import assignment.figures, matplotlib; print(matplotlib.rcParams['backend'])"
    assert run_python(code, MPLBACKEND="svg").stdout == "svg\n"


@pytest.mark.slow
def test_a_folder_of_matplotlib_that_is_not_writable_is_not_reported(tmp_path):
    (tmp_path / "file").touch()
    result = run_python("import assignment.figures.style", MPLCONFIGDIR=str(tmp_path / "file"))
    assert (result.returncode, result.stderr) == (0, "")


def test_a_matplotlibrc_that_is_not_text_is_named(tmp_path):
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe\x00")
    result = run_python("import assignment.figures", MATPLOTLIBRC=str(tmp_path))
    assert (
        "AssignmentError: matplotlib cannot be imported" in result.stderr and "your file matplotlibrc" in result.stderr
    )


@pytest.fixture
def fail_import(monkeypatch):
    """A function that makes the import of matplotlib raise an error."""

    def fail(error):
        class Finder:
            @staticmethod
            def find_spec(name, path, target=None):
                raise error

        monkeypatch.delitem(sys.modules, "matplotlib")
        monkeypatch.setattr(sys, "meta_path", [Finder])

    return fail


def test_a_file_of_matplotlib_that_cannot_be_read_is_named(fail_import):
    fail_import(PermissionError(errno.EACCES, "Permission denied", "font.ttf"))
    with pytest.raises(AssignmentError, match="^matplotlib cannot be imported: permission denied: font.ttf; choose"):
        environment.import_matplotlib()


def test_full_memory_during_the_import_of_matplotlib_is_left_to_the_guards(fail_import):
    fail_import(OSError(errno.ENOMEM, "Cannot allocate memory"))
    with pytest.raises(OSError, match="Cannot allocate memory"):
        environment.import_matplotlib()


def test_matplotlib_that_is_already_imported_is_left_alone(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "bogus")
    level = logging.getLogger("matplotlib").level
    environment.import_matplotlib()
    assert os.environ["MPLBACKEND"] == "bogus" and logging.getLogger("matplotlib").level == level


@pytest.mark.parametrize(("training", "minimum"), [(True, "3.0 GB"), (False, "2.0 GB")])
def test_too_little_address_space_is_refused(memory, training, minimum):
    memory(address_space=1.8e9)
    with pytest.raises(AssignmentError, match=f"may use 1.8 GB of .* needs at least {minimum} here"):
        check_memory(training)


@pytest.mark.parametrize(
    ("limits", "beginning"),
    [
        ({"address_space": 3.5e9}, "note: this process may use 3.5 GB of address space; below 4.0 GB a training may"),
        ({"available": 1.0e9}, "note: 1.0 GB of memory are available, and a training needs about 1.5 GB"),
    ],
    ids=["address space", "memory"],
)
def test_tight_memory_is_noted_before_a_training_only(memory, capsys, limits, beginning):
    memory(**limits)
    check_memory(training=False)
    assert capsys.readouterr().err == ""
    check_memory(training=True)
    assert capsys.readouterr().err.startswith(beginning)


def test_enough_memory_is_not_mentioned(memory, capsys):
    memory(address_space=8e9, available=8e9)
    check_memory(training=True)
    memory()
    check_memory(training=True)
    assert capsys.readouterr().err == ""


def test_the_limit_of_the_address_space_is_read():
    pytest.importorskip("resource")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, -1));"
        "from assignment.environment import address_space_limit; print(address_space_limit())"
    )
    assert run_python(code).stdout == f"{3 * 2**30}\n"


def test_without_a_limit_the_address_space_is_infinite(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    assert address_space_limit() == math.inf


@pytest.mark.parametrize(
    ("meminfo", "limit", "size"),
    [
        ("MemTotal: 9 kB\nMemAvailable:    2000 kB\n", "max\n", 2_048_000),
        ("MemAvailable:    2000 kB\n", "1000000\n", 1_000_000),
        ("", "", math.inf),
    ],
)
def test_available_memory_is_the_systems_or_the_containers(tmp_path, meminfo, limit, size):
    (tmp_path / "meminfo").write_text(meminfo)
    (tmp_path / "memory.max").write_text(limit)
    assert available_memory(tmp_path / "meminfo", tmp_path / "memory.max") == size
    assert available_memory(tmp_path / "missing", tmp_path / "missing") == math.inf


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot bind a process to a processor")
def test_usable_processors_follow_the_affinity():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, [min(before)])
        assert usable_processors() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert usable_processors() == len(before)


def test_variables_that_change_sums_are_listed_and_others_are_not(monkeypatch):
    before = sum_variables()
    for name in ("XLA_FLAGS", "OMP_NUM_THREADS", "TF_CPP_MIN_LOG_LEVEL", "TF_USE_LEGACY_KERAS", "TF_VAR_password"):
        monkeypatch.setenv(name, "7")
    assert {"XLA_FLAGS=7", "OMP_NUM_THREADS=7"} <= set(sum_variables())
    assert len(set(sum_variables()) - set(before)) == 2


def test_the_processor_is_named_with_its_instructions(tmp_path):
    (tmp_path / "cpuinfo").write_text(CPUINFO)
    assert describe_processor(tmp_path / "cpuinfo") == "AMD EPYC (avx2, avx512_bf16)"
    assert describe_processor(tmp_path / "missing") == (platform.processor() or platform.machine())


def test_hidden_warnings_are_no_errors():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with hidden_warnings():
            warnings.warn("a notice", DeprecationWarning, stacklevel=2)


def test_a_note_needs_no_standard_error(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    print_note("text")  # Python then prints it on standard output
    with open(os.devnull, "w") as closed:
        pass
    monkeypatch.setattr(sys, "stderr", closed)
    print_note("text")
    assert capsys.readouterr().out == "note: text\n"
