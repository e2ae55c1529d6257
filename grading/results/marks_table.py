"""The marks of a class: as a table, as text, and as nbgrader's CSV file."""

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
from nbgrader.api import Grade
from nbgrader.plugins import CsvExportPlugin

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom
from grading.platforms.interface import Row

_CHOSEN_BY_STUDENTS = ("student_id", "last_name", "first_name", "email")


def read_marks(classroom: Classroom) -> pd.DataFrame:
    """Return the marks after late penalties.

    Returns:
        One row for each student and one column for each released assignment, in the order of the course; NaN where
        nothing was handed in.
    """
    rows: dict[str, dict[str, float]] = {}
    with classroom.gradebook() as gradebook:
        released = {assignment.name for assignment in gradebook.assignments}
        for assignment in gradebook.assignments:
            for submission in gradebook.assignment_submissions(assignment.name):
                penalty = sum(notebook.late_submission_penalty or 0 for notebook in submission.notebooks)
                rows.setdefault(submission.student.id, {})[assignment.name] = submission.score - penalty
    columns = [name for name in ASSIGNMENTS if name in released] + sorted(released.difference(ASSIGNMENTS))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).sort_index()


def read_most_points(classroom: Classroom) -> pd.Series:
    """Return the most points that each assignment can give, including questions that are marked by hand."""
    with classroom.gradebook() as gradebook:
        return pd.Series({assignment.name: assignment.max_score for assignment in gradebook.assignments})


def read_unmarked(classroom: Classroom) -> dict[tuple[str, float], int]:
    """Return how many answers are still to be marked by hand.

    Returns:
        {(name of the cell, most points it can give): number of answers}, over all assignments, sorted by name.
    """
    with classroom.gradebook() as gradebook:
        unmarked = gradebook.db.query(Grade).filter(Grade.needs_manual_grade)
        return dict(sorted(Counter((grade.name, grade.max_score) for grade in unmarked).items()))


def format_marks(classroom: Classroom) -> str:
    """Return the marks as a table in plain text, with the most points in its last row."""
    table = pd.concat([read_marks(classroom), read_most_points(classroom).to_frame("of").T])
    return table.to_string(na_rep="–", float_format=lambda points: f"{points:g}")


def export_marks(classroom: Classroom) -> Path:
    """Write nbgrader's CSV export of the gradebook, without formulas in the names, and return its path."""
    path = classroom.directory / "marks.csv"
    with classroom.gradebook() as gradebook:
        CsvExportPlugin(to=str(path)).export(gradebook)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row | without_formulas({column: row[column] for column in _CHOSEN_BY_STUDENTS}) for row in reader]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return path


def without_formulas(row: Row) -> Row:
    """Return a row with an apostrophe before each text that a spreadsheet would take for a formula."""
    return {column: f"'{text}" if text and text[0] in "=+-@\t\r" else text for column, text in row.items()}
