"""Grading a class: workers grade submissions, each by itself, and this process alone writes.

A submission is graded if it has no mark yet, or if something that its mark rests on has changed. After an interruption
or the loss of a worker, run it again: it goes on with what is missing.
"""

import time
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Engine
from tqdm import tqdm

from grading.assignments import ASSIGNMENTS, source_notebook
from grading.basis import (
    Basis,
    basis_of_assignment,
    basis_of_mark,
    basis_of_release,
    basis_of_submission,
    changes,
)
from grading.classroom import Classroom, Submission
from grading.intake.faults import concerns_everybody
from grading.intake.reading import Refused
from grading.intake.setting_aside import REFUSED, move_refused, read_handed_in, set_aside
from grading.running import rows
from grading.running.pool import OpenExecutor, TasksOf, enough_processes, graded
from grading.running.submission import Graded, Task
from grading.running.writing import write
from grading.sandbox.limits import MEBIBYTE

LARGEST_BATCH_BYTES = 32 * MEBIBYTE
SECONDS_PER_BATCH = 2.0

NEW = "new"
ASKED_FOR = "you asked for it"


@dataclass(frozen=True)
class Waiting:
    """A submission that has to be graded.

    Attributes:
        submission: whose it is, and for which assignment.
        reason: why, as a clause: `NEW`, `ASKED_FOR`, or what has changed.
        before: what its mark rests on; empty if it has none, or nothing says so.
    """

    submission: Submission
    reason: str
    before: Basis


def grade(
    classroom: Classroom,
    assignment: str | None = None,
    *,
    again: bool = False,
    workers: int | None = None,
    open_executor: OpenExecutor | None = None,
    trusted: bool = False,
) -> dict[Submission, str]:
    """Autograde every submission that needs it and make its feedback page.

    Args:
        classroom: with submitted/<student>/<assignment>/<assignment>.ipynb.
        assignment: the only one to grade; by default all.
        again: whether to grade everything again, changed or not.
        workers: processes on this machine; by default one per processor.
        open_executor: opens other workers than these.
        trusted: whether to do without a sandbox.

    Returns:
        {submission: log} of those that could not be graded.

    Raises:
        sqlalchemy.exc.OperationalError: the gradebook cannot be used. What is written stays; run it again.
        grading.running.rows.UnknownAssignment: the gradebook does not know an assignment.
        OSError: a file cannot be written, or the class is being graded already.
    """
    with classroom.alone():
        _set_aside(classroom)
        for name in sorted({submission.assignment for submission in classroom.submissions()} - set(ASSIGNMENTS)):
            tqdm.write(f"left alone: there is no assignment {name!r}")
        todo = waiting(classroom, assignment, again=again)
        if not todo:
            return {}
        for sentence in announcement(todo):
            tqdm.write(sentence)
        before = {one.submission: one.before for one in todo}
        with classroom.gradebook() as gradebook:
            tasks_of = partial(_tasks, classroom, gradebook.engine, before, trusted)
            executor = open_executor or enough_processes(workers, len(todo))
            # Whatever ends the writing ends the workers, too.
            with closing(_graded_or_set_aside(classroom, tasks_of, before, executor)) as results:
                return _write_all(classroom, gradebook.engine, results, len(todo))


def waiting(classroom: Classroom, assignment: str | None = None, *, again: bool = False) -> list[Waiting]:
    """List what has to be graded, by assignment.

    Args:
        classroom: with submissions.
        assignment: the only one; by default all.
        again: whether everything has to be graded again.
    """
    found = []
    with classroom.gradebook() as gradebook:
        marked = rows.marked_submissions(gradebook.engine)
        shared = {
            name: basis_of_assignment(name, source_notebook(name).read_bytes()) | basis_of_release(gradebook, name)
            for name in ASSIGNMENTS
            if assignment in (None, name)
        }
    for submission in sorted(classroom.submissions(), key=attrgetter("assignment", "student")):
        if submission.assignment in shared:
            autograded = classroom.notebook("autograded", *submission)
            is_marked = submission in marked and autograded.exists()
            before = basis_of_mark(autograded) if is_marked else {}
            now = shared[submission.assignment] | _basis_of_handed_in(classroom, submission)
            if reason := _reason(classroom, submission, before, now, again) if is_marked else NEW:
                found.append(Waiting(submission, reason, before))
    return found


def announcement(todo: Iterable[Waiting]) -> list[str]:
    """Return sentences on how many submissions of each assignment are graded, and why."""
    counts = Counter((one.submission.assignment, one.reason) for one in todo)
    return [
        f"{assignment}: {number} new"
        if reason == NEW
        else f"{assignment}: {reason}, so {number} {'is' if number == 1 else 'are'} graded again"
        for (assignment, reason), number in counts.items()
    ]


