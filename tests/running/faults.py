"""Submissions that do to the grader's own process what their text says, and a grader that lets them.

What a submission could do such a thing with is a bug, to be fixed where it is. What comes of it has to be seen all the
same, so these do it without one. As a program, this module is `python -m grading` with such a grader.
"""

import os
import re
import runpy
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from nbformat import NotebookNode
from nbgrader.converters.base import BaseConverter

from grading.running import guard, pool, submission
from grading.running.submission import Graded, Task
from tests.released import answered, insert

# In the environment: a folder with a file for each fault, which has a line for each time; and how many seconds are
# granted to those that have no end, so that tests don't take minutes.
HAPPENED, GRANTED = "FAULTS_HAPPENED", "FAULTS_GRANTED"


def _compute() -> None:
    re.match(r"(a+)+$", "a" * 100 + "b")


def _allocate() -> None:
    kept = []
    while True:
        kept.append(bytes(2**24))


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


FAULTS: dict[str, Callable[[], object]] = {
    "compute": _compute,
    "wait": lambda: time.sleep(1000),
    "allocate": _allocate,
    "ask-for-much": lambda: bytes(2**40),
    "crash": _crash,
    "exit": lambda: os._exit(1),
    "be-killed": _be_killed,
    "be-killed-once": lambda: _be_killed() if times("be-killed-once") == 1 else None,
}


def times(name: str) -> int:
    """Return how often a fault has happened."""
    file = Path(os.environ[HAPPENED], name)
    return len(file.read_text().splitlines()) if file.exists() else 0


def faulty(name: str) -> NotebookNode:
    """Return a submission with right answers that does one of the faults."""
    notebook = answered()
    insert(notebook, f"fault: {name}.", kind="markdown")
    return notebook


def grade_faulty(task: Task) -> Graded:
    """Grade a submission, or only make its page, and do what it says in the middle of nbgrader's first step."""
    found = re.search(rb"fault: ([a-z-]+)\.", task.autograded or task.notebook)
    if not found:
        return submission.grade_submission(task)
    name = found[1].decode()
    convert = BaseConverter.convert_single_notebook

    def do_it_first(converter: BaseConverter, notebook: str) -> None:
        with Path(os.environ[HAPPENED], name).open("a") as file:
            print("once more", file=file)
        FAULTS[name]()
        convert(converter, notebook)

    with patch.object(BaseConverter, "convert_single_notebook", do_it_first), ExitStack() as patched:
        granted = float(os.environ[GRANTED])
        if name == "compute":
            patched.enter_context(patch.object(guard, "CPU_SECONDS", granted))
        if name == "wait":
            patched.enter_context(patch.object(submission, "longest_wait", lambda _: granted))
        return submission.grade_submission(task)


if __name__ == "__main__":
    from tests.running.faults import grade_faulty as by_its_name  # workers know this module by no other

    pool.grade_submission = by_its_name
    runpy.run_module("grading", run_name="__main__", alter_sys=True)
