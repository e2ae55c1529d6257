"""One notebook in the sandbox: its cells run in order, then its functions are called."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grading.sandbox.bounds import STEP
from grading.sandbox.calls import Calls
from grading.sandbox.connection import Connection, Lost
from grading.sandbox.launch import Zygote
from grading.sandbox.limits import GRACE_SECONDS, STEP_SECONDS, Limits


class Session:
    """Runs the cells of one notebook; use it as a context manager.

    Ask no question before the last cell has run: a cell could print what a call leaves behind.

    Args:
        zygote: starts the processes.
        limits: for this notebook.
    """

    def __init__(self, zygote: Zygote, limits: Limits) -> None:
        self._connection = Connection(zygote, limits)
        self._cell_seconds = limits.cell_seconds
        self._kept = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def run_cell(self, source: str, count: int) -> Any:
        """Run a cell and return its outputs as they come from the sandbox: untrusted, plain data.

        Args:
            source: of the cell.
            count: its execution count.

        Raises:
            Lost: the cell ended its process, or could not be interrupted. The cells after it can still run.
        """
        self._connection.open()
        request = {"do": "cell", "source": source, "count": count}
        began = self._connection.seconds
        outputs = self._connection.ask(request, self._cell_seconds)
        interrupted = self._connection.seconds - began >= self._cell_seconds
        self._connection.repeat_after_loss(request, GRACE_SECONDS if interrupted else self._cell_seconds)
        return outputs

    def keep(self) -> int | None:
        """Keep a copy of the notebook as it is now.

        Returns:
            The number by which `question` knows the copy; None if the notebook has no process any more and may not
            start another.
        """
        request = {"do": "keep"}
        try:
            self._connection.open()
            self._connection.ask(request, STEP_SECONDS, STEP)
        except Lost:
            return None
        self._connection.repeat_after_loss(request, STEP_SECONDS)
        self._kept += 1
        return self._kept - 1

    @contextmanager
    def question(self, kept: int | None) -> Iterator[Calls]:
        """Provide calls of the functions in a kept copy; whatever they change ends with the question.

        Args:
            kept: number of the copy, from `keep`.
        """
        calls = Calls(self._connection, kept, self._cell_seconds)
        try:
            yield calls
        finally:
            calls.end()
