"""A sample class: students who write model answers, make the common mistakes, and run into every kind of trouble.

Their notebooks are made from the released ones, and what they write is taken from the questions, where the right ways
and the mistakes stand already. So it is known what each of them must get.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_solution

from grading.assignments import ASSIGNMENTS
from grading.classroom import ROOT, Classroom
from grading.intake import timestamp
from grading.intake.cells import find
from grading.marking.calling import Function
from grading.marking.question import Question

FIRST_DUE_DATE = datetime(2027, 3, 8, 18, 0)
REFLECTION = "An average forgets slowly: what points the same way adds up, and what changes its sign cancels."
ALL = tuple(ASSIGNMENTS)


def _leave(notebook: NotebookNode) -> None:
    """Alter nothing."""


@dataclass(frozen=True)
class Student:
    """A student and their habits.

    Attributes:
        name: the id in the gradebook.
        assignments: what they hand in.
        way: which of each question's right ways they write; None is the assignment's own model answer.
        mistake: which of each question's mistakes they make; None is none.
        writes: whether they write anything at all.
        spoil: what happens to the finished notebook.
        handed_in: time from the due date to the hand-in.
    """

    name: str
    assignments: tuple[str, ...] = ALL
    way: int | None = None
    mistake: int | None = None
    writes: bool = True
    spoil: Callable[[NotebookNode], None] = _leave
    handed_in: timedelta = timedelta(hours=-5)

    def function(self, question: Question) -> Function | None:
        """Give the function that the student writes; None is the model answer, also where nothing else is known."""
        if self.mistake is not None and question.mistakes:
            return question.mistakes[self.mistake % len(question.mistakes)].function
        if self.way is not None and question.right_ways:
            return question.right_ways[self.way % len(question.right_ways)]
        return None


def _before_return(statement: str) -> Callable[[NotebookNode], None]:
    def spoil(notebook: NotebookNode) -> None:
        cell = find(notebook, "update_with_momentum")
        cell.source = cell.source.replace("    return ", f"{textwrap.indent(statement, '    ')}\n    return ", 1)

    return spoil


def _delete_a_test_cell(notebook: NotebookNode) -> None:
    notebook.cells.remove(find(notebook, "update_with_momentum_tests"))


STUDENTS = (
    Student("ada"),
    Student("bernoulli", way=0),
    Student("cauchy", way=1),
    Student("dijkstra", way=2, assignments=("momentum", "rmsprop", "adam")),
    *(
        Student(name, mistake=number, assignments=ALL if number < 2 else ALL[number % 2 :: 2])
        for number, name in enumerate(("euler", "fermat", "gauss", "hopper", "iverson", "jacobi", "kolmogorov"))
    ),
    Student("untouched", writes=False),
    Student("syntax-error", assignments=("momentum",), spoil=_before_return("if beta = 0.9:")),
    Student("exception", assignments=("momentum",), spoil=_before_return("gradients['dW0'] + 1")),
    Student("endless-loop", assignments=("momentum",), spoil=_before_return("while True:\n    pass")),
    Student("deleted-test", assignments=("momentum",), spoil=_delete_a_test_cell),
    Student("late", assignments=("ewa", "momentum"), handed_in=timedelta(days=1, hours=2)),
)


def hand_in(classroom: Classroom, assignment: str | None = None) -> int:
    """Let every student of the sample class hand in, and give the assignments weekly due dates.

    Args:
        classroom: with a release; receives submitted/<student>/<assignment>/ with notebook and timestamp.
        assignment: the only one to hand in; by default all.

    Returns:
        The number of submissions; 0 where there is a class already, which is left alone.
    """
    wanted = [name for name in ASSIGNMENTS if assignment in (None, name)]
    with classroom.gradebook() as gradebook:
        if _is_a_class(gradebook):
            return 0
        for student in STUDENTS:
            gradebook.update_or_create_student(student.name)
        for name in wanted:
            gradebook.update_or_create_assignment(name, duedate=_due(name))
    submissions = [(student, name) for student in STUDENTS for name in student.assignments if name in wanted]
    for student, name in submissions:
        submit(classroom, student, name)
    return len(submissions)


def submit(classroom: Classroom, student: Student, assignment: str) -> None:
    """Let one student hand in one assignment that is released."""
    released = classroom.directory / "release" / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(released, as_version=4)
    if student.writes:
        answers = _answers(student, assignment)
        for cell in filter(is_solution, notebook.cells):
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    student.spoil(notebook)
    path = classroom.notebook("submitted", student.name, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    text, handed_in = nbformat.writes(notebook), _due(assignment) + student.handed_in
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        timestamp.write(path.parent, handed_in.replace(tzinfo=UTC))


def _is_a_class(gradebook: Gradebook) -> bool:
    """Tell whether there are students, or due dates, that are not the sample class's."""
    if students := {student.id for student in gradebook.students}:
        return bool(students - {student.name for student in STUDENTS})
    return any(assignment.duedate for assignment in gradebook.assignments)


def _due(assignment: str) -> datetime:
    return FIRST_DUE_DATE + timedelta(weeks=ALL.index(assignment))


def _answers(student: Student, assignment: str) -> dict[str, str]:
    """Give what the student writes into each cell, by the cell's id."""
    notebook = nbformat.read(ROOT / "assignments" / assignment / f"{assignment}.ipynb", as_version=4)
    answers = {}
    for cell in filter(is_solution, notebook.cells):
        answers[cell.metadata.nbgrader.grade_id] = REFLECTION if cell.cell_type == "markdown" else _uncovered(cell)
    for question in ASSIGNMENTS[assignment]:
        if function := student.function(question):
            answers[question.name] = _source(function, question.name)
    return answers


def _source(function: Function, name: str) -> str:
    source = textwrap.dedent(inspect.getsource(function))
    return re.sub(rf"\A.*?^def {function.__name__}\(", f"def {name}(", source, flags=re.DOTALL | re.MULTILINE)


def _uncovered(cell: NotebookNode) -> str:
    """Give the model answer in a cell of the instructor's."""
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE)
