"""The marks as the file that a learning platform imports.

A student's id is what they log in by. Names, address and the platform's own number come from the class list in the
gradebook, and are empty if it does not have them.
"""

import csv
from collections.abc import Hashable, Mapping
from pathlib import Path

import pandas as pd
from nbgrader.api import Student

from grading import platforms
from grading.classroom import Classroom
from grading.platforms.interface import Row
from grading.results.marks_table import read_marks, read_most_points, without_formulas


def export_for_lms(classroom: Classroom, lms: str) -> Path:
    """Write the marks, late penalties taken off, for a learning platform to import.

    Everybody in the gradebook has a row, and every assignment that somebody handed in a column. A cell is empty if
    nothing was handed in; on import it clears a mark that the platform has.

    Args:
        classroom: receives marks-<lms>.csv.
        lms: name of a platform that imports marks.

    Returns:
        The file.

    Raises:
        KeyError: no such platform imports marks.
        OSError: the file cannot be written.
    """
    marks_file = platforms.marks_files()[lms]
    points = read_marks(classroom).dropna(axis="columns", how="all")
    texts = {student: _texts(of_student) for student, of_student in points.to_dict("index").items()}
    with classroom.gradebook() as gradebook:
        rows = [
            without_formulas(marks_file.identity(student)) | texts.get(student.id, {}) for student in gradebook.students
        ]
    path = classroom.directory / f"marks-{lms}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*marks_file.identity(Student(id="")), *points], restval="")
        writer.writeheader()
        writer.writerows(marks_file.rows_above(_texts(read_most_points(classroom)[points.columns].to_dict())))
        writer.writerows(rows)
    return path


def _texts(points: Mapping[Hashable, float]) -> Row:
    return {
        str(assignment): "" if pd.isna(value) else f"{round(value, 2):.12g}" for assignment, value in points.items()
    }