def _reason(classroom: Classroom, submission: Submission, before: Basis, now: Basis, again: bool) -> str | None:
    if again:
        return ASKED_FOR
    if now.keys() - before.keys():
        # It was graded by another version: to say what has changed would be a guess.
        return "there is no record of all that its marks rest on"
    if changed := changes(before, now):
        *others, last = changed
        return f"{', '.join(others)} and {last}" if others else last
    return None if classroom.feedback(*submission).exists() else "its feedback page is missing"


def _basis_of_handed_in(classroom: Classroom, submission: Submission) -> Basis:
    # Of what will be set aside, it is that of the notebook that takes its place.
    return basis_of_submission(*read_handed_in(classroom.notebook("submitted", *submission)))


def _graded_or_set_aside(
    classroom: Classroom, tasks_of: TasksOf, submissions: Collection[Submission], open_executor: OpenExecutor
) -> Generator[tuple[Task, Graded]]:
    """Grade submissions; if one ends its workers, grade a notebook that says so in its place."""
    replaced = []
    for task, result in graded(tasks_of, submissions, open_executor):
        if result.ends_workers and _replace(classroom, task, result.log):
            replaced.append(task.submission)
        else:
            yield task, result
    if replaced:
        yield from graded(tasks_of, replaced, enough_processes(1, 1))


def _replace(classroom: Classroom, task: Task, reason: str) -> bool:
    """Set a notebook aside, unless a newer one is there by now."""
    notebook = classroom.notebook("submitted", *task.submission)
    if read_handed_in(notebook)[0] != task.notebook:
        return False
    refused = Refused(f"{reason} The original is in {Path(REFUSED, *task.submission)}.")
    try:
        set_aside(notebook.parent, notebook, refused, classroom.directory / REFUSED)
    except OSError as error:
        if concerns_everybody(error):
            raise
        return False
    tqdm.write(f"set aside: {str(notebook)!r}: {refused.reason}")
    return True


def _write_all(
    classroom: Classroom, engine: Engine, results: Iterable[tuple[Task, Graded]], total: int
) -> dict[Submission, str]:
    """Write results in batches as they come, and return the log of those that failed."""
    ignore = classroom.nbgrader().coursedir.ignore
    failed: dict[Submission, str] = {}
    batch: list[tuple[Task, Graded]] = []
    size = 0
    began = time.monotonic()
    with tqdm(total=total, desc="grading", unit="notebook") as progress:
        try:
            for task, result in results:
                if result.success:
                    batch.append((task, result))
                    size += len(result.notebook) + len(result.feedback)
                else:
                    failed[task.submission] = result.log
                progress.set_postfix_str(f"{len(failed)} failed, {total - progress.n - 1:g} left", refresh=False)
                progress.update()
                if size >= LARGEST_BATCH_BYTES or time.monotonic() - began > SECONDS_PER_BATCH:
                    done, batch, size, began = batch, [], 0, time.monotonic()
                    failed.update(write(classroom, engine, ignore, done))
        finally:
            # Also after an interruption: what is done need not be done again.
            failed.update(write(classroom, engine, ignore, batch))
    return failed


def _set_aside(classroom: Classroom) -> None:
    for path, reason in classroom.left_alone().items():
        tqdm.write(f"left alone: {str(path)!r}: {reason}")
    for submission in classroom.submissions():
        if submission.assignment in ASSIGNMENTS:
            folder = classroom.notebook("submitted", *submission).parent
            for entry, refused in move_refused(folder, classroom.directory / REFUSED).items():
                tqdm.write(f"set aside: {str(entry)!r}: {refused.reason}")


def _tasks(
    classroom: Classroom,
    engine: Engine,
    bases: Mapping[Submission, Basis],
    trusted: bool,
    submissions: Iterable[Submission],
) -> Iterator[Task]:
    """Make the tasks as they are asked for."""
    for assignment, definition, students in rows.by_assignment(engine, submissions):
        source = source_notebook(assignment).read_bytes()
        for student, before in students:
            submission = Submission(student, assignment)
            notebook, time_handed_in = read_handed_in(classroom.notebook("submitted", *submission))
            # It may have been collected again since the list was made.
            now = basis_of_submission(notebook, time_handed_in)
            yield Task(
                submission=submission,
                notebook=notebook,
                timestamp=time_handed_in,
                source=source,
                definition=definition,
                before=before,
                handed_in_before=bases[submission].get("submission") == now["submission"],
                trusted=trusted,
            )
