"""What nbgrader's metadata says about a cell. In a submission, the metadata may be damaged."""

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution


def grade_id(cell: Mapping[str, Any]) -> str | None:
    """Return the name by which nbgrader knows a cell; None if it has none.

    Args:
        cell: of any notebook, trusted or not.
    """
    metadata = cell.get("metadata")
    of_nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = of_nbgrader.get("grade_id") if isinstance(of_nbgrader, dict) else None
    return name if isinstance(name, str) else None


def find(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell with this `grade_id`.

    Args:
        notebook: one that has the cell.
        name: the `grade_id`.

    Raises:
        KeyError: there is no such cell.
    """
    cells: list[NotebookNode] = notebook.cells
    for cell in cells:
        if grade_id(cell) == name:
            return cell
    raise KeyError(name)


def is_test(cell: NotebookNode) -> bool:
    """Check whether a cell is the instructor's test: it carries points, and the student writes nothing in it.

    Args:
        cell: of a canonical notebook.
    """
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
