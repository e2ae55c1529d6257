"""Work is graded again when something that its mark rests on has changed, and marks by hand stay as they should."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest

from grading.basis import KEY
from grading.classroom import Classroom, Submission
from grading.running.grade import Waiting, announcement, grade, waiting
from grading.running.pool import local_processes
from tests.released import ASSIGNMENT, answered
from tests.small_class import DUE, copy_class, make_class, records, wrong

HAND_MARK = ("reflection", None, 2.5, None, False)
ADA = Submission("ada", ASSIGNMENT)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Grade a class, and mark one reflection by hand."""
    classroom = make_class(tmp_path_factory.mktemp("graded") / "class", {"ada": answered(), "euler": wrong()})
    assert grade(classroom, workers=1) == {}
    with classroom.gradebook() as gradebook:
        reflection = gradebook.find_grade("reflection", ASSIGNMENT, ASSIGNMENT, "ada")
        reflection.manual_score, reflection.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    return classroom


@pytest.fixture
def classroom(graded: Classroom, tmp_path: Path) -> Classroom:
    return copy_class(graded, tmp_path / "class")


def reasons(classroom: Classroom) -> dict[str, str]:
    return {one.submission.student: one.reason for one in waiting(classroom)}


def confirmed(classroom: Classroom) -> bool:
    return HAND_MARK in [row[:5] for row in records(classroom)["ada"]["grades"]]


def test_nothing_is_graded_again_without_a_reason(classroom: Classroom) -> None:
    for path in classroom.directory.rglob("*"):
        os.utime(path)
    assert waiting(classroom) == []


def test_a_new_due_date_is_applied(classroom: Classroom) -> None:
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE - timedelta(days=1, hours=2))
    assert set(reasons(classroom).values()) == {"its due date has changed"}
    assert grade(classroom, workers=1) == {}
    assert records(classroom)["ada"]["penalty"] > 0
    assert confirmed(classroom)
    assert waiting(classroom) == []


def test_a_release_with_other_points_is_applied(classroom: Classroom) -> None:
    with classroom.gradebook() as gradebook:
        cell = gradebook.find_grade_cell("update_with_momentum_tests", ASSIGNMENT, ASSIGNMENT)
        cell.max_score = 6
        gradebook.db.commit()
    assert set(reasons(classroom).values()) == {"its release has changed"}


def test_several_changes_are_listed(classroom: Classroom) -> None:
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE + timedelta(days=1))
    submitted = classroom.notebook("submitted", *ADA)
    submitted.write_bytes(submitted.read_bytes() + b"\n")
    submitted.with_name("timestamp.txt").write_text("2027-03-09 18:00:00 UTC")
    assert reasons(classroom) == {
        "ada": "it was handed in again, the time of handing it in has changed and its due date has changed",
        "euler": "its due date has changed",
    }


def test_what_an_older_version_did_not_record_is_not_called_a_change(classroom: Classroom) -> None:
    autograded = classroom.notebook("autograded", *ADA)
    notebook = nbformat.read(autograded, as_version=4)
    del notebook.metadata[KEY]["due date"]
    autograded.chmod(0o644)
    nbformat.write(notebook, autograded)
    assert reasons(classroom) == {"ada": "there is no record of all that its marks rest on"}


def test_an_extension_confirms_what_was_confirmed(classroom: Classroom) -> None:
    submitted = classroom.notebook("submitted", *ADA)
    submitted.with_name("timestamp.txt").write_text("2027-03-01 18:00:00 UTC")
    assert reasons(classroom) == {"ada": "the time of handing it in has changed"}
    assert grade(classroom, workers=1) == {}
    assert confirmed(classroom)


def test_missing_pages_are_made_and_marks_stay_confirmed(classroom: Classroom) -> None:
    shutil.rmtree(classroom.directory / "feedback")
    assert set(reasons(classroom).values()) == {"its feedback page is missing"}
    assert grade(classroom, workers=1) == {}
    assert confirmed(classroom)
    assert classroom.feedback(*ADA).exists()


def test_work_that_is_collected_while_others_are_graded_is_to_be_confirmed(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = classroom.notebook("submitted", *ADA)

    def collected_meanwhile(todo: list[Waiting]) -> list[str]:
        newer = answered()
        newer.cells[0].source += "\n"
        nbformat.write(newer, submitted)
        return announcement(todo)

    monkeypatch.setattr("grading.running.grade.announcement", collected_meanwhile)
    assert grade(classroom, again=True, open_executor=lambda: local_processes(1)) == {}
    assert not confirmed(classroom)
    assert waiting(classroom) == []


def test_an_assignment_that_there_is_no_more_stops_nobody(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = classroom.notebook("submitted", "ada", "renamed")
    stray.parent.mkdir()
    stray.write_text("{}")
    assert grade(classroom, workers=1) == {}
    assert "left alone: there is no assignment 'renamed'" in capsys.readouterr().out


def test_each_reason_is_a_sentence() -> None:
    todo = [
        Waiting(Submission(name, "ewa"), "new" if name == "c" else "its questions have changed", {}) for name in "abc"
    ]
    assert announcement(todo) == ["ewa: its questions have changed, so 2 are graded again", "ewa: 1 new"]
