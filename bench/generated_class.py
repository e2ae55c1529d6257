"""A generated class: any number of students, who write what the students of the sample class write."""

from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from grading.classroom import Classroom
from grading.sample_class import STUDENTS, submit

ASSIGNMENT = "momentum"


def make_class(folder: Path, n: int) -> Classroom:
    """Release the assignment in a new class, and hand in for `n` students, student-00000 and so on.

    Args:
        folder: where the class will live.
        n: how many students, 0 or more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    classroom = Classroom(folder)
    assert classroom.nbgrader().generate_assignment(ASSIGNMENT)["success"]
    # Nobody whose notebook hangs: a time limit says nothing about speed.
    models = [student for student in STUDENTS if student.writes and len(student.assignments) > 2]
    for number, student in enumerate(islice(cycle(models), n)):
        submit(classroom, replace(student, name=f"student-{number:05}"), ASSIGNMENT)
    return classroom
