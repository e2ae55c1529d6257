"""Feedback pages made again from the gradebook, with the marks and comments that were given by hand meanwhile."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from sqlalchemy import Engine
from tqdm import tqdm

from grading.classroom import Classroom, Submission, why_no_student
from grading.running import rows
from grading.running.places import NotWritten
from grading.running.pool import OpenExecutor, enough_processes, graded
from grading.running.submission import Graded, Task
from grading.running.writing import stamp, stamp_of, write_page


@dataclass
class MadePages:
    """What making pages came to.

    Attributes:
        made: how many pages were made.
        unchanged: how many already say what the gradebook says.
        by_hand: how many submissions have questions that still wait for a mark by hand.
        failed: {submission: log} of pages that could not be made.
    """

    made: int = 0
    unchanged: int = 0
    by_hand: int = 0
    failed: dict[Submission, str] = field(default_factory=dict)


def make_pages(
    classroom: Classroom,
    assignment: str | None = None,
    everything: bool = False,
    workers: int | None = None,
    open_executor: OpenExecutor | None = None,
) -> MadePages:
    """Make the feedback pages of graded submissions that don't say what the gradebook says.

    Each page is written as a whole. Run again, it makes those that are left.

    Args:
        classroom: with graded submissions.
        assignment: the only one; by default all.
        everything: whether to make all pages, for example after a change of how pages look.
        workers: processes on this machine; by default one per processor.
        open_executor: opens other workers than these.

    Raises:
        sqlalchemy.exc.OperationalError: the gradebook cannot be used.
        OSError: no page can be written, or the class is being graded.
    """
    with classroom.alone(), classroom.gradebook() as gradebook:
        pages = MadePages()
        todo = []
        for task in _tasks(classroom, gradebook.engine, pages.failed, _autograded(classroom, assignment)):
            pages.by_hand += any(grade["needs_manual_grade"] for grade in task.before["grade"])
            assert task.autograded is not None
            if everything or stamp_of(classroom.feedback(*task.submission)) != stamp(task.autograded, task.before):
                todo.append(task.submission)
            else:
                pages.unchanged += 1
        if todo:
            tasks_of = partial(_tasks, classroom, gradebook.engine, pages.failed)
            executor = open_executor or enough_processes(workers, len(todo))
            # Whatever ends the writing ends the workers, too.
            with closing(graded(tasks_of, todo, executor)) as results:
                _make(classroom, results, len(todo), pages)
        return pages


def _make(classroom: Classroom, results: Iterator[tuple[Task, Graded]], total: int, pages: MadePages) -> None:
    ignore = classroom.nbgrader().coursedir.ignore
    with tqdm(total=total, desc="feedback", unit="page") as progress:
        for task, result in results:
            if result.success:
                try:
                    write_page(classroom, ignore, task, result)
                    pages.made += 1
                except NotWritten as why:
                    pages.failed[task.submission] = str(why)
            else:
                pages.failed[task.submission] = result.log
            progress.update()


def _autograded(classroom: Classroom, assignment: str | None) -> list[Submission]:
    """List what is graded, by assignment."""
    notebooks = (classroom.directory / "autograded").glob(f"*/{assignment or '*'}/*.ipynb")
    found = [
        Submission(*path.parts[-3:-1])
        for path in notebooks
        if path.stem == path.parts[-2] and not why_no_student(path.parents[1])
    ]
    return sorted(found, key=attrgetter("assignment", "student"))


def _tasks(
    classroom: Classroom, engine: Engine, failed: dict[Submission, str], submissions: Iterable[Submission]
) -> Iterator[Task]:
    """Make the tasks as they are asked for, and note for which there is nothing to make a page of."""
    for assignment, definition, students in rows.by_assignment(engine, submissions):
        for student, before in students:
            if not before["grade"]:
                continue  # graded with another gradebook than this one
            submission = Submission(student, assignment)
            try:
                notebook = classroom.notebook("autograded", *submission).read_bytes()
            except OSError as error:
                failed[submission] = f"The graded notebook cannot be read: {error.strerror}."
                continue
            yield Task(submission, definition, before, autograded=notebook)
