"""The conversation with a submission's process: numbered requests with deadlines, in a process that can be replaced."""

from dataclasses import dataclass
from typing import Any

from grading.sandbox.bounds import OUTPUTS
from grading.sandbox.inside.limits import Size
from grading.sandbox.inside.wire import DIED, Closed, Late, WireError
from grading.sandbox.launch import Child, Zygote
from grading.sandbox.limits import MAX_RESTARTS, Limits
from grading.sandbox.watch import Meter, Watch

Request = dict[str, Any]

# What can go wrong between a request and its reply.
FAILURES = (Late, Closed, WireError)


class Lost(Exception):
    """The submission's process is gone; the message says why."""


@dataclass(frozen=True)
class Reply:
    """What came back for a request: untrusted, plain data.

    Attributes:
        value: the message itself.
        fits: whether it bears the number of the request.
        tells_of_death: whether it says instead that the copy of the process that was to answer has died.
        late: whether it came only after an interrupt.
    """

    value: Any
    fits: bool
    tells_of_death: bool
    late: bool


class Connection:
    """Owns the process of one submission and everything that is asked of it.

    A process that was lost is replaced the next time it is needed: what it went through is repeated in a new one.

    Args:
        zygote: starts the processes.
        limits: for this submission.
    """

    def __init__(self, zygote: Zygote, limits: Limits) -> None:
        self._zygote, self._limits = zygote, limits
        self._meter = Meter()
        self._process: tuple[Child, Watch] | None = None
        self._number = 0
        self._starts = 0
        self._to_repeat: list[tuple[Request, float]] = []

    @property
    def seconds(self) -> float:
        """The seconds of its own time that the submission has used so far, as `Limits` explains them."""
        return self._meter.seconds

    def open(self) -> None:
        """Make sure that there is a process, and that everything to be repeated has happened in it.

        Raises:
            Lost: the notebook has used up its time or its restarts.
            SandboxError: no sandbox could be started.
        """
        if self._process is not None:
            return
        if self._starts >= MAX_RESTARTS:
            raise Lost("the notebook ended its process too often")
        self._starts += 1
        child = self._zygote.child(self._limits)
        self._process = child, Watch(child, self._limits, self._meter)
        for request, seconds in self._to_repeat:
            self.ask(request, seconds)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            child, watch = self._process
            self._process = None
            child.kill()
            watch.stop()
            child.close()

    def repeat_after_loss(self, request: Request, seconds: float) -> None:
        """Remember a request that every later process has to go through first.

        Args:
            request: one that was answered.
            seconds: it may take when it is repeated.
        """
        self._to_repeat.append((request, seconds))

    def ask(self, request: Request, seconds: float, largest: Size = OUTPUTS) -> Any:
        """Send a request and return the value of its reply: untrusted, plain data.

        The first delay is met with an interrupt; the second ends the process.

        Args:
            request: for the process.
            seconds: of the submission's own time until the interrupt.
            largest: that the reply may be; by default as large as the outputs of a cell.

        Raises:
            Lost: there was no proper reply, and the process is gone.
        """
        try:
            reply = self.exchange(request, seconds, largest)
            if not reply.fits:
                raise WireError("an answer to another request")
        except FAILURES as failure:
            self.close()
            raise Lost(reason(failure)) from failure
        return reply.value

    def exchange(self, request: Request, seconds: float, largest: Size) -> Reply:
        """Send a request and wait for whatever comes back, after a delay with an interrupt.

        Unlike `ask`, it leaves the process alone, whatever comes of it.

        Args:
            request: for the process.
            seconds: of the submission's own time until the interrupt; fewer if the notebook's time ends before.
            largest: that the reply may be.

        Raises:
            Late: nothing came, even after an interrupt, or the notebook's time had ended already.
            Closed: there is no process, or it ended; the message says why if it was ended for using too much.
            TooLarge: the reply is larger.
            WireError: what came is no message.
        """
        seconds = min(seconds, self._limits.notebook_seconds - self.seconds)
        if seconds <= 0:
            raise Late
        if self._process is None:
            raise Closed("its process ended")
        child, watch = self._process
        self._number += 1
        with watch.patience(seconds) as patience:
            try:
                child.channel.send(self._number, request, patience.deadline)
                answered, value = child.channel.receive(patience.deadline, largest)
            except Closed:
                if patience.late:
                    raise Late from None
                raise Closed(watch.verdict or "its process ended") from None
        return Reply(value, answered == self._number, answered == DIED, patience.late)


def reason(failure: Exception) -> str:
    """Say in a few words why a request failed."""
    match failure:
        case Late():
            return "out of time"
        case Closed() | Lost():
            return str(failure)
        case _:
            return "its process broke the rules of the wire"
