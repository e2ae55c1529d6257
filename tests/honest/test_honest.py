"""Honest submissions get what they get in the open, on a busy machine, too."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from grading.execution.notebook import execute
from grading.intake.canonical import canonical
from grading.intake.cells import is_test
from grading.intake.source import Source
from tests.honest.open import marks_in_the_open
from tests.honest.submissions import SUBMISSIONS, Honest
from tests.released import source

WHOLE = bool(os.environ.get("WHOLE_CORPUS"))
TRIED = [submission for submission in SUBMISSIONS if submission.quick or WHOLE]
# Those that compute, wait, or start threads and processes are among them.
BESIDE_OTHERS = TRIED if WHOLE else [submission for submission in TRIED if submission.name in (
    "model-answers", "threads", "several-processes", "computes-for-3-seconds", "large-arrays", "a-data-file"
)]  # fmt: skip
FULL = {"initialize_velocity_tests": 2, "update_with_momentum_tests": 5, "update_with_nesterov_tests": 4}


def _canonical(submission: Honest) -> NotebookNode:
    ours, theirs = source(), submission.notebook()
    for notebook in (ours, theirs):
        # The figure at the end carries no points, and takes a second.
        notebook.cells = [cell for cell in notebook.cells if "draw_contours(" not in cell.source]
    return canonical(Source(ours), theirs).notebook


@pytest.fixture(scope="module")
def in_the_open() -> dict[str, dict[str, float]]:
    notebooks = list(map(_canonical, TRIED))
    return {submission.name: marks for submission, marks in zip(TRIED, marks_in_the_open(notebooks), strict=True)}


def test_there_are_enough() -> None:
    assert len(SUBMISSIONS) >= 130
    assert len({submission.name for submission in SUBMISSIONS}) == len(SUBMISSIONS)


@pytest.mark.parametrize("submission", TRIED, ids=lambda submission: submission.name)
def test_the_corpus_knows_who_earns_everything(in_the_open: dict, submission: Honest) -> None:
    assert (in_the_open[submission.name] == FULL) == submission.full


def _marks_in_the_sandbox(submission: Honest) -> dict[str, float]:
    executed = execute(_canonical(submission))
    tests = filter(is_test, executed.notebook.cells)
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in tests}


@pytest.mark.parametrize("submission", TRIED, ids=lambda submission: submission.name)
def test_the_sandbox_gives_the_marks_of_the_open(in_the_open: dict, submission: Honest) -> None:
    assert _marks_in_the_sandbox(submission) == in_the_open[submission.name]


@pytest.fixture(scope="module")
def _busy_machine() -> Iterator[None]:
    """Keep as many processors busy as there are."""
    spin = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(spin) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


@pytest.mark.usefixtures("_busy_machine")
@pytest.mark.parametrize("submission", BESIDE_OTHERS, ids=lambda submission: submission.name)
def test_a_busy_machine_costs_nothing(in_the_open: dict, submission: Honest) -> None:
    assert _marks_in_the_sandbox(submission) == in_the_open[submission.name]
