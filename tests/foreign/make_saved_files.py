"""Save the same networks with every Keras from 2.2 to 3.15, each in its own environment.

    python tests/foreign/make_saved_files.py --python 3.7=PATH --python 3.8=PATH ... [NAME ...]

It needs a Python of each version in `ENVIRONMENTS`, by default `python3.7` and so on, and downloads the packages (5 GB
in all; each environment is deleted before the next one). With names, it uses only these environments. The result is one
ZIP file per version, with the networks and what they compute for fixed inputs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FILES = HERE / "saved_files"
WRITER = HERE / "write_saved_files.py"


class Environment(NamedTuple):
    """A version of Keras: the Python it runs on, the packages to install, and the module to import."""

    python: str
    packages: str
    module: str


ENVIRONMENTS = {
    "keras_2.2.4": Environment("3.7", "tensorflow-cpu==1.15.0 keras==2.2.4 h5py<3 protobuf<3.21 numpy<1.19", "keras"),
    "tf.keras_2.2.4-tf": Environment(
        "3.7", "tensorflow-cpu==1.15.0 h5py<3 protobuf<3.21 numpy<1.19", "tensorflow.keras"
    ),
    "keras_2.3.1": Environment("3.7", "tensorflow-cpu==2.1.0 keras==2.3.1 h5py<3 protobuf<3.21 numpy<1.19", "keras"),
    "tf.keras_2.3.0-tf": Environment("3.8", "tensorflow-cpu==2.2.3 protobuf<3.21", "tensorflow.keras"),
    "tf.keras_2.4.0": Environment("3.8", "tensorflow-cpu==2.4.4 protobuf<3.21", "tensorflow.keras"),
    "tf.keras_2.6.0": Environment("3.9", "tensorflow-cpu==2.6.5 keras==2.6.0 protobuf<3.21", "tensorflow.keras"),
    "tf.keras_2.8.0": Environment("3.9", "tensorflow-cpu==2.8.4 numpy<1.24 protobuf<3.20", "tensorflow.keras"),
    "tf.keras_2.10.0": Environment("3.10", "tensorflow-cpu==2.10.1 numpy<2", "tensorflow.keras"),
    "tf.keras_2.12.0": Environment("3.10", "tensorflow-cpu==2.12.1 numpy<2", "tensorflow.keras"),
    "tf.keras_2.15.0": Environment("3.11", "tensorflow-cpu==2.15.1 numpy<2", "keras"),
    "tf_keras_2.16.0": Environment("3.11", "tensorflow-cpu==2.16.2 tf_keras==2.16.0 numpy<2", "tf_keras"),
    "tf_keras_2.19.0": Environment("3.11", "tensorflow-cpu==2.19.1 tf_keras==2.19.0", "tf_keras"),
    "keras_3.0.5": Environment("3.11", "tensorflow-cpu==2.16.2 keras==3.0.5 numpy<2", "keras"),
    "keras_3.5.0": Environment("3.11", "tensorflow-cpu==2.17.1 keras==3.5.0", "keras"),
    "keras_3.10.0": Environment("3.11", "tensorflow-cpu==2.19.1 keras==3.10.0", "keras"),
    "keras_3.15.1": Environment("3.11", "tensorflow-cpu==2.21.0 keras==3.15.1", "keras"),
}


def make(name: str, wanted: Environment, python: str) -> None:
    """Install one version, let it write the networks, and pack them."""
    with tempfile.TemporaryDirectory() as temporary:
        environment, networks = Path(temporary) / "environment", Path(temporary) / "networks"
        networks.mkdir()
        subprocess.run([python, "-m", "venv", str(environment)], check=True)
        programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
        install = [str(programs / "pip"), "install", "--quiet", "--no-cache-dir", *wanted.packages.split()]
        subprocess.run(install, check=True)
        subprocess.run([str(programs / "python"), str(WRITER), wanted.module, str(networks)], check=True)
        FILES.mkdir(exist_ok=True)
        with zipfile.ZipFile(FILES / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(networks.iterdir()):
                archive.write(path, path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these environments")
    parser.add_argument(
        "--python", action="append", default=[], metavar="VERSION=PATH", help="as in 3.7=/usr/bin/python3.7"
    )
    options = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in options.python)
    for name in options.names or ENVIRONMENTS:
        environment = ENVIRONMENTS[name]
        print(f"{name}: {environment.packages}", flush=True)
        make(name, environment, pythons.get(environment.python, f"python{environment.python}"))


if __name__ == "__main__":
    main()
