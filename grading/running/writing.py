"""Writing results into the class: rows in one transaction for many submissions, then their files.

The feedback page comes last, whole, and with the time at which the submission was read. It is the sign that all is
done: whatever ends the grading before, the submission is graded again.

Its last line is a stamp of what it shows. Marks and comments that are given later, by hand, leave the page's stamp
behind; so `python -m grading feedback` knows which pages to make anew. It does so under their old times.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from nbgrader.utils import find_all_files
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from grading.classroom import ROOT, Classroom
from grading.running import rows
from grading.running.rows import Rows
from grading.running.submission import Graded, Task

READ_ONLY, READABLE = 0o444, 0o644
SHOWN = {
    "submitted_notebook": ("late_submission_penalty",),
    "grade": ("cell_id", "auto_score", "manual_score", "extra_credit"),
    "comment": ("cell_id", "auto_comment", "manual_comment"),
}
LONGEST_STAMP = 100


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
    for folder in (classroom.feedback(student, assignment).parent, autograded.parent):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _copy_others(submitted.parent, autograded.parent, ignore, READ_ONLY)
    _copy_others(ROOT / "assignments" / assignment, autograded.parent, ignore, READ_ONLY)
    autograded.write_bytes(written.graded.notebook)
    autograded.chmod(READ_ONLY)
    write_page(classroom, ignore, written)


def write_page(classroom: Classroom, ignore: list[str], written: Written) -> None:
    """Write a feedback page, in the place of the one that may be there, and the files beside it."""
    task, graded = written.task, written.graded
    page = classroom.feedback(task.student, task.assignment)
    page.parent.mkdir(parents=True, exist_ok=True)
    _copy_others(classroom.notebook("autograded", task.student, task.assignment).parent, page.parent, ignore, READABLE)
    unfinished = page.with_suffix(".part")
    unfinished.write_bytes(graded.feedback + b"\n" + stamp(graded.notebook, graded.after))
    unfinished.chmod(READABLE)
    os.utime(unfinished, ns=(written.read_at, written.read_at))
    unfinished.replace(page)


def stamp(autograded: bytes, rows: Rows) -> bytes:
    """Make the last line of a page, from the graded notebook and the gradebook's rows that it shows."""
    shown = {
        table: sorted(json.dumps([_same_everywhere(row[column]) for column in columns]) for row in rows[table])
        for table, columns in SHOWN.items()
    }
    digest = hashlib.sha256(json.dumps(shown).encode() + autograded).hexdigest()
    return f"<!-- gradebook: {digest} -->\n".encode()


def stamp_of(page: Path) -> bytes | None:
    """Read the last line of a page; None where there is no page, and nonsense where nbgrader has made it."""
    try:
        with page.open("rb") as file:
            file.seek(-min(LONGEST_STAMP, page.stat().st_size), os.SEEK_END)
            return file.read().splitlines(keepends=True)[-1]
    except (FileNotFoundError, IndexError):
        return None


def _same_everywhere(value: float | str | bool | None) -> float | str | None:
    """A database gives an integer back as a float."""
    return float(value) if isinstance(value, (int, float)) else value


def _copy_others(source: Path, target: Path, ignore: list[str], mode: int) -> None:
    """Copy what is no notebook, as nbgrader's converters do."""
    for name in find_all_files(str(source), [*ignore, "*.ipynb"]):
        copy = target / Path(name).relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copyfile(name, copy)
        copy.chmod(mode)
