"""Executing a notebook: the student's cells in the sandbox, then the instructor's tests here."""

import copy
import random
import secrets
import threading
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_locked, is_solution

from grading.execution.test_cell import Names, error_output, run_test_cell
from grading.hidden_test import seeded
from grading.intake.outputs import Budget
from grading.sandbox.calls import Calls
from grading.sandbox.connection import Lost
from grading.sandbox.inside.wire import is_plain
from grading.sandbox.launch import Zygote
from grading.sandbox.limits import Limits
from grading.sandbox.remote import RemoteFunction
from grading.sandbox.session import Session


@dataclass(frozen=True)
class Executed:
    """An executed notebook.

    Attributes:
        notebook: with outputs, ready for nbgrader's own steps.
        seed: of the hidden cases; the same seed gives the same cases again.
        notes: what the instructor should know, in sentences.
    """

    notebook: NotebookNode
    seed: int
    notes: tuple[str, ...]


# The tests print, and what they print is caught for the whole process.
_one_at_a_time = threading.Lock()


def execute(
    notebook: NotebookNode, *, zygote: Zygote, seed: int | None = None, limits: Limits | None = None
) -> Executed:
    """Execute a notebook whose locked cells are the instructor's.

    Args:
        notebook: canonical: what its metadata calls locked is the instructor's own text. It stays as it is.
        zygote: makes the sandboxes.
        seed: of the hidden cases; by default drawn afresh.
        limits: what the submission may use.

    Returns:
        The notebook with the outputs of all its cells.

    Raises:
        SandboxError: there is no sandbox. It says nothing about the submission.
    """
    notebook = copy.deepcopy(notebook)
    seed = secrets.randbits(64) if seed is None else seed
    notes: list[str] = []
    with _one_at_a_time, seeded(seed), Session(zygote, limits or Limits()) as session:
        budget = Budget()
        kept = _run_cells(notebook, session, budget, notes)
        # Only now, when every output of the student's is there: a call knows hidden inputs.
        _run_tests(notebook, session, budget, seed, kept, notes)
    return Executed(notebook, seed, tuple(notes))


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is the instructor's test: it carries points, and the student writes nothing in it."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def _run_cells(notebook: NotebookNode, session: Session, budget: Budget, notes: list[str]) -> dict[int, int | None]:
    """Run all cells but the tests, and give, by the number of each test cell, what its question is to be put to.

    That is the notebook as it stands at the test's place: a later cell may define the function once more.
    """
    kept: dict[int, int | None] = {}
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if not cell.source.strip():
            continue
        count += 1
        cell.execution_count = count
        if is_test(cell):
            kept[count] = session.keep()
        else:
            cell.outputs = budget.keep(_run(cell.source, session, count, notes))
    return kept


def _run_tests(
    notebook: NotebookNode, session: Session, budget: Budget, seed: int, kept: dict[int, int | None], notes: list[str]
) -> None:
    names = Names()
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if is_test(cell):
            random.seed(seed)
            np.random.seed(seed % 2**32)
            cell.outputs = _test(cell, names, session, budget, kept[cell.execution_count], notes)
        elif is_locked(cell):
            names.define(cell.source)


def _run(source: str, session: Session, count: int, notes: list[str]) -> list[NotebookNode]:
    try:
        return _outputs(session.run_cell(source, count), count)
    except Lost as loss:
        notes.append(f"Cell {count} was stopped: {loss}.")
        return [error_output("CellStopped", f"This cell was stopped: {loss}.")]


def _test(
    cell: NotebookNode, names: Names, session: Session, budget: Budget, kept: int | None, notes: list[str]
) -> list[NotebookNode]:
    with session.question(kept) as calls:
        names.find = partial(_find, calls)
        marks, outputs, warnings = run_test_cell(cell.source, names, cell.execution_count)
        names.forget_the_student()
    if warnings:
        notes.append(f"Test cell {cell.execution_count} wrote to stderr: {warnings[-500:]}")
    return [*marks, *budget.keep(outputs)]


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


def _outputs(reply: Any, count: int) -> list[NotebookNode]:
    """Make outputs of the notebook format from what the sandbox sent; what is none is left out."""
    outputs = []
    for output in reply if isinstance(reply, list) and is_plain(reply) else ():
        match output:
            case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                outputs.append(new_output("stream", name=name, text=text))
            case {"output_type": "error", "ename": str(name), "evalue": str(text), "traceback": [*lines]}:
                lines = [line for line in lines if isinstance(line, str)]
                outputs.append(new_output("error", ename=name, evalue=text, traceback=lines))
            case {"output_type": "display_data", "data": {**data}}:
                outputs.append(new_output("display_data", _texts(data)))
            case {"output_type": "execute_result", "data": {**data}}:
                outputs.append(new_output("execute_result", _texts(data), execution_count=count))
    return outputs


def _texts(data: dict[Any, Any]) -> dict[str, str]:
    return {kind: value for kind, value in data.items() if isinstance(kind, str) and isinstance(value, str)}
