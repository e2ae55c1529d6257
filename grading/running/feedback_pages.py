"""Feedback pages made anew from the gradebook: with the marks and comments that were given by hand meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from sqlalchemy import Engine
from tqdm import tqdm

from grading.classroom import Classroom
from grading.running import rows
from grading.running.grade import Submission
from grading.running.pool import OpenExecutor, enough_processes, graded
from grading.running.submission import Task
from grading.running.writing import Written, stamp, stamp_of, write_page


@dataclass
class HandedBack:
    """What making pages came to.

    Attributes:
        made: how many pages were made.
        unchanged: how many say already what the gradebook says.
        by_hand: submissions with questions that still wait for a mark by hand.
        failed: {(student, assignment): log} of pages that could not be made.
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
) -> HandedBack:
    """Make the feedback pages of graded submissions where they do not say what the gradebook says.

    Each page is written whole, and under the time of the one before, by which grading knows what it was made from. Run
    again, it makes those that are left.

    Args:
        classroom: with graded submissions.
        assignment: the only one; by default all.
        everything: whether to make all pages, after a change of how pages look.
        workers: processes on this machine; by default one for each processor.
        open_executor: gives other workers than these.

    Raises:
        sqlalchemy.exc.OperationalError: the gradebook cannot be used.
        OSError: a page cannot be written, or the class is being graded.
    """
    with classroom.alone(), classroom.gradebook() as gradebook:
        done = HandedBack()
        todo = []
        for task, waits in _tasks(classroom, gradebook.engine, _autograded(classroom, assignment)):
            done.by_hand += waits
            page = classroom.feedback(task.student, task.assignment)
            if everything or stamp_of(page) != stamp(task.autograded, task.before):
                todo.append((task.student, task.assignment))
            else:
                done.unchanged += 1
        if todo:
            tasks = (task for task, _ in _tasks(classroom, gradebook.engine, todo))
            results = graded(tasks, open_executor or enough_processes(workers, len(todo)))
            _make(classroom, results, len(todo), done)
        return done


def _make(classroom: Classroom, results: Iterator, total: int, done: HandedBack) -> None:
    ignore = classroom.nbgrader().coursedir.ignore
    with tqdm(total=total, desc="feedback", unit="page") as progress:
        for task, result in results:
            if result.success:
                page = classroom.feedback(task.student, task.assignment)
                before = page if page.exists() else classroom.notebook("autograded", task.student, task.assignment)
                write_page(classroom, ignore, Written(task, result, before.stat().st_mtime_ns))
                done.made += 1
            else:
                done.failed[task.student, task.assignment] = result.log
            progress.update()


def _autograded(classroom: Classroom, assignment: str | None) -> list[Submission]:
    """List what is graded, by assignment."""
    notebooks = (classroom.directory / "autograded").glob(f"*/{assignment or '*'}/*.ipynb")
    found = [(path.parts[-3], path.parts[-2]) for path in notebooks if path.stem == path.parts[-2]]
    return sorted(found, key=itemgetter(1, 0))


def _tasks(classroom: Classroom, engine: Engine, submissions: list[Submission]) -> Iterator[tuple[Task, bool]]:
    """Make the tasks, as they are asked for, and tell of each whether a mark by hand is missing."""
    for assignment, definition, students in rows.by_assignment(engine, submissions):
        for student, before in students:
            if not before["grade"]:
                continue  # another gradebook than the one it was graded with
            notebook = classroom.notebook("autograded", student, assignment).read_bytes()
            task = Task(student, assignment, b"", None, b"", definition, before, autograded=notebook)
            yield task, any(grade["needs_manual_grade"] for grade in before["grade"])
