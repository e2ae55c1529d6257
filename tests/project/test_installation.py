"""The set-up installs the project's packages in place: they can be imported from any folder."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# What can set a variable; Makefile and binder's scripts have no suffix.
CODE = {"", ".py", ".ipynb", ".toml", ".yml"}


def test_each_package_is_installed() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(PACKAGES)


def test_packages_are_imported_from_any_folder(tmp_path: Path) -> None:
    code = f"import {', '.join(PACKAGES)}; print(grading.__file__)"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True)
    assert found.stdout.strip() == str(ROOT / "grading" / "__init__.py"), found.stderr


def test_pythonpath_is_set_only_inside_the_sandbox() -> None:
    word = "PYTHON" + "PATH"
    rooms = (*PACKAGES, "tests", "binder", "chapters", "assignments", ".github", ".ci")
    files = [*ROOT.glob("*"), *(path for room in rooms for path in (ROOT / room).rglob("*"))]
    texts = {path: path.read_bytes() for path in files if path.suffix in CODE and path.is_file()}
    naming = {path.relative_to(ROOT).as_posix() for path, text in texts.items() if word.encode() in text}
    assert naming == {"grading/sandbox/launch.py", "grading/sandbox/trusted.py"}


def test_loading_the_settings_twice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a virtual environment activated.
    monkeypatch.setenv("PATH", "/usr/bin")
    states = []
    for _ in range(2):
        PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        states.append((dict(os.environ), list(sys.path)))
    assert states[0] == states[1]
    assert states[0][0]["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/usr/bin"


def test_the_set_up_takes_the_pythons_that_the_project_supports() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    oldest, newest = (re.search(rf"^{bound} := (3\.\d+)$", makefile, re.MULTILINE)[1] for bound in ("oldest", "newest"))
    taken = [f"3.{minor}" for minor in range(int(oldest[2:]), int(newest[2:]) + 1)]
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}" in supported] == taken
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"3\.\d\d", readme.split("    make")[0]) == taken
