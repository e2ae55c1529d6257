"""The instructor's notebook around the student's text: what is executed and graded, whatever was handed in.

Cells, order, metadata and tests are the instructor's. Of the student come the texts of the solution cells and of code
cells without nbgrader's metadata, and the cells that the student added, which stay where they stood.

Honest accidents should cost nothing. A cell is found by its `grade_id`, else by its id, else by its content: by its
very text, by the function that it defines, or, for prose, by its place. Of several copies of a solution cell that one
is taken which was written in and stands where the solution belongs; the others run where they stand, as they did for
the student.
"""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass, replace

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions
from traitlets.config import Config

from grading.intake.reading import SHARED

LINKED = "The notebook is on this disk under another name, too. Is it somebody else's?"
MISSING = "# This cell was missing from the submission."

_DEFINITION = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Canonical:
    """A notebook that is safe to grade.

    Attributes:
        notebook: of nbformat 4.5, without outputs.
        changes: sentences for the report on what was put back, left out or taken from elsewhere; without a word of the
            student's.
    """

    notebook: NotebookNode
    changes: tuple[str, ...]


def canonical(source: NotebookNode, submitted: NotebookNode, config: Config | None = None) -> Canonical:
    """Put the student's text into the instructor's notebook.

    Args:
        source: the instructor's, with model answers and hidden tests, as in assignments/<id>/<id>.ipynb.
        submitted: the student's, as `grading.intake.reading.read_submission` gives it; nothing of it is trusted.
        config: nbgrader's, where the marks of solutions and hidden tests are not the usual ones.

    Returns:
        The notebook, with hidden tests and without model answers, and what was changed.
    """
    assignment = _Assignment(source, config)
    claims = _claims(assignment, submitted.cells)
    chosen = {number: _choose(assignment, number, claims, submitted.cells) for number in claims}
    assembled = _assemble(assignment, claims, chosen, submitted.cells)
    if submitted.get("metadata", {}).get(SHARED):
        return replace(assembled, changes=(LINKED, *assembled.changes))
    return assembled


class _Assignment:
    """The instructor's cells: as they are graded (answers out, hidden tests in) and as students were given them."""

    def __init__(self, source: NotebookNode, config: Config | None) -> None:
        self.graded = _through(source, ClearSolutions(config=config))
        given = _through(_through(self.graded, ClearHiddenTests(config=config)), ClearMarkScheme(config=config))
        self.cells = self.graded.cells
        self.given = [_bare(cell) for cell in given.cells]
        for number, cell in enumerate(self.cells):
            cell.setdefault("id", f"cell-{number}")
        self.by_grade_id = {_grade_id(cell): number for number, cell in enumerate(self.cells) if _grade_id(cell)}
        self.by_id = {cell.id: number for number, cell in enumerate(self.cells)}

    def name(self, number: int) -> str:
        return _grade_id(self.cells[number]) or self.cells[number].id

    def is_solution(self, number: int) -> bool:
        return bool(self.cells[number].metadata.get("nbgrader", {}).get("solution"))

    def is_free(self, number: int) -> bool:
        """Whether this is code without nbgrader's metadata, with which students may do as they like."""
        return self.cells[number].cell_type == "code" and not _grade_id(self.cells[number])

    def is_untouched(self, number: int, cell: NotebookNode) -> bool:
        return _bare(cell) == self.given[number]


def _through(notebook: NotebookNode, preprocessor) -> NotebookNode:
    return preprocessor.preprocess(copy.deepcopy(notebook), {})[0]


def _grade_id(cell: NotebookNode) -> str | None:
    nbgrader = cell.get("metadata", {}).get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _bare(cell: NotebookNode) -> str:
    """Give the text without what editors change on their own: blanks at the ends of lines, empty lines around."""
    return "\n".join(line.rstrip() for line in cell.source.strip().splitlines())


# --- whose cell is it? -----------------------------------------------------------------------------------------------


def _claims(assignment: _Assignment, cells: list[NotebookNode]) -> dict[int, list[int]]:
    """Find, for each of the instructor's cells, the places of the student's cells that may be it."""
    claims: dict[int, list[int]] = defaultdict(list)
    unclaimed = dict(enumerate(cells))

    def claim(number: int, place: int) -> None:
        claims[number].append(place)
        del unclaimed[place]

    for place, cell in list(unclaimed.items()):
        if (number := assignment.by_grade_id.get(_grade_id(cell))) is not None:
            claim(number, place)
    for place, cell in list(unclaimed.items()):
        if (number := assignment.by_id.get(cell.get("id"))) is not None and number not in claims:
            claim(number, place)
    for place, cell in list(unclaimed.items()):
        same = (number for number, text in enumerate(assignment.given) if text == _bare(cell) and number not in claims)
        if (number := next(same, None)) is not None:
            claim(number, place)
    missing = [number for number in range(len(assignment.cells)) if number not in claims]
    for number in filter(assignment.is_solution, missing):
        for place in _alike(assignment, number, claims, unclaimed):
            claim(number, place)
    return {number: sorted(places) for number, places in claims.items()}


