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


Done = tuple[Task, Graded]


def write(classroom: Classroom, engine: Engine, ignore: list[str], batch: list[Done]) -> dict[Submission, str]:
    """Write a batch.

    Args:
        classroom: receives graded notebooks and feedback pages.
        engine: of the gradebook.
        ignore: patterns of files that nbgrader doesn't copy.
        batch: tasks with their successful results.

    Returns:
        {submission: why} of those that could not be written, because somebody else wrote at the same time, or because
        the database has no room for such a long name.
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
            _write_files(classroom, ignore, task, graded)
    return refused


def _write_rows(engine: Engine, batch: list[Done]) -> None:
    with engine.begin() as connection:
        rows.save(connection, [(task.before, _after(task, graded)) for task, graded in batch])


def _after(task: Task, graded: Graded) -> Rows:
    return rows.keep_confirmed(task.before, graded.after) if task.handed_in_before else graded.after


def _write_files(classroom: Classroom, ignore: list[str], task: Task, graded: Graded) -> None:
    submitted = classroom.notebook("submitted", *task.submission)
    autograded = classroom.notebook("autograded", *task.submission)
    for folder in (classroom.feedback(*task.submission).parent, autograded.parent):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _copy_others(submitted.parent, autograded.parent, ignore, READ_ONLY)
    _copy_others(source_notebook(task.submission.assignment).parent, autograded.parent, ignore, READ_ONLY)
    autograded.write_bytes(graded.notebook)
    autograded.chmod(READ_ONLY)
    write_page(classroom, ignore, task, graded)


def write_page(classroom: Classroom, ignore: list[str], task: Task, graded: Graded) -> None:
    """Write a feedback page, in the place of the one that may be there, and the files beside it."""
    page = classroom.feedback(*task.submission)
    page.parent.mkdir(parents=True, exist_ok=True)
    _copy_others(classroom.notebook("autograded", *task.submission).parent, page.parent, ignore, READABLE)
    unfinished = page.with_suffix(".part")
    unfinished.write_bytes(graded.feedback + b"\n" + stamp(graded.notebook, graded.after))
    unfinished.chmod(READABLE)
    unfinished.replace(page)


def stamp(autograded: bytes, rows: Rows) -> bytes:
    """Return the last line of a page, made from the graded notebook and the gradebook's rows that it shows."""
    shown = {
        table: sorted(json.dumps([_same_everywhere(row[column]) for column in columns]) for row in rows[table])
        for table, columns in SHOWN.items()
    }
    digest = hashlib.sha256(json.dumps(shown).encode() + autograded).hexdigest()
    return f"<!-- gradebook: {digest} -->\n".encode()


def stamp_of(page: Path) -> bytes | None:
    """Read the last line of a page: None if there is no page, and not a stamp if nbgrader itself made it."""
    try:
        with page.open("rb") as file:
            file.seek(-min(LONGEST_STAMP, page.stat().st_size), os.SEEK_END)
            return file.read().splitlines(keepends=True)[-1]
    except (FileNotFoundError, IndexError):
        return None


def _same_everywhere(value: float | str | bool | None) -> float | str | None:
    """Undo that a database returns an integer as a float."""
    return float(value) if isinstance(value, (int, float)) else value


def _copy_others(source: Path, target: Path, ignore: list[str], mode: int) -> None:
    """Copy what isn't a notebook, as nbgrader's converters do."""
    for name in find_all_files(str(source), [*ignore, "*.ipynb"]):
        copy = target / Path(name).relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copyfile(name, copy)
        copy.chmod(mode)
