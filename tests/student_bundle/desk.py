"""A student's desk: the zip unpacked in an empty folder, with a virtual environment made as its README says."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.released import answered, source

SUPPORTED = ("3.11", "3.12", "3.13")
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def pythons() -> dict[str, str]:
    """Find the Pythons on this machine that the README names, as {version: program}; this one is among them."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = {}
    for version in SUPPORTED:
        on_path = shutil.which(f"python{version}")
        for program in [on_path, *sorted(map(str, pyenv.glob(f"{version}.*/bin/python")))]:
            if program and _version(program) == version:
                found[version] = program
                break
    return found | {RUNNING: sys.executable}


def _version(program: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([program, "-c", code], capture_output=True, text=True).stdout.strip()


@dataclass(frozen=True)
class Desk:
    """Where a student works.

    Attributes:
        folder: what was in the zip, and `.venv`.
    """

    folder: Path

    @classmethod
    def make(cls, bundle: Path, folder: Path, python: str) -> "Desk":
        """Unzip into an empty folder, and install with this Python."""
        desk = cls.unpack(bundle, folder)
        venv, install = re.findall(
            r"^    uv (venv .*|pip install .*)$", (desk.folder / "README.md").read_text(), re.MULTILINE
        )
        desk._uv(venv.replace("3.13", python))
        desk._uv(install)
        return desk

    @classmethod
    def unpack(cls, bundle: Path, folder: Path) -> "Desk":
        """Unzip into an empty folder."""
        folder.mkdir()
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder)
        return cls(folder / bundle.stem)

    def _uv(self, arguments: str) -> None:
        """Run uv, with the settings of this machine for where packages come from."""
        environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        uv = [str(Path(sys.executable).with_name("uv")), "--quiet", *arguments.split()]
        subprocess.run(uv, cwd=self.folder, env=environment, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a terminal that knows nothing of the course's own folder; Jupyter's files are kept elsewhere."""
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV" and "JUPYTER" not in name}
        aside = self.folder.parent
        return kept | {
            "PATH": os.pathsep.join([str(self.folder / ".venv" / "bin"), os.environ["PATH"]]),
            "JUPYTER_CONFIG_DIR": str(aside / "config"),
            "JUPYTER_DATA_DIR": str(aside / "data"),
            "JUPYTER_RUNTIME_DIR": str(aside / "runtime"),
            "IPYTHONDIR": str(aside / "ipython"),
            "MPLBACKEND": "agg",
            "OPENBLAS_NUM_THREADS": "1",
        }

    def run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess:
        """Run a program of the virtual environment, in the folder."""
        command = [str(self.folder / ".venv" / "bin" / program), *map(str, arguments)]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300
        )

    def answer(self, assignment: str, change: tuple[str, str] = ("", "")) -> Path:
        """Write the model answers, with a change, into a copy of the assignment's notebook."""
        released = self.folder / assignment / f"{assignment}.ipynb"
        notebook = nbformat.read(released, as_version=4)
        answers = {cell.id: cell.source.replace(*change) for cell in answered(source(assignment)).cells}
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answers[cell.id]
        path = released.with_name(f"{assignment}-answered.ipynb")
        nbformat.write(notebook, path)
        return path


def server_command(desk: Desk) -> list[str]:
    """Return the README's last line, with a free port and a known token, and without a browser."""
    as_root = ["--allow-root"] if os.geteuid() == 0 else []
    program = str(desk.folder / ".venv" / "bin" / "jupyter")
    return [program, "lab", "--no-browser", "--port=0", "--ip=127.0.0.1", "--IdentityProvider.token=known", *as_root]