def _alike(
    assignment: _Assignment, number: int, claims: dict[int, list[int]], unclaimed: dict[int, NotebookNode]
) -> list[int]:
    solution = assignment.cells[number]
    if solution.cell_type == "code":
        asked = set(_DEFINITION.findall(solution.source))
        return [place for place, cell in unclaimed.items() if asked & set(_DEFINITION.findall(cell.source))]
    before = [max(claims[other]) for other in claims if other < number]
    after = [min(claims[other]) for other in sorted(claims) if other > number]
    first, last = max(before, default=-1), min(after, default=len(unclaimed) + max(unclaimed, default=0))
    return [place for place, cell in unclaimed.items() if first < place < last and cell.cell_type != "code"]


def _choose(assignment: _Assignment, number: int, claims: dict[int, list[int]], cells: list[NotebookNode]) -> int:
    """Choose, among copies, the one that stands for the instructor's cell."""
    places = claims[number]
    written = [place for place in places if not assignment.is_untouched(number, cells[place])]
    if not assignment.is_solution(number):
        return next((place for place in places if place not in written), places[0])
    following = next((claims[other][0] for other in sorted(claims) if other > number), len(cells))
    in_place = [place for place in written if place < following]
    return (in_place or written or places)[-1]


# --- the notebook ----------------------------------------------------------------------------------------------------


def _assemble(
    assignment: _Assignment, claims: dict[int, list[int]], chosen: dict[int, int], cells: list[NotebookNode]
) -> Canonical:
    changes = []
    if not any(number in chosen for number in assignment.by_grade_id.values()):
        changes.append("No cell of the assignment is in the submission; is it the right notebook?")
    following = _extra_cells(assignment, claims, chosen, cells)
    assembled = _extras(following[-1], assignment)
    for number, original in enumerate(assignment.cells):
        cell = copy.deepcopy(original)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        theirs = cells[chosen[number]] if number in chosen else None
        changes += _changes(assignment, number, theirs, len(claims.get(number, ())))
        if assignment.is_solution(number) and theirs is None and cell.cell_type == "code":
            # The stub would undo what the student may have written into another cell.
            cell.source = MISSING
        elif theirs is not None and (assignment.is_solution(number) or assignment.is_free(number)):
            cell.source = theirs.source
        assembled += [cell, *_extras(following[number], assignment, len(assembled))]
    notebook = nbformat.v4.new_notebook(cells=assembled, metadata=copy.deepcopy(assignment.graded.metadata))
    return Canonical(notebook, tuple(changes))


def _extra_cells(
    assignment: _Assignment, claims: dict[int, list[int]], chosen: dict[int, int], cells: list[NotebookNode]
) -> dict[int, list[NotebookNode]]:
    """Collect the student's other cells by the instructor's cell that they stand behind; -1 is the top."""
    owner = {place: number for number, places in claims.items() for place in places}
    following, behind = defaultdict(list), -1
    for place, cell in enumerate(cells):
        number = owner.get(place)
        stands_for_it = number is not None and chosen[number] == place
        if stands_for_it:
            behind = number
        untouched = number is not None and assignment.is_untouched(number, cell)
        if cell.source.strip() and not untouched and not (stands_for_it and _is_settled(assignment, number)):
            following[behind].append(cell)
    return following


def _is_settled(assignment: _Assignment, number: int) -> bool:
    """Whether the text handed in for this cell is taken or void; else it may be an answer in the wrong place."""
    return bool(_grade_id(assignment.cells[number])) or assignment.is_free(number)


def _extras(cells: list[NotebookNode], assignment: _Assignment, after: int = 0) -> list[NotebookNode]:
    """Make plain cells with ids of our own; raw cells, which could be HTML, become Markdown."""
    extras = []
    for number, cell in enumerate(cells):
        new_cell = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        id = f"extra-{after + number}"
        while id in assignment.by_id:
            id += "-"
        extras.append(new_cell(cell.source, id=id))
    return extras


def _changes(assignment: _Assignment, number: int, theirs: NotebookNode | None, copies: int) -> list[str]:
    cell, name = assignment.cells[number], assignment.name(number)
    if theirs is None:
        what = "was missing" if assignment.is_solution(number) else "was missing and is put back"
        return [f'The cell "{name}" {what}.'] if _grade_id(cell) else []
    changes = []
    if copies > 1:
        changes.append(f'The cell "{name}" was there {copies} times.')
    if not _grade_id(cell):
        return changes
    if _grade_id(theirs) != _grade_id(cell):
        changes.append(f'The cell "{name}" had lost its metadata and was found by its {_found_by(cell, theirs)}.')
    if theirs.cell_type != cell.cell_type:
        changes.append(f'The cell "{name}" had become a {theirs.cell_type} cell.')
    if not assignment.is_solution(number) and not assignment.is_untouched(number, theirs):
        changes.append(f'The locked cell "{name}" was changed; the original is used.')
    return changes


def _found_by(cell: NotebookNode, theirs: NotebookNode) -> str:
    return "id" if theirs.get("id") == cell.id else "content"
