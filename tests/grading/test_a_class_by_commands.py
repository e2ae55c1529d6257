"""A class as its instructor runs it: awkward uploads and the exchange are collected, graded, and handed back."""

import contextlib
import io
import os
import re
import zipfile
from datetime import UTC, timedelta
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grading.classroom import Classroom
from tests.commands import start, step
from tests.released import ASSIGNMENT, answered
from tests.small_class import DUE, make_class, records, wrong

RIGHT, WRONG = nbformat.writes(answered()).encode(), nbformat.writes(wrong()).encode()
HOUR = timedelta(hours=1)
ALL, NOT_ALL = (2, 5, 4), (2, 0, 4)
COMMENT = "You say why, not only what."


def archive(entries: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, entry in entries.items():
            zipped.writestr(name, entry)
    return content.getvalue()


UPLOADS = {
    "Ada Lovelace_101_assignsubmission_file_/momentum.ipynb": (RIGHT, -2 * HOUR),
    "Bob Byron_102_assignsubmission_file_/draft.ipynb": (WRONG, -3 * HOUR),
    "Bob Byron_102_assignsubmission_file_/final version(2).ipynb": (RIGHT, -2 * HOUR),
    "curiemarie_555_9_momentum.ipynb": (RIGHT, -HOUR),
    "curiemarie_LATE_555_10_momentum-1.ipynb": (WRONG, 26 * HOUR),
    "eve/work.zip": (
        archive({"bob-byron/momentum.ipynb": WRONG, "../../submitted/bob-byron/momentum/momentum.ipynb": WRONG}),
        -HOUR,
    ),
    "frank/momentum.ipynb.zip": (archive({"momentum.ipynb": RIGHT, "__MACOSX/._momentum.ipynb": b"\0"}), -HOUR),
    "김민수_momentum (1).ipynb": (RIGHT, -HOUR),
    "mallory/work.zip": (archive({"momentum.ipynb": bytes(17 * 2**20)}), -HOUR),
    "my homework.ipynb": (RIGHT, -HOUR),
    "grace/momentum.ipynb": (RIGHT[:-40], -HOUR),
    "heidi/photo of my notebook.jpg": (b"\xff\xd8", -HOUR),
}
MARKS = {
    "ada-lovelace": ALL,
    "bob-byron": ALL,
    "curiemarie": NOT_ALL,
    "eve": NOT_ALL,
    "frank": ALL,
    "김민수": ALL,
    "ivan": ALL,
}
UNMATCHED = {
    "eve/work.zip": "points out of its archive",
    "mallory/work.zip": "larger than 16 MB",
    "my homework.ipynb": "does not say whose it is",
    "grace/momentum.ipynb": "not valid JSON, or is cut off",
    "heidi/photo of my notebook.jpg": "neither a notebook nor a zip archive",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a student works who has the exchange."""
    return tmp_path_factory.mktemp("desk")


def as_student(classroom: Classroom, student: str, desk: Path, doing: str) -> None:
    """Do what nbgrader's list of assignments does for a student at their desk."""
    config = classroom.config()
    config.Exchange.assignment_dir, config.Exchange.cache = str(desk), str(desk / "cache")
    course = CourseDirectory(config=config, student_id=student, assignment_id=ASSIGNMENT)
    nbgrader = NbGraderAPI(course, config=config)
    with contextlib.chdir(desk):
        exchange = getattr(nbgrader.exchange, doing)
        exchange(coursedir=course, authenticator=nbgrader.authenticator, parent=nbgrader).start()


def submit(classroom: Classroom, student: str, desk: Path, content: bytes = RIGHT) -> None:
    (desk / ASSIGNMENT).mkdir(exist_ok=True)
    (desk / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_bytes(content)
    as_student(classroom, student, desk, "Submit")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, desk: Path) -> Classroom:
    folder = tmp_path_factory.mktemp("course")
    classroom = make_class(folder / "class", {})
    (classroom.directory / "exchange").mkdir(mode=0o777)
    assert classroom.nbgrader().release_assignment(ASSIGNMENT)["success"]
    submit(classroom, "ivan", desk)
    for name, (content, late) in UPLOADS.items():
        path = folder / "uploads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        time = (DUE.replace(tzinfo=UTC) + late).timestamp()
        os.utime(path, (time, time))
    return classroom


@pytest.fixture(scope="module")
def said(classroom: Classroom) -> str:
    """Collect by the real command line."""
    run = start(classroom, "collect", str(classroom.directory.parent / "uploads"))
    said, complaint = run.communicate(timeout=100)
    assert (run.returncode, complaint) == (0, "")
    return said


@pytest.fixture(scope="module")
def graded(classroom: Classroom, said: str) -> Classroom:
    """Collect from the exchange, too, and grade by the real command line."""
    exchange = step(classroom, "collect")
    assert exchange.output.startswith("collected: 1 notebooks; 0 were there already\n")
    run = start(classroom, "grade", "--workers", "1")
    _, complaint = run.communicate(timeout=200)
    assert run.returncode == 0, complaint
    return classroom


def test_collecting_says_what_was_not_matched_and_why(said: str) -> None:
    assert said.startswith("collected: 6 notebooks; 0 were there already\n")
    listed = said.partition("not matched")[2]
    for name, reason in UNMATCHED.items():
        assert re.search(f"{re.escape(name)}.*{reason}", listed), name
    assert len(listed.splitlines()) == 1 + len(UNMATCHED)


def test_nothing_is_lost(classroom: Classroom, said: str) -> None:
    kept = {path.read_bytes() for path in classroom.directory.rglob("*") if path.is_file()}
    taken = {"eve/work.zip", "frank/momentum.ipynb.zip"}
    assert {content for name, (content, _) in UPLOADS.items() if name not in taken} <= kept
    assert UPLOADS["eve/work.zip"][0] in kept, "it holds what was refused"
    assert not list(classroom.directory.glob(".*"))


def test_the_marks_are_those_of_what_was_handed_in(graded: Classroom) -> None:
    found = records(graded)
    marks = {student: tuple(g[1] for g in one["grades"] if g[0] != "reflection") for student, one in found.items()}
    assert marks == MARKS
    assert {student for student, one in found.items() if one["penalty"]} == {"curiemarie"}
    assert found["curiemarie"]["penalty"] == pytest.approx(0.2 * 6)


def mark_by_hand(classroom: Classroom, student: str, points: float, comment: str) -> None:
    """Give a mark and a comment as formgrader does."""
    with classroom.gradebook() as gradebook:
        grade = gradebook.find_grade("reflection", ASSIGNMENT, ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("reflection", ASSIGNMENT, ASSIGNMENT, student).manual_comment = comment
        gradebook.db.commit()


def pages(classroom: Classroom) -> dict[str, bytes]:
    return {student: classroom.feedback(student, ASSIGNMENT).read_bytes() for student in MARKS}


def test_marks_by_hand_come_into_the_pages_and_confuse_no_grading(graded: Classroom) -> None:
    before = pages(graded)
    nothing = step(graded, "feedback")
    assert nothing.output.splitlines()[0] == "feedback: 0 pages are new, 7 were up to date"
    assert pages(graded) == before
    mark_by_hand(graded, "ada-lovelace", 3, COMMENT)
    graded.feedback("frank", ASSIGNMENT).unlink()
    some = step(graded, "feedback", ASSIGNMENT)
    assert "feedback: 2 pages are new, 5 were up to date\n6 submissions still wait for a mark by hand" in some.output
    after = pages(graded)
    assert {student for student in MARKS if after[student] != before[student]} == {"ada-lovelace"}
    assert COMMENT.encode() in after["ada-lovelace"]
    assert COMMENT.encode() not in before["ada-lovelace"]
    assert not list((graded.directory / "feedback").rglob("*.part"))
    assert step(graded, "grade").exit_code == 0
    assert pages(graded) == after


def test_who_handed_in_through_the_exchange_gets_feedback_there(graded: Classroom, desk: Path) -> None:
    mark_by_hand(graded, "ivan", 2, COMMENT)
    released = step(graded, "feedback", "--release")
    assert "released: 1 pages; 6 submissions did not come through the exchange" in released.output
    as_student(graded, "ivan", desk, "FetchFeedback")
    (page,) = (desk / ASSIGNMENT / "feedback").rglob("*.html")
    assert COMMENT in page.read_text(encoding="utf-8")


def test_newer_work_is_graded_although_pages_were_made_anew(graded: Classroom, desk: Path) -> None:
    submitted = graded.notebook("submitted", "eve", ASSIGNMENT)
    submitted.write_bytes(RIGHT)
    # nbgrader gives what it collects the times at which it was handed in, which may be before the last grading.
    submit(graded, "ivan", desk, WRONG)
    assert graded.nbgrader().collect(ASSIGNMENT)["success"]
    for path in graded.notebook("submitted", "ivan", ASSIGNMENT).parent.iterdir():
        os.utime(path, (0, 0))
    anew = step(graded, "feedback", "--all")
    assert "feedback: 7 pages are new, 0 were up to date" in anew.output
    assert "2 submissions are not graded, or have changed since" in anew.output
    assert step(graded, "grade").exit_code == 0
    marks = {student: one["grades"][2][1] for student, one in records(graded).items()}
    assert (marks["eve"], marks["ivan"]) == (5, 0)
