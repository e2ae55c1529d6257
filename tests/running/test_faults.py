"""What is ended by force in the middle of a run is done when it is run again: every mark is there once, and right."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grading.classroom import Classroom
from grading.running.grade import grade
from tests.commands import start
from tests.processes import descendants
from tests.released import ASSIGNMENT, answered
from tests.small_class import copy_class, make_class, records, wrong

STUDENTS = {f"student-{number}": wrong() if number % 3 == 0 else answered() for number in range(8)}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    return make_class(tmp_path_factory.mktemp("fresh") / "class", STUDENTS)


@pytest.fixture
def classroom(fresh: Classroom, tmp_path: Path) -> Classroom:
    return copy_class(fresh, tmp_path / "class")


def _start_grading(classroom: Classroom) -> subprocess.Popen:
    return start(classroom, "grade", "--workers", "2")


def _victim(run: subprocess.Popen, is_victim: Callable[[str], bool]) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        victims = [pid for pid, command in descendants(run.pid).items() if is_victim(command)]
        if victims:
            # The last: workers are forks of a server, which bears the same name.
            return victims[-1]
        time.sleep(0.05)
    raise AssertionError("nobody to end")


def _marked(classroom: Classroom) -> int:
    return len(list((classroom.directory / "feedback").glob(f"*/{ASSIGNMENT}/*.html")))


def _wait_for_a_first_mark(classroom: Classroom, run: subprocess.Popen) -> None:
    while _marked(classroom) == 0 and run.poll() is None:
        time.sleep(0.05)


def _check(classroom: Classroom) -> None:
    found = records(classroom)
    assert found.keys() == STUDENTS.keys()
    for number, student in enumerate(STUDENTS):
        marks = {grade[0]: grade[1] for grade in found[student]["grades"]}
        assert marks == {
            "initialize_velocity_tests": 2,
            "update_with_momentum_tests": 0 if number % 3 == 0 else 5,
            "update_with_nesterov_tests": 4,
            "reflection": None,
        }
        assert classroom.feedback(student, ASSIGNMENT).exists()
        assert classroom.notebook("autograded", student, ASSIGNMENT).exists()
    with sqlite3.connect(classroom.directory / "gradebook.db") as gradebook:
        (count,) = gradebook.execute("select count(*) from grade").fetchone()
        assert count == 4 * len(STUDENTS)


VICTIMS = {
    "a worker": lambda command: "forkserver" in command,
    "a zygote": lambda command: "zygote.py" in command and "bwrap" not in command.split()[0],
}


@pytest.mark.parametrize("is_victim", VICTIMS.values(), ids=VICTIMS)
def test_without_one_of_them_the_run_goes_on(classroom: Classroom, is_victim: Callable[[str], bool]) -> None:
    run = _start_grading(classroom)
    _wait_for_a_first_mark(classroom, run)
    os.kill(_victim(run, is_victim), signal.SIGKILL)
    _, said = run.communicate(timeout=200)
    assert run.returncode == 0, said
    _check(classroom)


def test_without_the_coordinator_nothing_lives_on_and_the_next_run_finishes(classroom: Classroom) -> None:
    run = _start_grading(classroom)
    _wait_for_a_first_mark(classroom, run)
    family = descendants(run.pid)
    assert len(family) > 1
    run.kill()
    run.wait()
    deadline = time.monotonic() + 20
    while any(_alive(pid, command) for pid, command in family.items()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    run.communicate()
    assert _marked(classroom) > 0
    before = {path: path.stat().st_mtime_ns for path in (classroom.directory / "feedback").rglob("*.html")}
    assert grade(classroom, workers=2) == {}
    _check(classroom)
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())


def _alive(pid: int, command: str) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() == command != ""
    except OSError:
        return False


def test_a_locked_gradebook_is_told_in_a_sentence(classroom: Classroom) -> None:
    with sqlite3.connect(classroom.directory / "gradebook.db", isolation_level=None) as gradebook:
        gradebook.execute("begin exclusive")
        run = _start_grading(classroom)
        _, said = run.communicate(timeout=200)
        gradebook.execute("rollback")
    assert run.returncode == 1
    assert "Error: the gradebook cannot be used (database is locked)." in said
    assert "Traceback" not in said


def test_a_full_disk_is_told_in_a_sentence_and_the_run_can_be_taken_up(classroom: Classroom) -> None:
    small = classroom.directory / "feedback"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2600k", "none", str(small)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root can make a small disk")
    try:
        run = _start_grading(classroom)
        _, said = run.communicate(timeout=200)
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert run.returncode == 1
    assert "Error: No space left on device" in said
    assert "Traceback" not in said
    shutil.rmtree(small)
    assert grade(classroom, workers=2) == {}
    _check(classroom)
