"""Moodle: "Download all submissions" of its assignments, and its import of grades.

A download has a folder for each student, or files, called like "Ada Lovelace_101_assignsubmission_file_". The number
tells apart students of the same name. It is not the ID number in their profile, and differs between assignments.

https://docs.moodle.org/en/Grade_import
"""

import re
from pathlib import PurePosixPath

from nbgrader.api import Student

from grading.intake.reading import Refused
from grading.platforms.interface import AMBIGUOUS, Label, MarksFile, Platform, Row

_LABEL = re.compile(r"(?P<name>.+?)_(?P<lms_id>\d+)_assignsubmission_[a-z]+(?:_.*)?")
# What stands between a student's name and the name of their file. Either may hold it, too.
_BETWEEN = re.compile(r"_\d+_assignsubmission_[a-z]")


def _read_label(upload: PurePosixPath) -> Label | Refused | None:
    found = _LABEL.fullmatch(upload.parts[0])
    if found and len(_BETWEEN.findall(upload.parts[0])) > 1:
        return AMBIGUOUS
    return Label(name=found["name"], lms_id=found["lms_id"]) if found else None


def _identity(student: Student) -> Row:
    """Return everything by which Moodle can map students: ID number, email address or username."""
    return {
        "First name": student.first_name,
        "Last name": student.last_name,
        "ID number": student.lms_user_id,
        "Email address": student.email,
        "Username": student.id,
    }


PLATFORM = Platform(
    name="moodle",
    help='Moodle: the zip that the assignment\'s "Download all submissions" makes, or its folder.',
    read_label=_read_label,
    marks_file=MarksFile(
        identity=_identity,
        help='Moodle: import the file under "Grades", "Import", "CSV file"; map ID number, email address or username.',
    ),
)
