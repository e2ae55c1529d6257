"""Marks as a platform gets them."""

import csv

from grading.classroom import Classroom
from grading.results.lms_export import export_for_lms


def exported(classroom: Classroom, lms: str) -> list[dict[str, str]]:
    """Export the marks for a platform, and read the rows of the file."""
    with export_for_lms(classroom, lms).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
