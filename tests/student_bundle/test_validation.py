"""Validate, as a student presses it: the visible checks decide, and the message is the check's own sentence."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.validator import Validator

from grading.assignments import source_notebook
from grading.classroom import ROOT, Classroom

ASSIGNMENT = "rmsprop"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    assert classroom.nbgrader().generate_assignment(ASSIGNMENT)["success"]
    shutil.copytree(ROOT / "course", classroom.directory / "release" / "course")
    return classroom.directory / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


def _complaints(notebook: Path) -> list[str]:
    result = Validator(config=Classroom().config()).validate(str(notebook))
    return [failure["error"] for failure in result.get("failed", [])]


def _with_answer(notebook: Path, change: tuple[str, str]) -> Path:
    """Write the model answers, one of them changed, into the released notebook, and some text into the reflection."""
    model = nbformat.read(source_notebook(ASSIGNMENT), as_version=4)
    answers = {cell.id: cell.source.replace(*change) for cell in model.cells}
    release = nbformat.read(notebook, as_version=4)
    for cell in release.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id] if cell.cell_type == "code" else "The steps stay as they are."
    path = notebook.with_name("answered.ipynb")
    nbformat.write(release, path)
    return path


def test_an_untouched_notebook_is_told_what_is_missing(released: Path) -> None:
    complaints = _complaints(released)
    assert sum("NotImplementedError" in complaint for complaint in complaints) >= 2


def test_right_answers_validate(released: Path) -> None:
    assert _complaints(_with_answer(released, ("", ""))) == []


def test_a_mistake_is_told_in_a_sentence(released: Path) -> None:
    complaints = _complaints(_with_answer(released, ("np.zeros_like", "np.ones_like")))
    assert any("zero" in complaint for complaint in complaints)
    assert all("Traceback" not in complaint for complaint in complaints)
