"""The instructor's notebook around the student's text: what is executed and graded, whatever was handed in.

Cells, order, metadata and tests are the instructor's. The student contributes the texts of the solution cells and of
code cells without nbgrader's metadata, and the cells that they added, which stay where they stood.

Honest accidents should cost nothing. A cell is found by its `grade_id`, or else by its id, or else by its content: by
its exact text, by the function that it defines, or, for prose, by its place. Of several copies of a solution cell, the
one that was written in and stands where the solution belongs is taken; the others run where they stand, as they did for
the student.
"""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from grading.intake.cells import grade_id
from grading.intake.reading import SHARED, Refused, read_submission
from grading.intake.setting_aside import in_its_place
from grading.intake.source import Source, bare, read_source

LINKED = "The notebook is on this disk under another name, too. Is it somebody else's?"
MISSING = "# This cell was missing from the submission."

_DEFINITION = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Canonical:
    """A notebook that is safe to grade.

    Attributes:
        notebook: of nbformat 4.5, without outputs.
        changes: sentences for the report on what was put back, left out or taken from elsewhere, without any of the
            student's words.
    """

    notebook: NotebookNode
    changes: tuple[str, ...]


def read_canonical(source: Path, submitted: Path, config: Config) -> Canonical:
    """Read a submission into the instructor's notebook.

    Args:
        source: the instructor's notebook, as in assignments/<id>/<id>.ipynb.
        submitted: the student's notebook. If it cannot be read, a notebook that says so takes its place.
        config: nbgrader's.
    """
    prepared, notebook = read_source(source, config), read_submission(submitted)
    if not isinstance(notebook, Refused):
        try:
            return canonical(prepared, notebook)
        except Exception:  # noqa: BLE001, whatever was handed in, it is graded
            notebook = Refused("The notebook does not fit into that of the assignment.")
    result = canonical(prepared, in_its_place(notebook))
    return replace(result, changes=(notebook.reason, *result.changes))


def canonical(source: Source, submitted: NotebookNode) -> Canonical:
    """Put the student's text into the instructor's notebook.

    Args:
        source: the instructor's notebook.
        submitted: the student's, as `read_submission` returns it; nothing in it is trusted.

    Returns:
        The notebook, with hidden tests and without model answers, and what was changed.
    """
    claims = _claims(source, submitted.cells)
    chosen = {number: _choose(source, number, claims, submitted.cells) for number in claims}
    assembled = _assemble(source, claims, chosen, submitted.cells)
    if submitted.get("metadata", {}).get(SHARED):
        return replace(assembled, changes=(LINKED, *assembled.changes))
    return assembled


# --- whose cell is it? -----------------------------------------------------------------------------------------------


def _claims(source: Source, cells: list[NotebookNode]) -> dict[int, list[int]]:
    """Find, for each of the instructor's cells, the places of the student's cells that it may have become."""
    claims: dict[int, list[int]] = defaultdict(list)
    unclaimed = dict(enumerate(cells))

    def claim(number: int, place: int) -> None:
        claims[number].append(place)
        del unclaimed[place]

    for place, cell in list(unclaimed.items()):
        if (name := grade_id(cell)) and (number := source.by_grade_id.get(name)) is not None:
            claim(number, place)
    for place, cell in list(unclaimed.items()):
        if (number := source.by_id.get(cell.get("id", ""))) is not None and number not in claims:
            claim(number, place)
    for place, cell in list(unclaimed.items()):
        same = (number for number, text in enumerate(source.given) if text == bare(cell) and number not in claims)
        if (number := next(same, None)) is not None:
            claim(number, place)
    missing = [number for number in range(len(source.cells)) if number not in claims]
    for number in filter(source.is_solution, missing):
        for place in _alike(source, number, claims, unclaimed):
            claim(number, place)
    return {number: sorted(places) for number, places in claims.items()}


def _alike(source: Source, number: int, claims: dict[int, list[int]], unclaimed: dict[int, NotebookNode]) -> list[int]:
    solution = source.cells[number]
    if solution.cell_type == "code":
        asked = set(_DEFINITION.findall(solution.source))
        return [place for place, cell in unclaimed.items() if asked & set(_DEFINITION.findall(cell.source))]
    before = [max(claims[other]) for other in claims if other < number]
    after = [min(claims[other]) for other in sorted(claims) if other > number]
    first, last = max(before, default=-1), min(after, default=len(unclaimed) + max(unclaimed, default=0))
    return [place for place, cell in unclaimed.items() if first < place < last and cell.cell_type != "code"]


