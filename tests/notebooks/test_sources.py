"""Notebooks are kept as sources, without outputs and without tags that would skip a cell."""

import re
from pathlib import Path

import nbformat
import pytest

from grading import points
from grading.assignments import ASSIGNMENTS, COURSE, questions_of, source_notebook

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NOTEBOOKS = [*CHAPTERS, *sorted((ROOT / "assignments").glob("*/*.ipynb"))]
KEPT_CLEAN = [path for path in NOTEBOOKS if path in CHAPTERS or path.stem in COURSE]
MARKED = re.compile(r"^mark\(\"(\w+)\"", re.MULTILINE)
TAGS = {"hide-input", "remove-input", "hide-cell", "remove-cell"}


def _grade_cells(assignment: str) -> dict[str, nbformat.NotebookNode]:
    notebook = nbformat.read(source_notebook(assignment), as_version=4)
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def test_every_assignment_of_the_course_is_there() -> None:
    assert ASSIGNMENTS[: len(COURSE)] == COURSE
    assert CHAPTERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_skips_nothing(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata.get("tags", [])) <= TAGS, f"{cell.id}: a tag that could skip the cell"


@pytest.mark.parametrize("path", KEPT_CLEAN, ids=lambda path: path.stem)
def test_a_notebook_of_the_course_is_source_only(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert not cell.outputs, cell.id
            assert cell.execution_count is None, cell.id


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_each_question_is_marked_in_a_cell_of_its_points(assignment: str) -> None:
    marked = {}
    for cell in _grade_cells(assignment).values():
        if names := MARKED.findall(cell.source):
            assert cell.metadata.nbgrader.points == sum(map(points, names)), names
            marked |= dict.fromkeys(names)
    assert set(marked) >= {question.name for question in questions_of(assignment)}


@pytest.mark.parametrize("assignment", COURSE)
def test_the_courses_cells_are_named_after_their_questions(assignment: str) -> None:
    cells = _grade_cells(assignment)
    assert list(cells) == [*(f"{question.name}_tests" for question in questions_of(assignment)), "reflection"]
    for question in questions_of(assignment):
        source = cells[f"{question.name}_tests"].source
        assert f'mark("{question.name}", {question.name})' in source
        assert f"{points(question.name):g} points" in source


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_page_of_assignments_states_the_points(assignment: str) -> None:
    total = sum(cell.metadata.nbgrader.points for cell in _grade_cells(assignment).values())
    page = (ROOT / "chapters" / "assignments.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if f"`{assignment}`" in line and line.startswith("|")]
    assert len(rows) == 1 or (assignment not in COURSE and not rows)
    for row in rows:
        assert f"| {total:g} |" in row
        assert all(f"`{question.name}`" in row for question in questions_of(assignment))
