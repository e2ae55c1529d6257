"""Writing results into the class: the rows of many submissions in one transaction, then their files.

The feedback page comes last, as a whole: it is the sign that everything is done. Whatever ends the grading before that,
the submission is graded again. What its marks rest on is in the graded notebook (`grading.basis`).

Its last line is a stamp of what the page shows. Marks and comments that are given later, by hand, no longer match the
stamp, and so `python -m grading feedback` knows which pages to make again.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

from nbgrader.utils import find_all_files
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from grading.assignments import source_notebook
from grading.classroom import Classroom, Submission
from grading.intake.faults import concerns_everybody
from grading.intake.plain_files import copy_plain_files
from grading.intake.setting_aside import find_refused
from grading.running import rows
from grading.running.places import NotWritten, clear, new_folder, put
from grading.running.rows import Rows
from grading.running.submission import Graded, Task

READ_ONLY, READABLE = 0o444, 0o644
NOTEBOOKS = ("*.ipynb",)
SHOWN = {
    "submitted_notebook": ("late_submission_penalty",),
    "grade": ("cell_id", "auto_score", "manual_score", "extra_credit"),
    "comment": ("cell_id", "auto_comment", "manual_comment"),
}
LONGEST_STAMP = 100


Done = tuple[Task, Graded]


def write(classroom: Classroom, engine: Engine, ignore: list[str], batch: list[Done]) -> dict[Submission, str]:
    """Write a batch.

    Args:
        classroom: receives graded notebooks and feedback pages.
        engine: of the gradebook.
        ignore: patterns of files that nbgrader doesn't copy.
        batch: tasks with their successful results.

    Returns:
        {submission: why} of those that could not be written, because somebody else wrote at the same time, because the
        database has no room for such a long name, or because something is in the way of the files.

    Raises:
        sqlalchemy.exc.OperationalError: the gradebook cannot be used.
        OSError: nobody's files can be written.
    """
    refused = {}
    try:
        _write_rows(engine, batch)
    except (IntegrityError, DataError):
        for done in batch:
            try:
                _write_rows(engine, [done])
            except IntegrityError as error:
                refused[done[0].submission] = f"The gradebook has changed meanwhile: {error}"
            except DataError as error:
                refused[done[0].submission] = f"The gradebook does not take it: {error.orig}"
    for task, graded in batch:
        if task.submission not in refused:
            try:
                _write_files(classroom, ignore, task, graded)
            except NotWritten as why:
                refused[task.submission] = str(why)
    return refused


def _write_rows(engine: Engine, batch: list[Done]) -> None:
    with engine.begin() as connection:
        rows.save(connection, [(task.before, _after(task, graded)) for task, graded in batch])


def _after(task: Task, graded: Graded) -> Rows:
    return rows.keep_confirmed(task.before, graded.after) if task.handed_in_before else graded.after


def _write_files(classroom: Classroom, ignore: list[str], task: Task, graded: Graded) -> None:
    submitted = classroom.notebook("submitted", *task.submission)
    autograded = classroom.notebook("autograded", *task.submission)
    with new_folder(classroom.directory / "autograded") as folder:
        _copy_ours(source_notebook(task.submission.assignment).parent, folder, ignore)
        notebook = folder / autograded.name
        notebook.write_bytes(graded.notebook)
        notebook.chmod(READ_ONLY)
        _copy_beside(submitted.parent, folder, ignore, READ_ONLY)
        clear(classroom.feedback(*task.submission).parent)
        put(folder, autograded.parent)
    write_page(classroom, ignore, task, graded)


def write_page(classroom: Classroom, ignore: list[str], task: Task, graded: Graded) -> None:
    """Write a feedback page, in the place of the one that may be there, and the files beside it.

    Raises:
        NotWritten: something is in the way, and cannot be removed.
        OSError: nobody's page can be written.
    """
    page = classroom.feedback(*task.submission)
    with new_folder(classroom.directory / "feedback") as folder:
        unfinished = folder / page.name
        unfinished.write_bytes(graded.feedback + b"\n" + stamp(graded.notebook, graded.after))
        unfinished.chmod(READABLE)
        _copy_beside(classroom.notebook("autograded", *task.submission).parent, folder, ignore, READABLE)
        put(folder, page.parent)


def stamp(autograded: bytes, rows: Rows) -> bytes:
    """Return the last line of a page, made from the graded notebook and the gradebook's rows that it shows."""
    shown = {
        table: sorted(json.dumps([_same_everywhere(row[column]) for column in columns]) for row in rows[table])
        for table, columns in SHOWN.items()
    }
    digest = hashlib.sha256(json.dumps(shown).encode() + autograded).hexdigest()
    return f"<!-- gradebook: {digest} -->\n".encode()


def stamp_of(page: Path) -> bytes | None:
    """Read the last line of a page: None if there is no readable page, and not a stamp if nbgrader itself made it."""
    try:
        with page.open("rb") as file:
            file.seek(-min(LONGEST_STAMP, page.stat().st_size), os.SEEK_END)
            return file.read().splitlines(keepends=True)[-1]
    except (OSError, IndexError):
        return None


def _same_everywhere(value: float | str | bool | None) -> float | str | None:
    """Undo that a database returns an integer as a float."""
    return float(value) if isinstance(value, (int, float)) else value


def _copy_ours(source: Path, target: Path, ignore: list[str]) -> None:
    """Copy what isn't a notebook, as nbgrader's converters do, from the folder of an assignment."""
    for name in find_all_files(str(source), [*ignore, *NOTEBOOKS]):
        copy = target / Path(name).relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, copy)
        copy.chmod(READ_ONLY)


def _copy_beside(source: Path, target: Path, ignore: list[str], mode: int) -> None:
    """Copy what isn't a notebook from the folder of a submission; what cannot be copied is left out."""
    refused = find_refused(source)
    if source in refused:
        return
    try:
        leave = {entry.name for entry in refused}
        copy_plain_files(source, target, leave=leave, ignore=[*ignore, *NOTEBOOKS], mode=mode)
    except OSError as error:
        if concerns_everybody(error):
            raise
