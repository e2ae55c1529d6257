"""`python -m grading grade` leaves what nbgrader's own commands leave: rows, autograded notebooks, feedback, files."""

import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from grading.classroom import Classroom
from grading.running.grade import grade
from tests.released import ASSIGNMENT, answered
from tests.small_class import DUE, copy_class, make_class, records, unanswered, wrong


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, Classroom]:
    """Grade a class with nbgrader and a copy of it with our runner."""
    folder = tmp_path_factory.mktemp("same")
    submissions = {"right": answered(), "wrong": wrong(), "unanswered": unanswered()}
    theirs = make_class(folder / "theirs", submissions, DUE + timedelta(days=1, hours=2))
    notes = theirs.notebook("submitted", "right", ASSIGNMENT).parent / "notes" / "data.txt"
    notes.parent.mkdir()
    notes.write_text("measured")
    ours = copy_class(theirs, folder / "ours")
    nbgrader = theirs.nbgrader()
    for student in submissions:
        assert nbgrader.autograde(ASSIGNMENT, student)["success"]
        assert nbgrader.generate_feedback(ASSIGNMENT, student)["success"]
    assert grade(ours, workers=1) == {}
    return theirs, ours


def test_the_gradebook(classes: tuple[Classroom, Classroom]) -> None:
    theirs, ours = map(records, classes)
    assert ours == theirs
    assert all(record["penalty"] is not None for record in ours.values())


def _files(folder: Path) -> dict[str, tuple[int, bytes]]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p.relative_to(folder)): (stat.S_IMODE(p.stat().st_mode), _without_stamp(p)) for p in paths}


def _without_stamp(path: Path) -> bytes:
    return re.sub(rb"\n<!-- gradebook: \w+ -->\n\Z", b"", path.read_bytes())


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_the_files(classes: tuple[Classroom, Classroom], step: str) -> None:
    theirs, ours = (_files(classroom.directory / step) for classroom in classes)
    assert ours.keys() == theirs.keys()
    assert f"right/{ASSIGNMENT}/notes/data.txt" in ours
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_marks_given_by_hand_stay_as_confirmed_as_they_were(classes: tuple[Classroom, Classroom]) -> None:
    _, ours = classes
    with ours.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "right")
        reflection = next(grade for grade in notebook.grades if grade.name == "reflection")
        reflection.manual_score, reflection.needs_manual_grade = 2.5, False
        comment = next(comment for comment in notebook.comments if comment.name == "reflection")
        comment.manual_comment = "Well observed."
        gradebook.db.commit()
    before = records(ours)["right"]
    assert grade(ours, again=True, workers=1) == {}
    after = records(ours)["right"]
    assert (after["grades"], after["comments"]) == (before["grades"], before["comments"])
    assert ("reflection", None, 2.5, None, False) in [row[:5] for row in after["grades"]]
    assert "Well observed." in ours.feedback("right", ASSIGNMENT).read_text(encoding="utf-8")


def test_marks_given_by_hand_are_to_be_confirmed_when_the_work_is_new(classes: tuple[Classroom, Classroom]) -> None:
    _, ours = classes
    submitted = ours.notebook("submitted", "right", ASSIGNMENT)
    submitted.write_bytes(submitted.read_bytes() + b"\n")
    assert grade(ours, workers=1) == {}
    after = records(ours)["right"]
    assert ("reflection", None, 2.5, None, True) in [row[:5] for row in after["grades"]]


def test_without_a_sandbox_marks_are_the_same(classes: tuple[Classroom, Classroom], tmp_path: Path) -> None:
    _, ours = classes
    trusted = copy_class(ours, tmp_path / "trusted")
    for page in (trusted.directory / "feedback").rglob("*.html"):
        page.unlink()
    assert grade(trusted, workers=1, trusted=True) == {}
    assert records(trusted) == records(ours)
    assert trusted.feedback("wrong", ASSIGNMENT).exists()
