"""What a submission's process does for the grader: run cells; for a question, tell values and call functions."""

import builtins
import contextlib
import io
import itertools
import os
import random
import signal
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .shell import NotebookShell
from .wire import Channel, Closed

LONGEST_ITERATOR = 100_000
LONGEST_MESSAGE_OF_AN_ERROR = 1000


def serve(shell: NotebookShell, channel: Channel, limits: Mapping[str, Any]) -> None:
    """Answer the grader's requests until it hangs up."""
    random.seed()
    np.random.seed()
    with contextlib.suppress(Closed):
        while True:
            number, request = channel.receive()
            if request["do"] == "cell":
                outputs = shell.run(
                    request["source"], request["count"], limits["cell_text"], limits["cell_output"]
                )
                channel.send(number, outputs)
            elif request["do"] == "question":
                _question(shell, channel, number)


def _look_up(shell: NotebookShell, name: str) -> dict[str, Any]:
    if name not in shell.user_ns:
        return {"is": "absent"}
    value = shell.user_ns[name]
    return {"is": "function"} if callable(value) else {"is": "value", "value": value}


def _question(shell: NotebookShell, channel: Channel, number: int) -> None:
    """Answer calls in a forked copy of this process: what one question's calls change, the next does not see."""
    ended = False
    child = os.fork()
    if child == 0:
        try:
            _answer(shell, channel, number)
            ended = True
        finally:
            os._exit(0 if ended else 1)
    status = _wait(child)
    # After a regular end the child has answered itself; a message of number 0 tells of any other.
    if status != 0:
        channel.send(0, {"died": status})


def _wait(child: int) -> int:
    while True:
        try:
            return os.waitpid(child, 0)[1]
        except KeyboardInterrupt:  # the grader's sign that the call took too long
            os.kill(child, signal.SIGKILL)


def _answer(shell: NotebookShell, channel: Channel, number: int) -> None:
    channel.send(number, "ready")
    while True:
        number, request = channel.receive()
        if request["do"] == "end":
            channel.send(number, "ended")
            return
        if request["do"] == "look up":
            channel.send(number, _look_up(shell, request["name"]))
            continue
        reply = _call(shell.user_ns.get(request["name"]), request["args"], request["kwargs"])
        try:
            channel.send(number, reply)
        except ValueError as error:  # more than a message may hold
            channel.send(number, {"value": None, "error": "ValueError", "text": str(error), "args": (), "kwargs": {}})


def _call(function: Any, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    value, error, text = None, None, ""
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
            if isinstance(value, Iterator):
                value = list(itertools.islice(value, LONGEST_ITERATOR))
        except BaseException as exception:  # a student's `sys.exit()` is the call's result, like any other exception
            error = next(kind.__name__ for kind in type(exception).__mro__ if kind.__module__ == builtins.__name__)
            with contextlib.suppress(Exception):
                text = str(exception)[:LONGEST_MESSAGE_OF_AN_ERROR]
    return {"value": value, "error": error, "text": text, "args": args, "kwargs": kwargs}
