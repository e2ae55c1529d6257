"""Grading a class: workers grade submissions, each by itself, and this process alone writes.

What is new or outdated is graded and gets feedback; the rest is left alone. Interrupted, or with a worker lost, run it
again: it goes on with what is missing.
"""

import time
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

import nbformat
from sqlalchemy import Engine
from tqdm import tqdm

from grading.classroom import ROOT, Classroom
from grading.intake.reading import Refused
from grading.plugins.autograde import REFUSED, in_its_place, move_refused
from grading.running import rows
from grading.running.pool import OpenExecutor, enough_processes, graded
from grading.running.submission import Graded, Task
from grading.running.writing import Written, write

LARGEST_BATCH = 50
SECONDS_A_BATCH = 2.0

Submission = tuple[str, str]


def grade(
    classroom: Classroom,
    assignment: str | None = None,
    workers: int | None = None,
    open_executor: OpenExecutor | None = None,
    trusted: bool = False,
) -> dict[Submission, str]:
    """Autograde every submission that needs it and make its feedback.

    A submission needs it when it is newer than its marks, or the questions, reference or assignment are.

    Args:
        classroom: with submitted/<student>/<assignment>/<assignment>.ipynb.
        assignment: the only one to grade; by default all.
        workers: processes on this machine; by default one for each processor.
        open_executor: gives other workers than these.
        trusted: whether to do without a sandbox.

    Returns:
        {(student, assignment): log} of those that could not be graded.

    Raises:
        sqlalchemy.exc.OperationalError: the gradebook cannot be used. What is written stays; run it again.
        grading.running.rows.UnknownAssignment: the gradebook does not know an assignment.
        OSError: a file cannot be written, or the class is being graded already.
    """
    with classroom.alone():
        return _grade(classroom, assignment, workers, open_executor, trusted)


def _grade(
    classroom: Classroom,
    assignment: str | None,
    workers: int | None,
    open_executor: OpenExecutor | None,
    trusted: bool,
) -> dict[Submission, str]:
    _set_aside(classroom)
    todo = waiting(classroom, assignment)
    if not todo:
        return {}
    with classroom.gradebook() as gradebook:
        read_at: dict[Submission, int] = {}
        tasks = _tasks(classroom, gradebook.engine, todo, read_at, trusted)
        with tqdm(total=len(todo), desc="grading", unit="notebook") as progress:
            results = graded(tasks, open_executor or enough_processes(workers, len(todo)))
            return _write_all(classroom, gradebook.engine, results, read_at, progress)


def _write_all(
    classroom: Classroom,
    engine: Engine,
    results: Iterable[tuple[Task, Graded]],
    read_at: dict[Submission, int],
    progress: tqdm,
) -> dict[Submission, str]:
    """Write results in batches as they come, and give the log of those that have failed."""
    ignore = classroom.nbgrader().coursedir.ignore
    failed: dict[Submission, str] = {}
    batch: list[Written] = []
    began = time.monotonic()
    try:
        for task, result in results:
            submission = task.student, task.assignment
            if result.success:
                batch.append(Written(task, result, read_at.pop(submission)))
            else:
                failed[submission] = result.log
            progress.set_postfix_str(f"{len(failed)} failed, {progress.total - progress.n - 1} left", refresh=False)
            progress.update()
            if len(batch) >= LARGEST_BATCH or time.monotonic() - began > SECONDS_A_BATCH:
                written, batch, began = batch, [], time.monotonic()
                failed.update(write(classroom, engine, ignore, written))
    finally:
        # Interrupted, too: what is done need not be done again.
        failed.update(write(classroom, engine, ignore, batch))
    return failed


def _set_aside(classroom: Classroom) -> None:
    submitted = classroom.directory / "submitted"
    for folder in sorted(submitted.glob("*/*")):
        for entry, refused in move_refused(folder, classroom.directory / REFUSED).items():
            tqdm.write(f"set aside: {str(entry)!r}: {refused.reason}")


def _tasks(
    classroom: Classroom,
    engine: Engine,
    submissions: list[Submission],
    read_at: dict[Submission, int],
    trusted: bool = False,
) -> Iterator[Task]:
    """Make the tasks, as they are asked for."""
    for assignment, definition, students in rows.by_assignment(engine, submissions):
        source = (ROOT / "assignments" / assignment / f"{assignment}.ipynb").read_bytes()
        for student, before in students:
            read_at[student, assignment] = time.time_ns()
            handed_in = _read(classroom.notebook("submitted", student, assignment))
            yield Task(student, assignment, *handed_in, source, definition, before, trusted)


def _read(path: Path) -> tuple[bytes, bytes | None]:
    """Read what was handed in; links, pipes and what is too large have been set aside."""
    timestamp = path.with_name("timestamp.txt")
    try:
        return path.read_bytes(), timestamp.read_bytes() if timestamp.is_file() else None
    except OSError:
        unreadable = in_its_place(Refused("The notebook may not be read."))
        return nbformat.writes(unreadable).encode(), None


def waiting(classroom: Classroom, assignment: str | None = None) -> list[Submission]:
    """List what needs grading, by assignment."""
    changed_at: dict[str, float] = {}
    found = []
    for student, name in sorted(classroom.submissions(), key=itemgetter(1)):
        if assignment not in (None, name):
            continue
        if name not in changed_at:
            changed_at[name] = _last_change(_grounds(name))
        if _needs_grading(classroom, student, name, changed_at[name]):
            found.append((student, name))
    return found


def _needs_grading(classroom: Classroom, student: str, assignment: str, changed_at: float) -> bool:
    feedback = classroom.feedback(student, assignment)
    autograded = classroom.notebook("autograded", student, assignment)
    if not (feedback.exists() and autograded.exists()):
        return True
    handed_in = classroom.notebook("submitted", student, assignment).parent
    if feedback.stat().st_mtime < max(changed_at, _last_change(handed_in.iterdir())):
        return True
    # nbgrader's own `collect` leaves files the times at which students handed them in, maybe before the last grading.
    return _timestamp(handed_in) != _timestamp(autograded.parent)


def _timestamp(folder: Path) -> bytes | None:
    try:
        return (folder / "timestamp.txt").read_bytes()
    except OSError:
        return None


def _last_change(paths: Iterable[Path]) -> float:
    return max((path.stat().st_mtime for path in paths), default=0.0)


def _grounds(assignment: str) -> list[Path]:
    """List what the marks of an assignment rest on, apart from the submissions."""
    return [
        *(ROOT / "assignments" / assignment).glob("*.ipynb"),
        *(ROOT / "grading").rglob("*.py"),
        *(ROOT / "solutions").rglob("*.py"),
        ROOT / "nbgrader_config.py",
    ]
