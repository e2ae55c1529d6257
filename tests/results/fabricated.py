"""A class whose gradebook is filled in directly, to save the time that grading takes."""

import warnings
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from sqlalchemy.exc import SAWarning

from grading.classroom import Classroom
from grading.marking.score import Result
from tests.released import ASSIGNMENT, answered, grade_id
from tests.small_class import DUE

QUESTIONS_OF_THE_TEST = ("initialize_velocity", "update_with_momentum", "update_with_nesterov")


def fabricate(folder: Path) -> Classroom:
    """Make a class without students, whose assignment has the three questions of `momentum` and the reflection."""
    classroom = Classroom(folder)
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate=DUE)
        gradebook.add_notebook(ASSIGNMENT, ASSIGNMENT)
        for question in QUESTIONS_OF_THE_TEST:
            gradebook.add_grade_cell(f"{question}_tests", ASSIGNMENT, ASSIGNMENT, max_score=4, cell_type="code")
        gradebook.add_grade_cell("reflection", ASSIGNMENT, ASSIGNMENT, max_score=3, cell_type="markdown")
    return classroom


def mark_by_hand(
    classroom: Classroom,
    student: str,
    points: tuple[float, ...],
    notebook: nbformat.NotebookNode | None = None,
    results: dict[str, Result] | None = None,
) -> None:
    """Hand in for a student, with points for each question and a reflection that is still to be marked.

    Args:
        classroom: fabricated.
        student: id.
        points: points for each question.
        notebook: the notebook that is handed in; by default the model answers.
        results: {grade_id: result of marking that the cell got when it was graded}.
    """
    with classroom.gradebook() as gradebook, warnings.catch_warnings():
        # nbgrader's way of adding a submission warns, but works.
        warnings.simplefilter("ignore", SAWarning)
        gradebook.update_or_create_student(student)
        gradebook.add_submission(ASSIGNMENT, student)
        submission = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        given = dict(zip(QUESTIONS_OF_THE_TEST, points, strict=True))
        for grade in submission.grades:
            grade.auto_score = given.get(grade.name.removesuffix("_tests"))
            grade.needs_manual_grade = grade.auto_score is None
        gradebook.db.commit()
    notebook = notebook or answered()
    for step in ("submitted", "autograded"):
        path = classroom.notebook(step, student, ASSIGNMENT)
        path.parent.mkdir(parents=True)
        if step == "autograded":
            for cell in notebook.cells:
                if result := (results or {}).get(grade_id(cell)):
                    cell.outputs = [new_output("display_data", result._repr_mimebundle_())]
        nbformat.write(notebook, path)
