"""The calls of one question: functions of a kept copy of the notebook, called within a time of their own."""

from typing import Any

from grading.sandbox.bounds import STEP, VALUE
from grading.sandbox.connection import FAILURES, Connection, Lost, Request, reason
from grading.sandbox.inside.limits import Size
from grading.sandbox.inside.wire import Late, TooLarge, WireError
from grading.sandbox.limits import MAX_RESTARTS, STEP_SECONDS


class CallFailed(Exception):
    """A call brought neither a value nor an exception.

    Attributes:
        late: whether it ran out of time; otherwise its process ended.
    """

    def __init__(self, message: str, late: bool) -> None:
        super().__init__(message)
        self.late = late


class Calls:
    """Calls functions of the notebook for one question.

    A call that crashes fails alone. One that does not end uses up the time, and those after it fail at once.

    Args:
        connection: to the notebook's process.
        kept: number of the copy that is asked; None if it could not be kept.
        seconds: of the submission's own time, for all calls together.
    """

    def __init__(self, connection: Connection, kept: int | None, seconds: float) -> None:
        self._connection, self._kept, self._seconds = connection, kept, seconds
        self._begun = False
        self._crashes = 0

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], largest: Size) -> Any:
        """Call a function and return the sandbox's reply: untrusted, plain data.

        Args:
            name: of the function.
            args: positional arguments, plain data.
            kwargs: keyword arguments, plain data.
            largest: that the reply may be.

        Raises:
            CallFailed: there was no reply.
            TooLarge: the reply is larger.
        """
        began = self._connection.seconds
        if self._seconds <= 0:
            raise CallFailed("the time is used up", late=True)
        if self._crashes >= MAX_RESTARTS:
            raise CallFailed("too many calls ended their process", late=False)
        try:
            return self._call({"do": "call", "name": name, "args": args, "kwargs": kwargs}, largest)
        except TooLarge:
            raise
        except (Lost, *FAILURES) as failure:
            self._connection.close()
            self._begun = False
            self._crashes += 1
            raise CallFailed(reason(failure), late=isinstance(failure, Late)) from failure
        finally:
            self._seconds -= self._connection.seconds - began

    def look_up(self, name: str) -> Any:
        """Return what a name is in the notebook: {"is": "absent" | "function"} or {"is": "value", "value": ...}.

        Args:
            name: of a variable.

        Raises:
            Lost: the notebook has no process any more.
        """
        try:
            return self._look_up(name)
        except Lost:
            # Calls of an earlier question may have broken what all questions share: once more, in a fresh process.
            self._begun = False
            return self._look_up(name)

    def end(self) -> None:
        """End the copy of the process, and with it everything that the calls changed."""
        if self._begun:
            self._begun = False
            try:
                self._connection.ask({"do": "end"}, STEP_SECONDS, STEP)
            except Lost:
                return

    def _begin(self) -> None:
        if self._kept is None:
            raise Lost("its process could not be kept")
        if not self._begun:
            began = self._connection.seconds
            self._connection.open()
            if self._connection.ask({"do": "question", "of": self._kept}, STEP_SECONDS, STEP) != "ready":
                self._connection.close()
                raise Lost(reason(WireError()))
            self._begun = True
            # The time that a new process takes to run all cells again is not the function's.
            self._seconds += self._connection.seconds - began

    def _call(self, request: Request, largest: Size) -> Any:
        self._begin()
        reply = self._connection.exchange(request, self._seconds, largest)
        if reply.tells_of_death:
            self._begun = False
            self._crashes += 1
            if reply.late:
                self._seconds = 0
            raise CallFailed("the time is used up" if reply.late else "its process ended", reply.late)
        if reply.late:
            raise Late
        if not reply.fits:
            raise WireError("an answer to another request")
        return reply.value

    def _look_up(self, name: str) -> Any:
        self._begin()
        return self._connection.ask({"do": "look up", "name": name}, STEP_SECONDS, VALUE)
