"""One notebook in the sandbox: cells run in order, then functions are called; a lost process is built up afresh."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grading.sandbox.inside.wire import Channel, Closed, Late, Opaque, WireError
from grading.sandbox.launch import Child, Zygote
from grading.sandbox.limits import Limits

SECONDS_OF_GRACE = 2.0
# For what takes milliseconds: on a busy machine an honest notebook must not lose points by it.
SECONDS_FOR_A_STEP = 20.0
MOST_RESTARTS = 12


class Lost(Exception):
    """The submission's process is gone; the message says why."""


class CallFailed(Exception):
    """A call brought neither a value nor an exception.

    Attributes:
        late: it was out of time; else its process ended.
    """

    def __init__(self, message: str, late: bool) -> None:
        super().__init__(message)
        self.late = late


class Session:
    """Runs the cells of one notebook; use it as a context manager.

    Ask no question before the last cell has run: what a call leaves behind, a cell could print.

    Args:
        zygote: makes the processes.
        limits: of this notebook.
    """

    def __init__(self, zygote: Zygote, limits: Limits) -> None:
        self._zygote, self._limits = zygote, limits
        self._child: Child | None = None
        self._number = 0
        self._starts = 0
        self._kept = 0
        self._done: list[tuple[dict[str, Any], float]] = []
        self._end = time.monotonic() + limits.notebook_seconds

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._lose()

    def run_cell(self, source: str, count: int) -> Any:
        """Run a cell and give its outputs as they come from the sandbox: untrusted, plain data.

        Raises:
            Lost: the cell ended its process, or would not be interrupted. The cells after it can still run.
        """
        self._ensure_child()
        request = {"do": "cell", "source": source, "count": count}
        began = time.monotonic()
        reply = self._ask(request, self._limits.cell_seconds)
        interrupted = time.monotonic() - began > self._limits.cell_seconds
        self._done.append((request, SECONDS_OF_GRACE if interrupted else self._limits.cell_seconds))
        return reply

    def keep(self) -> int | None:
        """Keep a copy of the notebook as it is now, and give the number by which `question` knows it.

        Returns:
            None where the notebook has no process any more and may not start another.
        """
        request = {"do": "keep"}
        try:
            self._ensure_child()
            self._ask(request, SECONDS_FOR_A_STEP)
        except Lost:
            return None
        self._done.append((request, SECONDS_FOR_A_STEP))
        self._kept += 1
        return self._kept - 1

    @contextmanager
    def question(self, kept: int | None) -> Iterator["Calls"]:
        """Give what calls the functions of a kept copy; what the calls change ends with the question."""
        calls = Calls(self, kept, self._limits.cell_seconds)
        try:
            yield calls
        finally:
            calls.end()

    def _ensure_child(self) -> None:
        """Have a process in which all cells so far have run.

        Raises:
            Lost: the notebook has used up its time or its restarts.
            SandboxError: no sandbox could be had.
        """
        if self._child is not None:
            return
        if self._starts >= MOST_RESTARTS:
            raise Lost("the notebook ended its process too often")
        self._starts += 1
        self._child = self._zygote.child(self._limits)
        for request, seconds in self._done:
            self._ask(request, seconds)

    def _ask(self, request: dict[str, Any], seconds: float) -> Any:
        """Send a request and wait for its reply; a first delay is met with an interrupt, a second ends the process."""
        deadline = min(time.monotonic() + seconds, self._end)
        try:
            number = self._send(request, deadline)
            try:
                return self._receive(number, deadline)
            except Late:
                self._child.interrupt()
                return self._receive(number, time.monotonic() + SECONDS_OF_GRACE)
        except (Late, Closed, WireError) as error:
            self._lose()
            raise Lost(_reason(error)) from error

    def _send(self, request: dict[str, Any], deadline: float) -> int:
        if time.monotonic() >= self._end:
            raise Late
        self._number += 1
        self._channel.send(self._number, request, deadline)
        return self._number

    def _receive(self, number: int, deadline: float) -> Any:
        answered, value = self._channel.receive(deadline)
        if answered != number:
            raise WireError(f"an answer to message {answered} in the place of {number}")
        return value

    def _lose(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def _channel(self) -> Channel:
        return self._child.channel


class Calls:
    """Calls functions of the notebook for one question, within its time.

    A call that crashes costs itself; one that does not end uses up the time, and those after it fail at once.
    """

    def __init__(self, session: Session, kept: int | None, seconds: float) -> None:
        self._session, self._kept, self._seconds = session, kept, seconds
        self._open = False
        self._crashes = 0

    def call(self, name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Call a function and give the sandbox's reply: untrusted, plain data.

        Raises:
            CallFailed: there was none.
        """
        session, began = self._session, time.monotonic()
        if self._seconds <= 0:
            raise CallFailed("the time is used up", late=True)
        if self._crashes >= MOST_RESTARTS:
            raise CallFailed("too many calls ended their process", late=False)
        try:
            self._begin()
            deadline = min(time.monotonic() + self._seconds, session._end)
            number = session._send({"do": "call", "name": name, "args": args, "kwargs": kwargs}, deadline)
            return self._receive(number, deadline)
        except (Lost, Late, Closed, WireError) as error:
            late = isinstance(error, Late)
            session._lose()
            self._open = False
            self._crashes += 1
            raise CallFailed(_reason(error), late) from error
        finally:
            self._seconds -= time.monotonic() - began

    def look_up(self, name: str) -> Any:
        """Tell what a name is in the notebook: {"is": "absent" | "function"} or {"is": "value", "value": ...}.

        Raises:
            Lost: the notebook has no process any more.
        """
        try:
            return self._look_up(name)
        except Lost:
            # Calls of an earlier question may have broken what all questions share: once more, in a fresh process.
            self._open = False
            return self._look_up(name)

    def _look_up(self, name: str) -> Any:
        self._begin()
        return self._session._ask({"do": "look up", "name": name}, SECONDS_FOR_A_STEP)

    def end(self) -> None:
        """End the copy of the process, and with it all that the calls changed."""
        if self._open:
            self._open = False
            try:
                self._session._ask({"do": "end"}, SECONDS_FOR_A_STEP)
            except Lost:
                return

    def _begin(self) -> None:
        if self._kept is None:
            raise Lost("its process could not be kept")
        if not self._open:
            began = time.monotonic()
            self._session._ensure_child()
            if self._session._ask({"do": "question", "of": self._kept}, SECONDS_FOR_A_STEP) != "ready":
                self._session._lose()
                raise Lost(_reason(WireError()))
            self._open = True
            # A new process with all cells run again is no time of the function's.
            self._seconds += time.monotonic() - began

    def _receive(self, number: int, deadline: float) -> Any:
        late = False
        try:
            answered, value = self._session._channel.receive(deadline)
        except Late:
            late = True
            self._session._child.interrupt()
            answered, value = self._session._channel.receive(time.monotonic() + SECONDS_OF_GRACE)
        if answered == number and not late:
            return value
        if answered != 0:
            if late:
                raise Late
            raise WireError(f"an answer to message {answered} in the place of {number}")
        self._open = False
        self._crashes += 1
        if late:
            self._seconds = 0
        raise CallFailed("the time is used up" if late else "its process ended", late)


def _reason(error: Exception) -> str:
    match error:
        case Late():
            return "out of time"
        case Closed():
            return "its process ended"
        case Lost():
            return str(error)
        case _:
            return "its process broke the rules of the wire"


def is_plain(value: Any) -> bool:
    """Whether a value from the sandbox is plain data through and through."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return not isinstance(value, Opaque)
