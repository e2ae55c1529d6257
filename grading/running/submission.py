"""Grading one submission: a function from what was handed in to files and rows, which touches nothing else.

It runs nbgrader's own autograde and feedback, all their steps, in a folder and on a gradebook that hold this submission
alone. So it can run on any machine that has the project and bubblewrap.
"""

import atexit
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nbgrader.apps import NbGraderAPI

from grading.classroom import Classroom
from grading.running.rows import Rows
from grading.running.scratch_gradebook import gradebook_of

SOURCES = "source"


@dataclass(frozen=True)
class Task:
    """All that is needed to grade a submission.

    Attributes:
        student: id.
        assignment: name; the notebook has the same.
        notebook: content of the file that was handed in.
        timestamp: content of timestamp.txt; None where there is none.
        source: content of the instructor's notebook.
        definition: the gradebook's rows of the assignment, pickled.
        before: the gradebook's rows of the submission.
        trusted: whether to do without a sandbox.
        autograded: content of the graded notebook, where only its feedback is to be made anew.
    """

    student: str
    assignment: str
    notebook: bytes
    timestamp: bytes | None
    source: bytes
    definition: bytes
    before: Rows
    trusted: bool = False
    autograded: bytes | None = None


@dataclass(frozen=True)
class Graded:
    """What grading came to.

    Attributes:
        log: nbgrader's.
        success: whether there are marks.
        notebook: the autograded one.
        feedback: the page.
        after: the gradebook's rows of the submission, as they have to become.
    """

    log: str
    success: bool = False
    notebook: bytes = b""
    feedback: bytes = b""
    after: Rows = field(default_factory=dict)


# nbgrader changes the working directory, and the hidden tests' output is caught for the whole process.
_one_at_a_time = threading.Lock()


def grade_submission(task: Task) -> Graded:
    """Grade a submission and make its feedback, or make the feedback of one that is graded."""
    with _one_at_a_time:
        classroom, nbgrader = _workplace()
        try:
            return _grade(task, classroom, nbgrader)
        finally:
            for step in ("submitted", "autograded", "feedback", "refused"):
                shutil.rmtree(classroom.directory / step, ignore_errors=True)


def _grade(task: Task, classroom: Classroom, nbgrader: NbGraderAPI) -> Graded:
    steps = [nbgrader.autograde, nbgrader.generate_feedback]
    if task.autograded is not None:
        _write(classroom.notebook("autograded", task.student, task.assignment), task.autograded)
        steps.remove(nbgrader.autograde)
    else:
        _hand_in(task, classroom)
    nbgrader.config.ExecuteInSandbox.trusted_submissions = task.trusted
    gradebook, log = gradebook_of(task.definition), ""
    with gradebook.holding(task.before):
        for step in steps:
            done = step(task.assignment, task.student, force=True)
            log += done.get("log", "")
            if not done["success"]:
                return Graded(log or done["error"])
    return Graded(
        log,
        True,
        classroom.notebook("autograded", task.student, task.assignment).read_bytes(),
        classroom.feedback(task.student, task.assignment).read_bytes(),
        gradebook.submission(),
    )


def _hand_in(task: Task, classroom: Classroom) -> None:
    submitted = classroom.notebook("submitted", task.student, task.assignment)
    _write(submitted, task.notebook)
    if task.timestamp is not None:
        _write(submitted.with_name("timestamp.txt"), task.timestamp)
    _write(classroom.directory / SOURCES / task.assignment / submitted.name, task.source)


@cache
def _workplace() -> tuple[Classroom, NbGraderAPI]:
    """Make this process's folder, and nbgrader working in it."""
    folder = tempfile.mkdtemp(prefix="grading-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    classroom = Classroom(Path(folder))
    nbgrader = classroom.nbgrader()
    nbgrader.coursedir.source_directory = str(classroom.directory / SOURCES)
    return classroom, nbgrader


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
