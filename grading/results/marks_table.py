"""The marks of a class: as a table to read, and as nbgrader's CSV."""

from pathlib import Path

import pandas as pd
from nbgrader.plugins import CsvExportPlugin

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom


def marks(classroom: Classroom) -> pd.DataFrame:
    """Collect the marks, late penalties taken off.

    Returns:
        A row a student, a column an assignment that is released, in the order of the course; NaN where nothing is
        handed in.
    """
    rows = {}
    with classroom.gradebook() as gradebook:
        released = {assignment.name for assignment in gradebook.assignments}
        for assignment in gradebook.assignments:
            for submission in gradebook.assignment_submissions(assignment.name):
                penalty = sum(notebook.late_submission_penalty or 0 for notebook in submission.notebooks)
                rows.setdefault(submission.student.id, {})[assignment.name] = submission.score - penalty
    columns = [name for name in ASSIGNMENTS if name in released] + sorted(released - ASSIGNMENTS.keys())
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).sort_index()


def most_points(classroom: Classroom) -> pd.Series:
    """Give the most points of each assignment, hand-graded questions included."""
    with classroom.gradebook() as gradebook:
        return pd.Series({assignment.name: assignment.max_score for assignment in gradebook.assignments})


def marks_table(classroom: Classroom) -> str:
    """Draw the marks as a table in plain text, with the most points in the last row."""
    table = pd.concat([marks(classroom), most_points(classroom).to_frame("of").T])
    return table.to_string(na_rep="–", float_format=lambda points: f"{points:g}")


def export_csv(classroom: Classroom) -> Path:
    """Write nbgrader's CSV export of the gradebook, and return its path."""
    path = classroom.directory / "marks.csv"
    with classroom.gradebook() as gradebook:
        CsvExportPlugin(to=str(path)).export(gradebook)
    return path
