"""The notebook that students receive, and helpers to write into it."""

import copy
import re

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, LockCells

from grading.assignments import source_notebook

ASSIGNMENT = "momentum"
REFLECTION = "An average forgets slowly: what points the same way adds up, and what changes its sign cancels."


def source(assignment: str = ASSIGNMENT) -> NotebookNode:
    """Read the instructor's notebook."""
    return nbformat.read(source_notebook(assignment), as_version=4)


def short_source() -> NotebookNode:
    """Cut the instructor's notebook down to one function and the reflection, for tests that execute it often."""
    notebook = source()
    kept = ("momentum", "setup", "update_with_momentum", "update_with_momentum_tests", "reflection")
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    find(notebook, "setup").source = "import numpy as np"
    return notebook


def released(of: NotebookNode | None = None) -> NotebookNode:
    """Return the notebook that nbgrader releases from an instructor's notebook, by default from the usual one."""
    notebook = copy.deepcopy(of) if of else source()
    for preprocessor in (LockCells(), ClearSolutions(), ClearHiddenTests()):
        notebook, _ = preprocessor.preprocess(notebook, {})
    return notebook


def answered(of: NotebookNode | None = None) -> NotebookNode:
    """Return a released notebook with every model answer and a reflection."""
    of = of or source()
    notebook = released(of)
    for cell, original in zip(notebook.cells, of.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            code = re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", original.source, flags=re.MULTILINE)
            cell.source = code if cell.cell_type == "code" else REFLECTION
    return notebook


def grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def place(notebook: NotebookNode, name: str) -> int:
    """Find the cell with this `grade_id` or, if it has none, this id."""
    return next(number for number, cell in enumerate(notebook.cells) if name in (grade_id(cell), cell.get("id")))


def find(notebook: NotebookNode, name: str) -> NotebookNode:
    return notebook.cells[place(notebook, name)]


def insert(notebook: NotebookNode, text: str, before: str | None = None, kind: str = "code") -> NotebookNode:
    """Add a cell of the student's own before the named cell, by default at the end, and return it."""
    cell = getattr(nbformat.v4, f"new_{kind}_cell")(text)
    notebook.cells.insert(len(notebook.cells) if before is None else place(notebook, before), cell)
    return cell


def duplicate(notebook: NotebookNode, name: str, to: int | None = None) -> NotebookNode:
    """Paste a copy of a cell, including its metadata, after it or at another place, and return the copy."""
    cell = copy.deepcopy(find(notebook, name))
    cell.id = nbformat.v4.new_code_cell().id
    notebook.cells.insert(place(notebook, name) + 1 if to is None else to, cell)
    return cell
