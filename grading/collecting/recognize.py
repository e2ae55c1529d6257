"""Which assignment a notebook is: its cells tell, not its name."""

import re
from functools import cache
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from grading.assignments import ASSIGNMENTS, source_notebook
from grading.collecting.uploads import Remark, Upload
from grading.intake.cells import grade_id
from grading.intake.reading import Refused, read_submission

_DEFINITION = re.compile(r"^def (\w+)", re.MULTILINE)


class Recognized(NamedTuple):
    """What an upload holds.

    Attributes:
        notebooks: {path for the report: assignment}.
        remarks: on what is not taken.
    """

    notebooks: dict[str, str]
    remarks: list[Remark]


def recognize(upload: Upload, wanted: str | None = None) -> Recognized:
    """Return which assignments an upload holds.

    Beside a notebook that is taken, an archive may hold others without a remark: drafts, or the whole course.

    Args:
        upload: with its notebooks.
        wanted: the only assignment to take; by default all.
    """
    notebooks, refused, others = {}, [], []
    for shown, file in upload.notebooks.items():
        notebook = read_submission(file)
        if isinstance(notebook, Refused):
            refused.append((shown, notebook.reason))
        elif not (name := assignment_of(notebook)):
            others.append((shown, "It has no cell of an assignment."))
        elif wanted not in (None, name):
            others.append((shown, f"It is the assignment {name}, which is not being collected now."))
        else:
            notebooks[shown] = name
    return Recognized(notebooks, refused if notebooks else refused + others)


def assignment_of(notebook: NotebookNode) -> str | None:
    """Return the assignment that shares most with a notebook; None if none shares anything, or several the same.

    What counts are the `grade_id`s of its cells, and the functions that they define, which have the same names: an
    editor may have dropped the metadata.
    """
    found = {grade_id(cell) for cell in notebook.cells}
    found |= {name for cell in notebook.cells if cell.cell_type == "code" for name in _DEFINITION.findall(cell.source)}
    shared = {name: len(found & grade_ids) for name, grade_ids in _telling_grade_ids().items()}
    most = max(shared.values())
    best = [name for name, count in shared.items() if count == most > 0]
    return best[0] if len(best) == 1 else None


@cache
def _telling_grade_ids() -> dict[str, set[str]]:
    """Return the `grade_id`s of each assignment that no other assignment has."""
    grade_ids = {name: _grade_ids(name) for name in ASSIGNMENTS}
    return {
        name: own.difference(*(others for other, others in grade_ids.items() if other != name))
        for name, own in grade_ids.items()
    }


def _grade_ids(assignment: str) -> set[str]:
    source = nbformat.read(source_notebook(assignment), as_version=4)
    return set(filter(None, map(grade_id, source.cells)))
