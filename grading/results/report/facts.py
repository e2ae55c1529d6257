"""The facts that the report shows, from the gradebook, the submissions and the graded notebooks."""

import inspect
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, SubmittedNotebook
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_solution
from traitlets.config import Config

from grading.assignments import questions_of, source_notebook
from grading.classroom import Classroom
from grading.intake.canonical import read_canonical
from grading.intake.cells import grade_id
from grading.intake.setting_aside import REFUSED
from grading.results.report.alike import Alike, find_alike
from grading.results.report.remarks import remarks, stops

MOST_REFUSED = 5


@dataclass(frozen=True)
class CellFacts:
    """The facts on a cell that carries points.

    Attributes:
        name: name of its question.
        most: most points it can give.
        points: {student: points}, without the students in `waiting`.
        waiting: students whose answer is still to be marked by hand.
        remarks: {why points were lost: students}, the most frequent reason first.
    """

    name: str
    most: float
    points: dict[str, float]
    waiting: tuple[str, ...]
    remarks: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Facts:
    """All the facts on an assignment.

    Attributes:
        name: name of the assignment.
        most: most points it can give.
        totals: {student: points after late penalties}.
        cells: each cell that carries points, in the order of the notebook.
        missing: students in the gradebook who have not handed in anything.
        ungraded: students whose work is handed in but not graded.
        late: {student: hours after the due date}.
        notable: {student: sentences on what a person should look at}.
        common: such sentences that apply to more than half of the submissions; they say more about the assignment.
        alike: groups of students who wrote the same, or nearly the same.
    """

    name: str
    most: float
    totals: dict[str, float]
    cells: tuple[CellFacts, ...]
    missing: tuple[str, ...]
    ungraded: tuple[str, ...]
    late: dict[str, float]
    notable: dict[str, tuple[str, ...]]
    common: tuple[str, ...]
    alike: tuple[Alike, ...]


@dataclass(frozen=True)
class _Look:
    """What one submission's files say.

    Attributes:
        remarks: {grade id of a test cell: why points were lost}.
        notable: sentences on what a person should look at.
        solutions: the text of each solution cell.
    """

    remarks: dict[str, list[str]]
    notable: tuple[str, ...]
    solutions: list[str]


def gather_facts(classroom: Classroom, assignment: str) -> Facts:
    """Gather the facts on an assignment.

    Raises:
        nbgrader.api.MissingEntry: the assignment is not in the gradebook.
    """
    handed_in = [student for student, name in classroom.submissions() if name == assignment]
    config = classroom.config()
    looks = {student: _look_at(classroom, student, assignment, config) for student in handed_in}
    common = _common(looks)
    with classroom.gradebook() as gradebook:
        known = gradebook.find_assignment(assignment)
        submissions = {s.student_id: s for s in gradebook.assignment_submissions(assignment)}
        penalty = {name: sum(n.late_submission_penalty or 0 for n in s.notebooks) for name, s in submissions.items()}
        everybody = {student.id for student in gradebook.students} | set(handed_in)
        notebooks = {student: list(submission.notebooks) for student, submission in submissions.items()}
        return Facts(
            name=assignment,
            most=known.max_score,
            totals={student: submission.score - penalty[student] for student, submission in submissions.items()},
            cells=tuple(_cells(gradebook, assignment, notebooks, looks)),
            missing=tuple(sorted(everybody - set(handed_in) - set(submissions))),
            ungraded=tuple(sorted(set(handed_in) - set(submissions))),
            late={
                student: submission.total_seconds_late / 3600
                for student, submission in sorted(submissions.items())
                if submission.total_seconds_late > 0
            },
            notable=_without(common, looks),
            common=common,
            alike=find_alike({student: look.solutions for student, look in looks.items()}, *_given(assignment)),
        )


