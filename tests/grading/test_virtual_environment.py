"""A derived environment has the packages of this one and what they bring, and none of the course's own."""

import subprocess
from pathlib import Path

import pytest

from grading.virtual_environment import derive


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("derived")
    (folder / "more").mkdir()
    (folder / "more" / "mine.py").touch()
    return derive(folder / "python", folder / "more")


def _printed(python: Path, code: str) -> str:
    return subprocess.run([python, "-c", code], cwd=python.parent, capture_output=True, text=True, check=True).stdout


def test_it_imports_the_packages_and_the_folder_but_not_the_course(python: Path) -> None:
    names = ("numpy", "nbgrader", "mine", "course", "grading", "solutions", "tests")
    code = f"from importlib.util import find_spec; print(*(name for name in {names} if find_spec(name)))"
    assert _printed(python, code).split() == ["numpy", "nbgrader", "mine"]


def test_packages_find_what_they_keep_beside_their_code(python: Path) -> None:
    templates = "from nbconvert import HTMLExporter; print(HTMLExporter().template_paths[0])"
    assert Path(_printed(python, templates).strip()).is_dir()


def test_it_can_be_made_again(python: Path) -> None:
    environment = python.parents[1]
    assert derive(environment) == python
    assert _printed(python, "import numpy; print('there')") == "there\n"
