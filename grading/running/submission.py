"""Grading one submission: a function from what was handed in to files and rows that touches nothing else.

It runs all steps of nbgrader's own autograde and feedback, in a folder and on a gradebook that hold only this
submission. So it can run on any machine that has the project and bubblewrap.
"""

import atexit
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nbgrader.apps import NbGraderAPI

from grading.classroom import Classroom, Submission
from grading.intake import timestamp
from grading.intake.setting_aside import REFUSED
from grading.running.guard import EndWithoutMemory, guarded, longest_wait
from grading.running.rows import Rows
from grading.running.scratch_gradebook import gradebook_of
from grading.sandbox.limits import Limits

SOURCES = "source"


@dataclass(frozen=True)
class Task:
    """Everything that is needed to grade a submission.

    Attributes:
        submission: whose it is, and for which assignment.
        definition: the gradebook's rows of the assignment, pickled.
        before: the gradebook's rows of the submission.
        notebook: content of the file that was handed in.
        timestamp: content of timestamp.txt; None if there is none.
        source: content of the instructor's notebook.
        handed_in_before: whether the same work was graded before, so that marks by hand still answer it.
        trusted: whether to do without a sandbox.
        autograded: content of the graded notebook, if only its feedback page is to be made.
    """

    submission: Submission
    definition: bytes
    before: Rows
    notebook: bytes = b""
    timestamp: bytes | None = None
    source: bytes = b""
    handed_in_before: bool = False
    trusted: bool = False
    autograded: bytes | None = None


@dataclass(frozen=True)
class Graded:
    """What grading a submission came to.

    Attributes:
        log: nbgrader's.
        success: whether there are marks.
        notebook: content of the graded notebook.
        feedback: content of the feedback page.
        after: the gradebook's rows of the submission, as they should become.
        ends_workers: whether there are no marks because it ends whoever grades it; the log says how.
    """

    log: str
    success: bool = False
    notebook: bytes = b""
    feedback: bytes = b""
    after: Rows = field(default_factory=dict)
    ends_workers: bool = False


# nbgrader changes the working directory, and what the hidden tests print is caught, both for the whole process.
_one_at_a_time = threading.Lock()


def grade_submission(task: Task) -> Graded:
    """Grade a submission and make its feedback page, or only the page if the task brings a graded notebook.

    This raises nothing, but it ends the process if the submission takes more than `grading.running.guard` grants.
    """
    with _one_at_a_time:
        classroom, nbgrader = _workplace()
        try:
            with guarded(longest_wait(_limits(nbgrader))):
                return _grade(task, classroom, nbgrader)
        except BaseException as error:  # noqa: BLE001, one submission's trouble does not stop the others
            return Graded(f"{type(error).__name__}: {error}")
        finally:
            for step in ("submitted", "autograded", "feedback", REFUSED):
                shutil.rmtree(classroom.directory / step, ignore_errors=True)


def _grade(task: Task, classroom: Classroom, nbgrader: NbGraderAPI) -> Graded:
    steps = [nbgrader.autograde, nbgrader.generate_feedback]
    if task.autograded is not None:
        _write(classroom.notebook("autograded", *task.submission), task.autograded)
        steps.remove(nbgrader.autograde)
    else:
        _hand_in(task, classroom)
    nbgrader.config.ExecuteInSandbox.trusted_submissions = task.trusted
    gradebook, log = gradebook_of(task.definition), ""
    with gradebook.holding(task.before):
        for step in steps:
            done = step(task.submission.assignment, task.submission.student, force=True)
            log += done.get("log", "")
            if not done["success"]:
                return Graded(log or done["error"])
    return Graded(
        log,
        True,
        classroom.notebook("autograded", *task.submission).read_bytes(),
        classroom.feedback(*task.submission).read_bytes(),
        gradebook.submission(),
    )


def _limits(nbgrader: NbGraderAPI) -> Limits:
    settings = nbgrader.config.ExecuteInSandbox
    return Limits(**{name: settings[name] for name in ("cell_seconds", "notebook_seconds") if name in settings})


def _hand_in(task: Task, classroom: Classroom) -> None:
    submitted = classroom.notebook("submitted", *task.submission)
    _write(submitted, task.notebook)
    if task.timestamp is not None:
        _write(submitted.with_name(timestamp.NAME), task.timestamp)
    _write(classroom.directory / SOURCES / task.submission.assignment / submitted.name, task.source)


@cache
def _workplace() -> tuple[Classroom, NbGraderAPI]:
    """Make this process's folder, and an nbgrader that works in it."""
    folder = tempfile.mkdtemp(prefix="grading-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    classroom = Classroom(Path(folder))
    nbgrader = classroom.nbgrader()
    nbgrader.coursedir.source_directory = str(classroom.directory / SOURCES)
    nbgrader.log.addHandler(EndWithoutMemory())
    return classroom, nbgrader


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
