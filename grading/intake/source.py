"""The instructor's notebook, prepared once for all submissions that are put into it."""

import copy
from pathlib import Path

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from nbgrader.utils import is_solution
from traitlets.config import Config

from grading.intake.cells import grade_id


class Source:
    """The instructor's cells: as they are graded (answers out, hidden tests in) and as students were given them.

    It is shared by all submissions, so nothing in it may be changed.

    Args:
        notebook: with model answers and hidden tests, as in assignments/<id>/<id>.ipynb. It stays as it is.
        config: nbgrader's, in case the markers of solutions and hidden tests are not the usual ones.

    Attributes:
        cells: as they are graded.
        metadata: of the notebook.
        given: the bare text of each cell as students were given it.
        by_grade_id: {grade_id: number of the cell}.
        by_id: {id: number of the cell}.
    """

    def __init__(self, notebook: NotebookNode, config: Config | None = None) -> None:
        graded = _processed(notebook, ClearSolutions(config=config))
        given = _processed(graded, ClearHiddenTests(config=config), ClearMarkScheme(config=config))
        self.metadata: NotebookNode = graded.metadata
        self.cells: list[NotebookNode] = graded.cells
        self.given = [bare(cell) for cell in given.cells]
        for number, cell in enumerate(self.cells):
            cell.setdefault("id", f"cell-{number}")
        self.by_grade_id = {name: number for number, cell in enumerate(self.cells) if (name := grade_id(cell))}
        self.by_id: dict[str, int] = {cell.id: number for number, cell in enumerate(self.cells)}

    def name(self, number: int) -> str:
        """Return the name of a cell for people: its `grade_id`, or else its id."""
        return grade_id(self.cells[number]) or str(self.cells[number].id)

    def is_solution(self, number: int) -> bool:
        """Check whether students write their answer in this cell."""
        return bool(is_solution(self.cells[number]))

    def is_free(self, number: int) -> bool:
        """Check whether this is code without nbgrader's metadata, with which students may do what they like."""
        return self.cells[number].cell_type == "code" and not grade_id(self.cells[number])

    def is_untouched(self, number: int, cell: NotebookNode) -> bool:
        """Check whether a student's cell still has the text of the instructor's."""
        return bare(cell) == self.given[number]


_prepared: dict[tuple[bytes, str], Source] = {}


def read_source(path: Path, config: Config) -> Source:
    """Read the instructor's notebook, once for each content and configuration.

    Args:
        path: of the notebook.
        config: nbgrader's.
    """
    content = path.read_bytes()
    key = content, repr(config)
    if key not in _prepared:
        _prepared[key] = Source(nbformat.reads(content.decode("utf-8"), as_version=4), config)
    return _prepared[key]


def bare(cell: NotebookNode) -> str:
    """Return the text without what editors change on their own: spaces at the ends of lines, empty lines around it."""
    return "\n".join(line.rstrip() for line in cell.source.strip().splitlines())


def _processed(notebook: NotebookNode, *preprocessors: Preprocessor) -> NotebookNode:
    notebook = copy.deepcopy(notebook)
    for preprocessor in preprocessors:
        notebook, _ = preprocessor.preprocess(notebook, {})
    return notebook