def _cells(
    gradebook: Gradebook,
    assignment: str,
    notebooks: dict[str, list[SubmittedNotebook]],
    looks: dict[str, _Look],
) -> Iterator[CellFacts]:
    grades: defaultdict[str, dict[str, Grade]] = defaultdict(dict)
    for student in sorted(notebooks):
        for notebook in notebooks[student]:
            for grade in notebook.grades:
                grades[grade.name][student] = grade
    for cell in _in_order(assignment, gradebook.find_assignment(assignment).notebooks):
        of_cell, name = grades[cell.name], cell.name.removesuffix("_tests")
        waiting = tuple(student for student, grade in of_cell.items() if grade.needs_manual_grade)
        told: defaultdict[str, list[str]] = defaultdict(list)
        for student in sorted(looks):
            for remark in looks[student].remarks.get(cell.name, ()):
                told[remark].append(student)
        yield CellFacts(
            name,
            cell.max_score,
            {student: grade.score for student, grade in of_cell.items() if student not in waiting},
            waiting,
            {remark: tuple(who) for remark, who in sorted(told.items(), key=lambda item: (-len(item[1]), item[0]))},
        )


def _in_order(assignment: str, notebooks: Iterable[Any]) -> list[Any]:
    """Sort the cells that carry points as in the notebook, because the gradebook keeps no order."""
    order = [grade_id(cell) for cell in _source(assignment).cells]
    cells = [cell for notebook in notebooks for cell in (*notebook.grade_cells, *notebook.task_cells)]
    return sorted(cells, key=lambda cell: (order.index(cell.name) if cell.name in order else len(order), cell.name))


def _look_at(classroom: Classroom, student: str, assignment: str, config: Config) -> _Look:
    submitted = classroom.notebook("submitted", student, assignment)
    handed_in = read_canonical(source_notebook(assignment), submitted, config)
    graded = _graded(classroom, student, assignment)
    set_aside = _set_aside(classroom.directory / REFUSED / student / assignment)
    return _Look(
        remarks=remarks(graded),
        notable=(*set_aside, *handed_in.changes, *stops(graded)),
        solutions=_solutions(handed_in.notebook),
    )


def _common(looks: dict[str, _Look]) -> tuple[str, ...]:
    said = Counter(sentence for look in looks.values() for sentence in set(look.notable))
    return tuple(sorted(sentence for sentence, times in said.items() if times > max(2, len(looks) / 2)))


def _without(common: tuple[str, ...], looks: dict[str, _Look]) -> dict[str, tuple[str, ...]]:
    left = {student: [line for line in look.notable if line not in common] for student, look in looks.items()}
    return {student: tuple(lines) for student, lines in left.items() if lines}


def _set_aside(folder: Path) -> list[str]:
    if not os.path.lexists(folder):
        return []
    # What was refused may be a folder, as deep as folders can be.
    names = sorted(os.listdir(folder)) if folder.is_dir() and not folder.is_symlink() else []
    shown = ", ".join(map(repr, names[:MOST_REFUSED])) or "the whole submission"
    more = f" and {len(names) - MOST_REFUSED} more" if len(names) > MOST_REFUSED else ""
    return [f"Set aside when it was handed in: {shown}{more}."]


def _graded(classroom: Classroom, student: str, assignment: str) -> NotebookNode:
    path = classroom.notebook("autograded", student, assignment)
    if not path.exists():
        return NotebookNode(cells=[])
    # Grading wrote this file, so it is valid, and validating its many pictures would take long.
    notebook: NotebookNode = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
    return notebook


def _given(assignment: str) -> tuple[list[str], list[str]]:
    """Return the solution cells as students got them, and the right ways we know: neither is a sign of copying."""
    source = _source(assignment)
    answers = _solutions(source)
    released, _ = ClearSolutions().preprocess(source, {})
    ways = [way for question in questions_of(assignment) for way in (question.reference, *question.right_ways)]
    return _solutions(released), [*answers, *map(inspect.getsource, ways)]


def _source(assignment: str) -> NotebookNode:
    source: NotebookNode = nbformat.read(source_notebook(assignment), as_version=4)
    return source


def _solutions(notebook: NotebookNode) -> list[str]:
    """Return the text of each code cell that the student writes."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code" and is_solution(cell)]
