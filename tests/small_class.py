"""A small class in a folder of its own, and the contents of its gradebook."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.classroom import Classroom
from tests.released import ASSIGNMENT, answered, find, released

DUE = datetime(2027, 3, 8, 18, 0)


def wrong() -> NotebookNode:
    """Return a submission with a model answer to everything but `update_with_momentum`, which is wrong."""
    notebook = answered()
    find(notebook, "update_with_momentum").source = "def update_with_momentum(*args, **kwargs):\n    return args[0]"
    return notebook


def make_class(folder: Path, submissions: dict[str, NotebookNode], handed_in: datetime = DUE) -> Classroom:
    """Release the assignment, and hand in each student's notebook."""
    folder.mkdir(parents=True, exist_ok=True)
    classroom = Classroom(folder)
    assert classroom.nbgrader().generate_assignment(ASSIGNMENT)["success"]
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    for student, notebook in submissions.items():
        path = classroom.notebook("submitted", student, ASSIGNMENT)
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        (path.parent / "timestamp.txt").write_text(f"{handed_in:%Y-%m-%d %H:%M:%S} UTC")
    return classroom


def copy_class(classroom: Classroom, folder: Path) -> Classroom:
    """Return a copy of a class in a new folder."""
    shutil.copytree(classroom.directory, folder)
    return Classroom(folder)


def records(classroom: Classroom) -> dict[str, Any]:
    """Return what the gradebook has on each submission, without random ids, and check that nothing is there twice."""
    found: dict[str, Any] = {}
    with classroom.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            assert submission.student_id not in found
            (notebook,) = submission.notebooks
            cells = [grade.name for grade in notebook.grades]
            assert len(cells) == len(set(cells))
            found[submission.student_id] = {
                "timestamp": submission.timestamp,
                "penalty": notebook.late_submission_penalty,
                "grades": sorted(
                    (g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade, g.max_score)
                    for g in notebook.grades
                ),
                "comments": sorted((c.name, c.auto_comment, c.manual_comment) for c in notebook.comments),
            }
    return found


def unanswered() -> NotebookNode:
    """Return a submission without any answers."""
    return released()
