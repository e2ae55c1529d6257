"""Executing a notebook: the student's cells in the sandbox, then the instructor's tests here."""

import copy
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import is_locked

from grading.execution.instructor_tests import Names, error_output, run_test_cell
from grading.hidden_test import seeded
from grading.intake.cells import is_test
from grading.intake.outputs import Budget, safe_outputs
from grading.sandbox.calls import Calls
from grading.sandbox.connection import Lost
from grading.sandbox.launch import SandboxError
from grading.sandbox.limits import Limits
from grading.sandbox.remote import RemoteFunction
from grading.sandbox.session import Session
from grading.sandbox.shared import close_shared_zygote, shared_zygote

MAX_WARNING_CHARACTERS = 500


@dataclass(frozen=True)
class Executed:
    """An executed notebook.

    Attributes:
        notebook: with outputs, ready for nbgrader's own steps.
        seed: of the hidden cases; the same seed gives the same cases again.
        notes: sentences that the instructor should read.
    """

    notebook: NotebookNode
    seed: int
    notes: tuple[str, ...]


def execute(
    notebook: NotebookNode, *, seed: int | None = None, limits: Limits | None = None, trusted: bool = False
) -> Executed:
    """Execute a canonical notebook, and keep what is safe of its outputs.

    Not for several threads at a time: what the tests print is caught for the whole process.

    Args:
        notebook: as `grading.intake.canonical.canonical` makes it: what its metadata call locked is the instructor's.
            It is not changed.
        seed: of the hidden cases; by default a fresh one.
        limits: what the submission may use; by default those of `Limits`.
        trusted: whether to do without a sandbox.

    Returns:
        The notebook with the outputs of all its cells.

    Raises:
        SandboxError: there is no sandbox. This says nothing about the submission.
    """
    seed = secrets.randbits(64) if seed is None else seed
    limits = limits or Limits()
    try:
        return _execute(notebook, seed, limits, trusted)
    except SandboxError:
        # Somebody may have ended the zygote without bubblewrap around it noticing: once more, with another.
        close_shared_zygote(trusted)
        return _execute(notebook, seed, limits, trusted)


def _execute(notebook: NotebookNode, seed: int, limits: Limits, trusted: bool) -> Executed:
    zygote = shared_zygote(trusted)
    with Session(zygote, limits) as session:
        run = _Run(notebook, seed, session)
        run.run_cells()
        # Only after the student's last output, because a call knows hidden inputs.
        run.run_tests()
    # A zygote takes its children with it, and to the session it looks as if the submission had ended itself.
    zygote.check()
    return Executed(run.notebook, seed, tuple(run.notes))


class _Run:
    """One run of a notebook.

    Attributes:
        notebook: a copy, whose cells get their outputs.
        notes: sentences that the instructor should read.
    """

    def __init__(self, notebook: NotebookNode, seed: int, session: Session) -> None:
        self.notebook = copy.deepcopy(notebook)
        self.notes: list[str] = []
        self._seed, self._session = seed, session
        # A student who puts out too much keeps the results of the tests, which are outputs, too.
        self._of_the_student, self._of_the_tests = Budget(), Budget()
        # By the execution count of a test: the notebook as it was at the test's place. A later cell may define the
        # function once more.
        self._kept: dict[int, int | None] = {}

    def run_cells(self) -> None:
        """Run all cells but the tests, in their order."""
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        for count, cell in enumerate(self._cells(), start=1):
            cell.execution_count = count
            if is_test(cell):
                self._kept[count] = self._session.keep()
            else:
                cell.outputs = self._run_cell(cell.source, count)

    def run_tests(self) -> None:
        """Run the tests, each on the notebook as it was at its place."""
        names = Names()
        with seeded(self._seed):
            for cell in self._cells():
                if is_test(cell):
                    random.seed(self._seed)
                    np.random.seed(self._seed % 2**32)
                    cell.outputs = self._run_test(cell, names)
                elif is_locked(cell):
                    names.define(cell.source)

    def _cells(self) -> Iterator[NotebookNode]:
        """Iterate over the cells that hold code."""
        return (cell for cell in self.notebook.cells if cell.cell_type == "code" and cell.source.strip())

    def _run_cell(self, source: str, count: int) -> list[NotebookNode]:
        try:
            outputs = safe_outputs(self._session.run_cell(source, count), self._of_the_student)
        except Lost as loss:
            self.notes.append(f"Cell {count} was stopped: {loss}.")
            return [error_output("CellStopped", f"This cell was stopped: {loss}.")]
        for output in outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        return outputs

    def _run_test(self, cell: NotebookNode, names: Names) -> list[NotebookNode]:
        count = cell.execution_count
        with self._session.question(self._kept[count]) as calls:
            names.find = partial(_find, calls)
            marks, outputs, warnings = run_test_cell(cell.source, names, count, cell.metadata.nbgrader.points)
            names.forget_the_student()
        if warnings:
            self.notes.append(f"Test cell {count} wrote to stderr: {warnings[-MAX_WARNING_CHARACTERS:]}")
        return [*marks, *safe_outputs(outputs, self._of_the_tests)]


def _find(calls: Calls, name: str) -> Any:
    try:
        found = calls.look_up(name)
    except Lost as loss:
        raise SystemError(f"the notebook could not run: {loss}") from None
    match found:
        case {"is": "function"}:
            return RemoteFunction(name, calls)
        case {"is": "value", "value": value}:
            return value
    raise KeyError(name)
