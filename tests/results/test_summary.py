"""What `make` says at its end about the marks."""

from pathlib import Path

from grading.classroom import Classroom
from grading.results.summary import summary
from tests.released import ASSIGNMENT
from tests.results.fabricated import fabricate, mark_by_hand


def _mark_reflection(classroom: Classroom, student: str) -> None:
    with classroom.gradebook() as gradebook:
        grade = gradebook.find_grade("reflection", ASSIGNMENT, ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()


def test_the_summary_counts_what_is_still_to_be_marked(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    for student in ("ada", "noether"):
        mark_by_hand(classroom, student, (4, 4, 4))
    for student, waiting in (("ada", "2 × reflection (3 points each)"), ("noether", "1 × reflection (3 points each)")):
        assert f"Still to be marked by hand: {waiting}." in summary(classroom)
        _mark_reflection(classroom, student)
    assert "Still to be marked by hand: nothing." in summary(classroom)