def _choose(source: Source, number: int, claims: dict[int, list[int]], cells: list[NotebookNode]) -> int:
    """Choose, among copies, the one that stands for the instructor's cell."""
    places = claims[number]
    written = [place for place in places if not source.is_untouched(number, cells[place])]
    if not source.is_solution(number):
        return next((place for place in places if place not in written), places[0])
    following = next((claims[other][0] for other in sorted(claims) if other > number), len(cells))
    in_place = [place for place in written if place < following]
    return (in_place or written or places)[-1]


# --- the notebook ----------------------------------------------------------------------------------------------------


def _assemble(
    source: Source, claims: dict[int, list[int]], chosen: dict[int, int], cells: list[NotebookNode]
) -> Canonical:
    changes = []
    if not any(number in chosen for number in source.by_grade_id.values()):
        changes.append("No cell of the assignment is in the submission; is it the right notebook?")
    following = _extra_cells(source, claims, chosen, cells)
    assembled = _extras(following[-1], source)
    for number, original in enumerate(source.cells):
        cell = copy.deepcopy(original)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        theirs = cells[chosen[number]] if number in chosen else None
        changes += _changes(source, number, theirs, len(claims.get(number, ())))
        if source.is_solution(number) and theirs is None and cell.cell_type == "code":
            # The stub would undo what the student may have written into another cell.
            cell.source = MISSING
        elif theirs is not None and (source.is_solution(number) or source.is_free(number)):
            cell.source = theirs.source
        assembled += [cell, *_extras(following[number], source, len(assembled))]
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=assembled, metadata=copy.deepcopy(source.metadata))
    return Canonical(notebook, tuple(changes))


def _extra_cells(
    source: Source, claims: dict[int, list[int]], chosen: dict[int, int], cells: list[NotebookNode]
) -> dict[int, list[NotebookNode]]:
    """Collect the student's other cells by the instructor's cell that they stand behind; -1 is the top."""
    owner = {place: number for number, places in claims.items() for place in places}
    following: dict[int, list[NotebookNode]] = defaultdict(list)
    behind = -1
    for place, cell in enumerate(cells):
        settled = False
        if (number := owner.get(place)) is not None:
            settled = source.is_untouched(number, cell)
            if chosen[number] == place:
                behind = number
                settled = settled or _is_settled(source, number)
        if cell.source.strip() and not settled:
            following[behind].append(cell)
    return following


def _is_settled(source: Source, number: int) -> bool:
    """Check whether the text handed in for this cell is used or void; if not, it may be a misplaced answer."""
    return bool(grade_id(source.cells[number])) or source.is_free(number)


def _extras(cells: list[NotebookNode], source: Source, after: int = 0) -> list[NotebookNode]:
    """Return plain cells with ids of our own; raw cells, which could be HTML, become Markdown."""
    extras = []
    for number, cell in enumerate(cells):
        kind = "code" if cell.cell_type == "code" else "markdown"
        id = f"extra-{after + number}"
        while id in source.by_id:
            id += "-"
        extras.append(getattr(nbformat.v4, f"new_{kind}_cell")(cell.source, id=id))
    return extras


def _changes(source: Source, number: int, theirs: NotebookNode | None, copies: int) -> list[str]:
    cell, name = source.cells[number], source.name(number)
    if theirs is None:
        what = "was missing" if source.is_solution(number) else "was missing and is put back"
        return [f'The cell "{name}" {what}.'] if grade_id(cell) else []
    changes = []
    if copies > 1:
        changes.append(f'The cell "{name}" was there {copies} times.')
    if not grade_id(cell):
        return changes
    if grade_id(theirs) != grade_id(cell):
        changes.append(f'The cell "{name}" had lost its metadata and was found by its {_found_by(cell, theirs)}.')
    if theirs.cell_type != cell.cell_type:
        changes.append(f'The cell "{name}" had become a {theirs.cell_type} cell.')
    if not source.is_solution(number) and not source.is_untouched(number, theirs):
        changes.append(f'The locked cell "{name}" was changed; the original is used.')
    return changes


def _found_by(cell: NotebookNode, theirs: NotebookNode) -> str:
    return "id" if theirs.get("id") == cell.id else "content"
