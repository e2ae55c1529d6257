"""Every step's errors as a tired person meets them: one sentence, an exit code, and nothing lost."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grading.classroom import Classroom
from grading.jupyterlab.opening import offer_assignments
from grading.nbgrader_steps import StepFailed
from grading.release import release
from grading.running.feedback_pages import make_pages
from tests.commands import start, step
from tests.released import ASSIGNMENT, answered, insert
from tests.results.fabricated import mark_by_hand
from tests.small_class import copy_class, make_class

STUDENTS = [f"student-{number}" for number in range(4)]
POINTS = {"initialize_velocity": 2, "update_with_momentum": 5, "update_with_nesterov": 4}
STEPS_OF_AN_ASSIGNMENT = ("release", "grade", "feedback", "report")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Make a class whose submissions are marked, but by hand, which is faster; nobody has a feedback page yet."""
    classroom = make_class(tmp_path_factory.mktemp("course") / "class", {})
    for student in STUDENTS:
        mark_by_hand(classroom, student, tuple(POINTS.values()))
    return classroom


@pytest.fixture
def classroom(marked: Classroom, tmp_path: Path) -> Classroom:
    return copy_class(marked, tmp_path / "class")


@pytest.fixture
def nobody(marked: Classroom, tmp_path: Path) -> Classroom:
    """Give a class that has its assignment, and no student."""
    classroom = copy_class(marked, tmp_path / "nobody")
    for folder in ("submitted", "autograded"):
        shutil.rmtree(classroom.directory / folder)
    with classroom.gradebook() as gradebook:
        for student in STUDENTS:
            gradebook.remove_student(student)
    return classroom


def sentence(said: str) -> str:
    """Give the one sentence, or few, that a step says on its error; a traceback is none."""
    assert "Traceback" not in said
    (line,) = [line for line in said.splitlines() if line.startswith("Error: ")]
    assert line.endswith(".")
    assert len(line) < 300
    return line.removeprefix("Error: ")


# --- nothing there ---------------------------------------------------------------------------------------------------


def test_a_class_that_there_is_not(tmp_path: Path) -> None:
    result = step(Classroom(tmp_path / "mistyped"), "marks")
    assert result.exit_code == 2
    assert "There is no class in " in result.output
    assert not (tmp_path / "mistyped").exists()


