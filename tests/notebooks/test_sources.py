"""Notebooks are kept as sources: nothing executed in them, nothing that would be skipped."""

from pathlib import Path

import nbformat
import pytest

from grading import points
from grading.questions import ASSIGNMENTS

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NOTEBOOKS = [*CHAPTERS, *sorted((ROOT / "assignments").glob("*/*.ipynb"))]
TAGS = {"hide-input", "remove-input", "hide-cell", "remove-cell"}


def _grade_cells(assignment: str) -> dict[str, nbformat.NotebookNode]:
    notebook = nbformat.read(ROOT / "assignments" / assignment / f"{assignment}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def test_every_assignment_of_the_course_is_there() -> None:
    assert {path.parent.name for path in NOTEBOOKS if "assignments" in path.parts} == set(ASSIGNMENTS)
    assert CHAPTERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_source_only(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata.get("tags", [])) <= TAGS, f"{cell.id}: a tag that could skip the cell"
        if cell.cell_type == "code":
            assert not cell.outputs, cell.id
            assert cell.execution_count is None, cell.id


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_each_function_has_a_hidden_test_of_its_points(assignment: str) -> None:
    cells = _grade_cells(assignment)
    assert list(cells) == [*(f"{question.name}_tests" for question in ASSIGNMENTS[assignment]), "reflection"]
    for question in ASSIGNMENTS[assignment]:
        cell = cells[f"{question.name}_tests"]
        assert cell.metadata.nbgrader.points == points(question.name)
        assert f'mark("{question.name}", {question.name})' in cell.source
        assert f"{points(question.name):g} points" in cell.source


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_page_of_assignments_states_the_points(assignment: str) -> None:
    total = sum(cell.metadata.nbgrader.points for cell in _grade_cells(assignment).values())
    page = (ROOT / "chapters" / "assignments.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if f"`{assignment}`" in line and line.startswith("|")]
    assert f"| {total:g} |" in row
    assert all(f"`{question.name}`" in row for question in ASSIGNMENTS[assignment])
