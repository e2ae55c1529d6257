"""Writing results into the class: rows in one transaction for many submissions, then their files.

The feedback page comes last, whole, and with the time at which the submission was read. It is the sign that all is
done: whatever ends the grading before, the submission is graded again.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import find_all_files
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from grading import rows
from grading.classroom import ROOT, Classroom
from grading.submission import Graded, Task

READ_ONLY, READABLE = 0o444, 0o644


@dataclass(frozen=True)
class Written:
    """A submission that is graded and still to be written, and when it was read, in nanoseconds."""

    task: Task
    graded: Graded
    read_at: int


def write(classroom: Classroom, engine: Engine, ignore: list[str], batch: list[Written]) -> dict[tuple[str, str], str]:
    """Write a batch.

    Args:
        classroom: receives autograded notebooks and feedback.
        engine: of the gradebook.
        ignore: patterns of files that nbgrader does not copy.
        batch: of successful results.

    Returns:
        {(student, assignment): why} of those that could not be written, because somebody else wrote at the same time,
        or the database has no room for so long a name.
    """
    refused = {}
    try:
        _write_rows(engine, batch)
    except (IntegrityError, DataError):
        for written in batch:
            try:
                _write_rows(engine, [written])
            except IntegrityError as error:
                refused[written.task.student, written.task.assignment] = f"The gradebook has changed meanwhile: {error}"
            except DataError as error:
                refused[written.task.student, written.task.assignment] = f"The gradebook does not take it: {error.orig}"
    for written in batch:
        if (written.task.student, written.task.assignment) not in refused:
            _write_files(classroom, ignore, written)
    return refused


def _write_rows(engine: Engine, batch: list[Written]) -> None:
    with engine.begin() as connection:
        rows.save(connection, [(written.task.before, written.graded.after) for written in batch])


def _write_files(classroom: Classroom, ignore: list[str], written: Written) -> None:
    student, assignment = written.task.student, written.task.assignment
    submitted = classroom.notebook("submitted", student, assignment)
    autograded = classroom.notebook("autograded", student, assignment)
    feedback = classroom.feedback(student, assignment)
    for folder in (feedback.parent, autograded.parent):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _copy_others(submitted.parent, autograded.parent, ignore, READ_ONLY)
    _copy_others(ROOT / "assignments" / assignment, autograded.parent, ignore, READ_ONLY)
    autograded.write_bytes(written.graded.notebook)
    autograded.chmod(READ_ONLY)
    _copy_others(autograded.parent, feedback.parent, ignore, READABLE)
    unfinished = feedback.with_suffix(".part")
    unfinished.write_bytes(written.graded.feedback)
    unfinished.chmod(READABLE)
    os.utime(unfinished, ns=(written.read_at, written.read_at))
    unfinished.replace(feedback)


def _copy_others(source: Path, target: Path, ignore: list[str], mode: int) -> None:
    """Copy what is no notebook, as nbgrader's converters do."""
    for name in find_all_files(str(source), [*ignore, "*.ipynb"]):
        copy = target / Path(name).relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copyfile(name, copy)
        copy.chmod(mode)
