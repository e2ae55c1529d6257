"""The gradebook in PostgreSQL: named in nbgrader_config.py, and used by our commands and by nbgrader's own."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grading.classroom import ROOT, Classroom, Submission
from grading.running.grade import grade
from grading.running.rows import OF_A_SUBMISSION
from grading.running.submission import Graded, Task
from grading.running.writing import write
from tests.released import ASSIGNMENT, answered, insert
from tests.running.postgresql import Server, postgresql
from tests.small_class import DUE, make_class, records, wrong


def _slow(seconds: int) -> NotebookNode:
    notebook = answered()
    insert(notebook, f"import time\ntime.sleep({seconds})")
    return notebook


# The first marks are written when the slow ones are still under way: by one worker, to whom they come last.
STUDENTS = {"ada": answered(), "bob": wrong(), "slow": _slow(3), "slower": _slow(4)}
PARTS = (f"assignments/{ASSIGNMENT}", "course", "grading", "solutions")
CELLS = 4
SECONDS = 400


@dataclass(frozen=True)
class Course:
    """A copy of the project whose nbgrader_config.py names a database."""

    folder: Path
    server: Server
    database: str

    def use(self) -> "Course":
        """Name the database in nbgrader_config.py."""
        settings = (ROOT / "nbgrader_config.py").read_text()
        chosen = f'\nc.CourseDirectory.db_url = "{self.server.url(self.database)}"\n'
        (self.folder / "nbgrader_config.py").write_text(settings + chosen)
        return self

    def start(self, *command: str) -> subprocess.Popen:
        command = [sys.executable, "-m", *command]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, text=True, **streams)

    def run(self, *command: str) -> str:
        """Run a Python module's command, which succeeds, and give what it printed."""
        process = self.start(*command)
        printed, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, said
        return printed

    def grade(self) -> subprocess.Popen:
        return self.start("grading", "grade", "--workers", "1")

    def gradebook(self) -> Gradebook:
        return Gradebook(self.server.url(self.database))

    def count(self, table: str) -> int:
        with self.server.connect(self.database) as connection:
            return connection.execute(f"select count(*) from {table}").fetchone()[0]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Grade the class with the gradebook in SQLite."""
    classroom = make_class(tmp_path_factory.mktemp("sqlite") / "class", STUDENTS)
    assert grade(classroom, workers=1) == {}
    return classroom


@pytest.fixture(scope="module")
def fresh(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("fresh") / "project"
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    server.create("fresh")
    course = Course(folder, server, "fresh").use()
    course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    for student, notebook in STUDENTS.items():
        submitted = folder / "_class" / "submitted" / student / ASSIGNMENT
        submitted.mkdir(parents=True)
        nbformat.write(notebook, submitted / f"{ASSIGNMENT}.ipynb")
        (submitted / "timestamp.txt").write_text(f"{DUE:%Y-%m-%d %H:%M:%S} UTC")
    return course


@pytest.fixture
def course(fresh: Course, tmp_path: Path, request: pytest.FixtureRequest) -> Course:
    """Copy the class and its gradebook."""
    shutil.copytree(fresh.folder, tmp_path / "project")
    fresh.server.create(request.node.name, like="fresh")
    return Course(tmp_path / "project", fresh.server, request.node.name).use()


def _pages(course: Course) -> list[Path]:
    return list((course.folder / "_class" / "feedback").glob(f"*/{ASSIGNMENT}/*.html"))


def _wait_for(condition: Callable[[], object], run: subprocess.Popen) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition() and run.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert run.poll() is None, run.communicate()


def test_rows_marks_and_formgrader_are_those_of_sqlite(course: Course, expected: Classroom) -> None:
    course.run("grading", "grade", "--workers", "1")
    assert records(course) == records(expected)
    assert len(_pages(course)) == len(STUDENTS)
    assert not (course.folder / "_class" / "gradebook.db").exists()
    told = course.run("grading", "summary")
    assert all(f"\n{student} " in told for student in STUDENTS)
    assert f"course:***@127.0.0.1:{course.server.port}/{course.database}" in told
    assert course.server.password not in told
    assert (course.folder / "_class" / "marks.csv").read_text().count(f"\n{ASSIGNMENT},") == len(STUDENTS)
    seen = _seen_in_formgrader(course)
    assert {submission["student"]: submission["autograded"] for submission in seen} == dict.fromkeys(STUDENTS, True)


def _seen_in_formgrader(course: Course) -> list[dict]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    server = course.start("jupyter", "server", *options, "--no-browser", "--allow-root", "--ServerApp.port_retries=0")
    address = f"http://127.0.0.1:{port}/formgrader/api/submissions/{ASSIGNMENT}"
    answers = []
    try:
        _wait_for(lambda: _answers(address, answers), server)
    finally:
        server.terminate()
        server.communicate(timeout=20)
    return json.loads(answers[0])


def _answers(address: str, answers: list[bytes]) -> bool:
    try:
        with urlopen(address, timeout=10) as page:
            answers.append(page.read())
    except OSError:
        return False
    return True


def test_nbgrader_s_own_commands_use_it(course: Course, expected: Classroom) -> None:
    course.run("nbgrader", "autograde", ASSIGNMENT)
    course.run("nbgrader", "generate_feedback", ASSIGNMENT)
    assert records(course) == records(expected)
    assert len(_pages(course)) == len(STUDENTS)


def test_killed_and_run_again(course: Course, expected: Classroom) -> None:
    run = course.grade()
    _wait_for(lambda: _pages(course), run)
    run.kill()
    run.communicate()
    done = {page: page.stat().st_mtime_ns for page in _pages(course)}
    assert 0 < len(done) < len(STUDENTS)
    course.run("grading", "grade", "--workers", "1")
    assert records(course) == records(expected)
    assert course.count("grade") == CELLS * len(STUDENTS)
    assert course.count("submitted_assignment") == len(STUDENTS)
    assert all(page.stat().st_mtime_ns == at for page, at in done.items())


def test_a_second_run_beside_the_first_is_told_so(course: Course, expected: Classroom) -> None:
    first = course.grade()
    _wait_for(lambda: _pages(course), first)
    first.send_signal(signal.SIGSTOP)
    second = course.grade()
    _, said = second.communicate(timeout=SECONDS)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert "Error: this class is being graded already" in said
    assert "Traceback" not in said
    _, said = first.communicate(timeout=SECONDS)
    assert first.returncode == 0, said
    assert records(course) == records(expected)


def test_a_locked_gradebook_is_told_in_a_sentence(course: Course) -> None:
    with course.server.connect(course.database) as connection, connection.transaction():
        connection.execute("lock table grade in share mode")
        run = course.grade()
        _, said = run.communicate(timeout=SECONDS)
    assert run.returncode == 1
    assert "Error: the gradebook cannot be used (canceling statement due to lock timeout)" in said
    assert "Traceback" not in said
    assert course.count("grade") == 0


def test_a_server_that_goes_away_is_told_in_a_sentence(course: Course, expected: Classroom) -> None:
    """The database forbids connections and cuts those that there are, as when its server stops."""
    run = course.grade()
    _wait_for(lambda: _pages(course), run)
    with course.server.connect("postgres") as connection:
        connection.execute(f'alter database "{course.database}" with allow_connections false')
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
        connection.execute(cut, [course.database])
    _, said = run.communicate(timeout=SECONDS)
    assert run.returncode == 1
    assert "Error: the gradebook cannot be used (" in said
    assert "Traceback" not in said
    assert course.server.password not in said
    with course.server.connect("postgres") as connection:
        connection.execute(f'alter database "{course.database}" with allow_connections true')
    course.run("grading", "grade", "--workers", "1")
    assert records(course) == records(expected)


def test_what_the_database_refuses_stops_nobody_else(course: Course, tmp_path: Path) -> None:
    """PostgreSQL keeps to the lengths that nbgrader gives its columns, SQLite does not."""
    long = "x" * 200
    batch = [_done("anna"), _done(long), _done("otto")]
    with course.gradebook() as gradebook:
        refused = write(Classroom(tmp_path / "class"), gradebook.engine, [], batch)
        assert {student.id for student in gradebook.students} == {"anna", "otto"}
    assert list(refused) == [Submission(long, ASSIGNMENT)]
    assert "too long" in refused[long, ASSIGNMENT]


def _done(student: str) -> tuple[Task, Graded]:
    nothing = {table: [] for table in OF_A_SUBMISSION}
    task = Task(Submission(student, ASSIGNMENT), b"", nothing)
    return task, Graded("", True, after=nothing | {"student": [{"id": student}]})
