"""The start and the end of a process: whether this Python can run the program, and the exit code.

Every Python since 2.7 can import this module, so that an old one receives a sentence instead of a SyntaxError.
"""

import os
import sys

OLDEST, TOO_NEW = (3, 10), (3, 14)  # python_requires in setup.cfg
PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORTED = "Python 3.10 to 3.13"


def check_python():
    """End the process with one sentence and exit code 2 if this Python is too old."""
    if sys.version_info < OLDEST:
        sys.stderr.write("error: " + this_python() + "; " + remedy() + ".\n")
        sys.exit(2)


def typed_options():
    """Return the options of the command line; none in a notebook, whose command line starts its kernel."""
    return [] if "kernel_launcher" in os.path.basename(sys.argv[0] if sys.argv else "") else sys.argv[1:]


def process_exit_code(code):
    """Return the code to end the process with: 0 in IPython, which shows another one as an exception.

    An error is already printed then.
    """
    ipython = sys.modules.get("IPython")
    return 0 if ipython is not None and ipython.get_ipython() is not None else code


def describe_unusable_package(name, problem=None):
    """Return a sentence about a package that is missing or has a problem, with the line to type."""
    sentence = "the package " + repr(name) + (" cannot be used" if problem else " is not installed") + " in this Python"
    if problem:
        sentence += " (" + problem + ")"
    if sys.version_info >= TOO_NEW:
        sentence += "; " + this_python()
    return sentence + "; " + remedy() + "."


def this_python():
    """Return which Python this is and which one is needed."""
    return "this is Python " + ".".join(map(str, sys.version_info[:2])) + ", but the program needs " + SUPPORTED


def remedy():
    """Return the line to type: it activates `.venv`, or installs into this environment, or sets up `.venv`."""
    environment = next((path for path in _environments() if os.path.isdir(path)), None)
    if environment is not None and not _is_active(environment):
        return "type `" + _activation(environment) + "`, then the same command again"
    if not os.path.isfile(os.path.join(PROJECT, "setup.cfg")):
        return "install the program again"
    is_supported = OLDEST <= sys.version_info < TOO_NEW
    if is_supported and _is_separate():
        return "type `" + _in_project() + "python -m pip install -c constraints.txt -e .`, then the same command again"
    return (
        ("" if is_supported else "install one of these from python.org; then ")
        + "set up the environment with `"
        + _in_project()
        + ("py" if os.name == "nt" else "python3")
        + " -m venv .venv && "
        + _activation(".venv")
        + " && pip install -c constraints.txt -e .`, then type the same command again"
    )


def _environments():
    """Return where `.venv` may be: in the current folder or next to the package."""
    return [".venv", os.path.join(PROJECT, ".venv")]


def _is_active(environment):
    return os.path.realpath(environment) == os.path.realpath(sys.prefix)


def _is_separate():
    """Return whether this Python belongs to an environment of its own: a venv, conda, or Colab's machine."""
    return (
        sys.prefix != getattr(sys, "base_prefix", sys.prefix)
        or os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
        or "google.colab" in sys.modules
    )


def _activation(environment):
    if os.name == "nt":
        return _quoted(os.path.join(environment, "Scripts", "activate"))
    return ". " + _quoted(os.path.join(environment, "bin", "activate"))


def _in_project():
    try:
        if os.path.realpath(PROJECT) == os.path.realpath(os.getcwd()):
            return ""
    except OSError:  # the current folder was deleted
        pass
    return "cd " + _quoted(PROJECT) + " && "


def _quoted(path):
    return '"' + path + '"' if " " in path else path