def test_a_roster_for_the_exchange(classroom: Classroom, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name,lms_id\n")
    result = step(classroom, "collect", "--roster", str(roster))
    assert result.exit_code == 2
    assert sentence(result.output) == "--roster goes with PATH: the exchange already knows who submitted what."


@pytest.mark.parametrize("name", STEPS_OF_AN_ASSIGNMENT)
def test_an_assignment_that_there_is_not(classroom: Classroom, name: str) -> None:
    result = step(classroom, name, "momentun")
    assert result.exit_code == 2
    assert "'momentun' is not one of 'mini-batch', 'ewa', 'momentum'" in sentence(result.output)


@pytest.mark.parametrize("name", ["grade", "feedback", "report"])
def test_an_assignment_that_is_not_released(classroom: Classroom, name: str) -> None:
    for folder in ("submitted", "autograded"):
        for student in STUDENTS:
            there = classroom.directory / folder / student
            shutil.copytree(there / ASSIGNMENT, there / "ewa")
            (there / "ewa" / f"{ASSIGNMENT}.ipynb").rename(there / "ewa" / "ewa.ipynb")
    result = step(classroom, name, "ewa")
    assert result.exit_code == 1
    assert "python -m grading release" in sentence(result.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade"], "Nothing is handed in yet: python -m grading collect."),
        (["grade", ASSIGNMENT], "Nothing is handed in yet of momentum: python -m grading collect."),
        (["feedback"], "Nothing is graded yet: python -m grading grade."),
        (["feedback", ASSIGNMENT], "Nothing is graded yet of momentum: python -m grading grade."),
        (["marks"], "Nothing is graded yet: python -m grading grade."),
        (["marks", "--lms", "canvas"], "Nothing is graded yet: python -m grading grade."),
        (["collect"], "There is no exchange"),
        (["collect", "."], "is empty"),
    ],
)
def test_nothing_to_do_it_with(
    nobody: Classroom, arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    result = step(nobody, *arguments)
    assert result.exit_code == 1
    assert said in sentence(result.output)


def test_a_lab_without_an_exchange(nobody: Classroom) -> None:
    (nobody.directory / "exchange").write_text("")
    with pytest.raises(StepFailed, match="momentum cannot be put into the exchange: .*Not a directory"):
        offer_assignments(nobody)


def test_a_report_on_nobody_and_a_summary_are_no_errors(nobody: Classroom) -> None:
    for arguments in (["report"], ["report", ASSIGNMENT], ["summary"]):
        assert step(nobody, *arguments).exit_code == 0


def test_what_is_handed_in_and_not_graded(nobody: Classroom) -> None:
    submitted = nobody.notebook("submitted", "ada", ASSIGNMENT)
    submitted.parent.mkdir(parents=True)
    nbformat.write(answered(), submitted)
    for arguments in (["feedback"], ["marks"]):
        assert "python -m grading grade." in sentence(step(nobody, *arguments).output)
    assert step(nobody, "report").exit_code == 0


def test_feedback_for_an_exchange_that_there_is_not(classroom: Classroom) -> None:
    """The pages are made all the same."""
    result = step(classroom, "feedback", "--release")
    assert result.exit_code == 1
    assert "There is no exchange" in sentence(result.output)
    assert len(pages(classroom)) == len(STUDENTS)


def test_files_that_are_not_what_they_should_be(classroom: Classroom, tmp_path: Path) -> None:
    file = tmp_path / "uploads.rar"
    file.write_bytes(b"Rar!")
    assert "not a zip archive" in sentence(step(classroom, "collect", str(file)).output)
    assert "does not exist" in sentence(step(classroom, "collect", str(tmp_path / "missing")).output)
    assert "needs the columns" in sentence(
        step(classroom, "collect", str(tmp_path), "--roster", str(roster(file))).output
    )


def roster(file: Path) -> Path:
    file.write_text("name;number\nAda;1\n")
    return file


# --- one assignment of several ---------------------------------------------------------------------------------------


def test_one_assignment_is_released_and_the_zip_keeps_the_others(classroom: Classroom) -> None:
    def assignments() -> set[str]:
        with zipfile.ZipFile(classroom.directory / "optimization-course.zip") as bundle:
            assert bundle.testzip() is None
            names = {tuple(name.split("/")[1:]) for name in bundle.namelist()}
        assert {("README.md",), ("course", "__init__.py")} <= names
        return {name[0] for name in names if name[-1] == f"{name[0]}.ipynb"}

    shutil.rmtree(classroom.directory / "release")
    assert step(classroom, "release", "ewa").exit_code == 0
    assert assignments() == {"ewa"}
    assert step(classroom, "release", ASSIGNMENT).exit_code == 0
    assert assignments() == {"ewa", ASSIGNMENT}


# --- a locked gradebook, a full disk ---------------------------------------------------------------------------------


def test_a_locked_gradebook(classroom: Classroom) -> None:
    """All at once: each waits five seconds for the lock. Grading is tested with its other faults."""
    with sqlite3.connect(classroom.directory / "gradebook.db", isolation_level=None) as gradebook:
        gradebook.execute("begin exclusive")
        runs = [start(classroom, *arguments) for arguments in (["release", "ewa"], ["feedback"], ["marks"], ["report"])]
        said = [run.communicate(timeout=200)[1] for run in runs]
        gradebook.execute("rollback")
    assert [run.returncode for run in runs] == [1, 1, 1, 1]
    for complaint in said:
        assert "the gradebook cannot be used (database is locked)" in sentence(complaint)


@pytest.fixture
def small(marked: Classroom, tmp_path: Path) -> Iterator[Classroom]:
    """Give a class on a disk with 60 KB left."""
    size = sum(-(-path.stat().st_size // 4096) * 4 for path in marked.directory.rglob("*")) + 60
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk")
    try:
        yield copy_class(marked, folder / "class")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small: Classroom, classroom: Classroom, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in small.directory.rglob("*.ipynb")}
    uploads = tmp_path / "uploads"
    for number in range(9):
        path = uploads / f"newcomer-{number}" / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(answered(), path)
    for left, *arguments in (
        (20, "collect", str(uploads)),
        (20, "feedback"),
        (20, "release", ASSIGNMENT),
        (0, "report"),
        (0, "marks", "--lms", "moodle"),
    ):
        fill(small.directory, left)
        result = step(small, *arguments)
        assert result.exit_code == 1, arguments
        assert "full" in sentence(result.output) or "No space left" in sentence(result.output)
        assert "run it again" in sentence(result.output)
    left = {path for path in before if path.exists()}
    assert {path for path in before if "release" not in path.parts} <= left
    # Once there is room, the same step finishes.
    roomy = copy_class(small, tmp_path / "roomy")
    assert step(roomy, "collect", str(uploads)).exit_code == 0
    assert len(roomy.submissions()) == len(STUDENTS) + 9
    assert step(roomy, "feedback").exit_code == 0
    assert len(pages(roomy)) == len(STUDENTS)


def fill(folder: Path, left: int) -> None:
    """Leave so many KB on the disk."""
    (folder / "filler").unlink(missing_ok=True)
    (folder / "filler").write_bytes(bytes(max(0, shutil.disk_usage(folder).free - left * 1024)))


# --- interrupted -----------------------------------------------------------------------------------------------------


def pages(classroom: Classroom) -> list[Path]:
    return sorted((classroom.directory / "feedback").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.html"))


def interrupt(run: subprocess.Popen, classroom: Classroom) -> str:
    """Press Ctrl-C when a first page is there; it reaches everybody in the terminal."""
    while not pages(classroom) and run.poll() is None:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    return run.communicate(timeout=200)[1]


def test_feedback_is_interrupted_and_taken_up(classroom: Classroom) -> None:
    students = [*STUDENTS, *(f"another-{number}" for number in range(20))]
    for student in students[len(STUDENTS) :]:
        mark_by_hand(classroom, student, tuple(POINTS.values()))
    run = start(classroom, "feedback", "--workers", "1")
    said = interrupt(run, classroom)
    assert run.returncode == 130
    assert sentence(said) == "Interrupted. What is written stays; run it again."
    made = len(pages(classroom))
    assert 0 < made < len(students)
    done = make_pages(classroom)
    assert (done.made, done.unchanged) == (len(students) - made, made)
    assert len(pages(classroom)) == len(students)


def test_grading_is_interrupted_and_taken_up(classroom: Classroom) -> None:
    shutil.rmtree(classroom.directory / "submitted" / STUDENTS[-1])
    # Slower than marks are written, which is in batches of two seconds.
    slow = answered()
    insert(slow, "import time\ntime.sleep(3)")
    for student in STUDENTS[:-1]:
        nbformat.write(slow, classroom.notebook("submitted", student, ASSIGNMENT))
    run = start(classroom, "grade", "--workers", "1")
    said = interrupt(run, classroom)
    assert run.returncode == 130
    assert sentence(said) == "Interrupted. What is written stays; run it again."
    made = {page: page.stat().st_mtime_ns for page in pages(classroom)}
    assert 0 < len(made) < len(STUDENTS) - 1
    assert step(classroom, "grade").exit_code == 0
    assert len(pages(classroom)) == len(STUDENTS) - 1
    assert {page: page.stat().st_mtime_ns for page in made} == made


def test_releasing_is_interrupted_and_the_old_zip_stays(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = release(classroom, ASSIGNMENT)
    before = archive.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as faulty:
        faulty.setattr(zipfile.ZipFile, "write", interrupted)
        result = step(classroom, "release", ASSIGNMENT)
    assert result.exit_code == 130
    assert sentence(result.output).startswith("Interrupted.")
    assert archive.read_bytes() == before
    assert not list(classroom.directory.glob(".releasing-*"))


@pytest.mark.parametrize("name", ["release", "marks", "report", "collect"])
def test_any_step_is_interrupted_with_a_sentence(
    classroom: Classroom, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """nbgrader's API makes an ordinary failure of it."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "ada_momentum.ipynb").write_text(json.dumps(answered()))
    places = {
        "release": ("nbgrader.converters.base.BaseConverter.convert_notebooks", []),
        "marks": ("nbgrader.api.Gradebook.__init__", []),
        "report": ("grading.results.report.page.gather_facts", []),
        "collect": ("grading.collecting.collect.place", [str(tmp_path)]),
    }
    place, arguments = places[name]
    monkeypatch.setattr(place, interrupted)
    result = step(classroom, name, *arguments)
    assert (result.exit_code, sentence(result.output)) == (130, "Interrupted. What is written stays; run it again.")
