"""A sample class: students who write model answers, make the common mistakes, and run into every kind of trouble.

Their notebooks are made from the released ones, and their answers are the right ways and common mistakes of the
questions. So we know which points each of them must get.
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

from grading.assignments import ASSIGNMENTS, questions_of, source_notebook
from grading.classroom import Classroom
from grading.intake import timestamp
from grading.intake.cells import find
from grading.marking.calling import Function
from grading.marking.criteria import Question

FIRST_DUE_DATE = datetime(2027, 3, 8, 18, 0)
REFLECTION = "An average forgets slowly: what points the same way adds up, and what changes its sign cancels."


def _leave(notebook: NotebookNode) -> None:
    """Leave the notebook as it is."""


@dataclass(frozen=True)
class Student:
    """A student and their habits.

    Attributes:
        name: id in the gradebook.
        assignments: names of the assignments that they hand in.
        way: number of the right way that they write for each question; None for the assignment's own model answer.
        mistake: number of the common mistake that they make in each question; None for no mistake.
        writes: whether they write anything at all.
        spoil: changes the finished notebook in place.
        handed_in: time from the due date to the hand-in; negative if they are early.
    """

    name: str
    assignments: tuple[str, ...] = ASSIGNMENTS
    way: int | None = None
    mistake: int | None = None
    writes: bool = True
    spoil: Callable[[NotebookNode], None] = _leave
    handed_in: timedelta = timedelta(hours=-5)

    def function(self, question: Question) -> Function | None:
        """Return the function that the student writes; None for the model answer, also if the question has no other."""
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
        Student(name, mistake=number, assignments=ASSIGNMENTS if number < 2 else ASSIGNMENTS[number % 2 :: 2])
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
    """Hand in for every student of the sample class, and give the assignments weekly due dates.

    Args:
        classroom: a class with a release; receives submitted/<student>/<assignment>/ with notebook and timestamp.
        assignment: the only assignment to hand in; by default all.

    Returns:
        The number of submissions. It is 0 if the gradebook already has a real class, which is left alone.
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
    """Hand in one released assignment for one student."""
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
    """Check whether there are students who are not the sample class's, or due dates without any students."""
    if students := {student.id for student in gradebook.students}:
        return bool(students - {student.name for student in STUDENTS})
    return any(assignment.duedate for assignment in gradebook.assignments)


def _due(assignment: str) -> datetime:
    return FIRST_DUE_DATE + timedelta(weeks=ASSIGNMENTS.index(assignment))


def _answers(student: Student, assignment: str) -> dict[str, str]:
    """Return what the student writes into each cell, by the cell's grade id."""
    notebook = nbformat.read(source_notebook(assignment), as_version=4)
    answers = {}
    for cell in filter(is_solution, notebook.cells):
        answers[cell.metadata.nbgrader.grade_id] = REFLECTION if cell.cell_type == "markdown" else _uncovered(cell)
    for question in questions_of(assignment):
        if function := student.function(question):
            answers[question.name] = _source(function, question.name)
    return answers


def _source(function: Function, name: str) -> str:
    source = textwrap.dedent(inspect.getsource(function))
    return re.sub(rf"\A.*?^def {function.__name__}\(", f"def {name}(", source, flags=re.DOTALL | re.MULTILINE)


def _uncovered(cell: NotebookNode) -> str:
    """Return the model answer in an instructor's cell, without the marks around it."""
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE)
