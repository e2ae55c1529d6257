"""Canvas: "Download Submissions" of its assignments, and its import of grades.

A download has a file for each upload, called like "lovelaceada_LATE_12345_67890_momentum-1.ipynb": last and first name,
whether it was late, the student's number, the upload's number, the student's own file name. The files have the time of
the download.

For the marks, see the guide "How do I import grades in the Gradebook?".
"""

import re
from pathlib import PurePosixPath

from nbgrader.api import Student

from grading.intake.reading import Refused
from grading.platforms.interface import AMBIGUOUS, Label, MarksFile, Platform, Row

_LABEL = re.compile(r"(?P<name>.+?)_(?P<late>late_)?(?P<lms_id>\d+)_(?P<serial>\d+)_.+", re.IGNORECASE)
# What stands between a student's name and the name of their file. Either may hold it, too, or begin or end with a part.
_BETWEEN = re.compile(r"(?=_\d+_\d+_.)")


def _read_label(upload: PurePosixPath) -> Label | Refused | None:
    found = _LABEL.fullmatch(upload.name) if len(upload.parts) == 1 else None
    if not found:
        return None
    if len(_BETWEEN.findall(upload.name)) > 1:
        return AMBIGUOUS
    return Label(name=found["name"], lms_id=found["lms_id"], serial=int(found["serial"]), on_time=not found["late"])


def _identity(student: Student) -> Row:
    """Identify a student as Canvas's own export does."""
    name = ", ".join(filter(None, (student.last_name, student.first_name))) or student.id
    return {"Student": name, "ID": student.lms_user_id, "SIS Login ID": student.id, "Section": None}


def _rows_above(most_points: Row) -> list[Row]:
    return [{"Student": "    Points Possible"} | most_points]


PLATFORM = Platform(
    name="canvas",
    help='Canvas: the zip that the assignment\'s "Download Submissions" makes, or its folder.',
    read_label=_read_label,
    marks_file=MarksFile(
        identity=_identity,
        help='Canvas: import the file with "Import" in the Gradebook.',
        rows_above=_rows_above,
    ),
)
