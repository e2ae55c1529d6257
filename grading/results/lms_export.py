"""The marks as the file that a learning platform imports.

Moodle describes it at https://docs.moodle.org/en/Grade_import, Canvas in "How do I import grades in the Gradebook?".

nbgrader's student id is what people log in by. Names, address and the platform's own id are those of nbgrader's roster,
`nbgrader db student import students.csv`, and are empty where it has none.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from nbgrader.api import Student

from grading.classroom import Classroom
from grading.results.marks_table import marks, most_points

Row = dict[str, str]


def export_for_lms(classroom: Classroom, lms: str) -> Path:
    """Write the marks, late penalties taken off, for a learning platform to import.

    Everybody in the gradebook has a row, and every assignment that somebody handed in a column. A cell is empty where
    nothing was handed in; on import it clears a mark that the platform has.

    Args:
        classroom: receives marks-<lms>.csv.
        lms: one of `PLATFORMS`.

    Returns:
        The file.
    """
    points = marks(classroom).dropna(axis="columns", how="all")
    with classroom.gradebook() as gradebook:
        rows = [PLATFORMS[lms](student) | _cells(points, student.id) for student in gradebook.students]
    columns = list(rows[0]) if rows else [*PLATFORMS[lms](Student(id="")), *points]
    if lms == "canvas":
        rows.insert(0, {"Student": "    Points Possible"} | _texts(most_points(classroom)[points.columns]))
    path = classroom.directory / f"marks-{lms}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _canvas(student: Student) -> Row:
    """Identify a student as Canvas's own export does."""
    name = ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
    identity = {"Student": name, "ID": student.lms_user_id, "SIS Login ID": student.id, "Section": ""}
    return {column: _no_formula(text or "") for column, text in identity.items()}


def _moodle(student: Student) -> Row:
    """Identify a student in the ways that Moodle can map: by ID number, email address or username."""
    identity = {
        "First name": student.first_name,
        "Last name": student.last_name,
        "ID number": student.lms_user_id,
        "Email address": student.email,
        "Username": student.id,
    }
    return {column: _no_formula(text or "") for column, text in identity.items()}


PLATFORMS: dict[str, Callable[[Student], Row]] = {"canvas": _canvas, "moodle": _moodle}


def _cells(points: pd.DataFrame, student: str) -> Row:
    return _texts(points.loc[student]) if student in points.index else dict.fromkeys(points, "")


def _texts(points: pd.Series) -> Row:
    return {assignment: "" if pd.isna(value) else f"{round(value, 2):.12g}" for assignment, value in points.items()}


def _no_formula(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula: students may choose their names."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
