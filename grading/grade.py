"""Grading a class: workers execute notebooks in sandboxes, and this process alone writes, through nbgrader.

What is new or outdated is graded and gets feedback; the rest is left alone. Interrupted, or with a worker lost, run it
again: it goes on with what is missing.
"""

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import metadata
from itertools import islice
from pathlib import Path

import nbformat
from nbgrader.apps import NbGraderAPI
from tqdm import tqdm

from grading.classroom import ROOT, Classroom
from grading.preprocessors import REFUSED, ExecuteInSandbox, executed_elsewhere, move_refused, read_canonical
from grading.worker import Result, execute_notebook

MATHJAX = next(file.locate() for file in metadata.files("sphinx-mathjax-offline") if file.name == "tex-svg.js")
MOST_LOST_POOLS = 3

Submission = tuple[str, str]


def grade(classroom: Classroom, assignment: str | None = None, workers: int | None = None) -> dict[Submission, str]:
    """Autograde every submission that needs it and make its feedback.

    A submission needs it when it is newer than its marks, or the questions, reference or assignment are.

    Args:
        classroom: with submitted/<student>/<assignment>/<assignment>.ipynb.
        assignment: the only one to grade; by default all.
        workers: processes that execute notebooks; by default one for each processor.

    Returns:
        {(student, assignment): nbgrader's log} of those that could not be graded.

    Raises:
        SandboxError: there is no sandbox; nothing is wrong with the submissions.
    """
    nbgrader = classroom.nbgrader()
    (classroom.directory / "feedback").mkdir(exist_ok=True)
    shutil.copy(MATHJAX, classroom.directory / "feedback")
    _set_aside(classroom)
    waiting = [
        submission
        for submission in classroom.submissions()
        if assignment in (None, submission[1]) and _needs_grading(classroom, *submission)
    ]
    failed: dict[Submission, str] = {}
    with tqdm(total=len(waiting), desc="grading", unit="notebook", disable=not waiting) as progress:
        for submission, result in _executed(classroom, waiting, workers or len(os.sched_getaffinity(0))):
            log = _write(nbgrader, submission, result)
            if log is not None:
                failed[submission] = log
            progress.update()
            progress.set_postfix_str(f"{len(failed)} failed")
    return failed


def _set_aside(classroom: Classroom) -> None:
    submitted = classroom.directory / "submitted"
    for folder in sorted(submitted.glob("*/*")):
        for entry, refused in move_refused(folder, classroom.directory / REFUSED).items():
            tqdm.write(f"set aside: {str(entry)!r}: {refused.reason}")


def _executed(
    classroom: Classroom, submissions: list[Submission], workers: int
) -> Iterator[tuple[Submission, Result]]:
    """Give each submission with its result, in the order in which they are done; a few are under way at a time."""
    left = dict.fromkeys(submissions)
    for attempt in range(MOST_LOST_POOLS):
        # Fresh interpreters: a fork of this one would share its gradebook.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(workers, max(1, len(left))), mp_context=context) as pool:
            try:
                for submission, result in _windowed(classroom, list(left), pool, 2 * workers):
                    yield submission, result
                    del left[submission]
                return
            except BrokenProcessPool:
                if attempt == MOST_LOST_POOLS - 1:
                    raise
                tqdm.write(f"a worker was lost; going on with the {len(left)} that are left")


def _windowed(
    classroom: Classroom, submissions: list[Submission], pool: Executor, width: int
) -> Iterator[tuple[Submission, Result]]:
    config = classroom.config()
    step = ExecuteInSandbox(config=config)
    waiting = iter(submissions)
    running: dict[Future[Result], Submission] = {}
    while True:
        for student, assignment in islice(waiting, width - len(running)):
            source = ROOT / "assignments" / assignment / f"{assignment}.ipynb"
            submitted = classroom.notebook("submitted", student, assignment)
            notebook = nbformat.writes(read_canonical(source, submitted, config).notebook)
            running[pool.submit(execute_notebook, notebook, step.seed, step.limits())] = (student, assignment)
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(future), future.result()


def _write(nbgrader: NbGraderAPI, submission: Submission, result: Result) -> str | None:
    """Let nbgrader take its own steps on what was executed; give its log if it could not."""
    student, assignment = submission
    executed_elsewhere[student, assignment, assignment] = result
    try:
        done = nbgrader.autograde(assignment, student, force=True, create=True)
        if done["success"]:
            done = nbgrader.generate_feedback(assignment, student, force=True)
    finally:
        executed_elsewhere.pop((student, assignment, assignment), None)
    return None if done["success"] else done["log"]


def _needs_grading(classroom: Classroom, student: str, assignment: str) -> bool:
    feedback = classroom.feedback(student, assignment)
    if not (feedback.exists() and classroom.notebook("autograded", student, assignment).exists()):
        return True
    graded_at = feedback.stat().st_mtime
    return any(path.stat().st_mtime > graded_at for path in _grounds(classroom, student, assignment))


def _grounds(classroom: Classroom, student: str, assignment: str) -> list[Path]:
    return [
        *classroom.notebook("submitted", student, assignment).parent.iterdir(),
        *(ROOT / "assignments" / assignment).glob("*.ipynb"),
        *(ROOT / "grading").rglob("*.py"),
        *(ROOT / "solutions").rglob("*.py"),
        ROOT / "nbgrader_config.py",
    ]
