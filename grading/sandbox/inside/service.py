"""What a submission's process does for the grader: run cells; then, for a question, tell values and call functions.

At the place of each test a snapshot is kept. The grader asks its questions when all cells are done: nothing that a call
learns can come to light in the output of a cell.
"""

import builtins
import contextlib
import io
import itertools
import random
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from .shell import NotebookShell
from .snapshot import Snapshot
from .wire import Channel, Closed

LONGEST_ITERATOR = 100_000
LONGEST_MESSAGE_OF_AN_ERROR = 1000


def serve(shell: NotebookShell, channel: Channel, limits: Mapping[str, Any]) -> None:
    """Answer the grader's requests until it hangs up."""
    random.seed()
    np.random.seed()
    kept: list[Snapshot] = []
    with contextlib.suppress(Closed):
        while True:
            number, request = channel.receive()
            if request["do"] == "cell":
                outputs = shell.run(request["source"], request["count"], limits["cell_text"], limits["cell_output"])
                channel.send(number, outputs)
            elif request["do"] == "keep":
                kept.append(Snapshot(partial(_answer, shell, channel), partial(_tell_of_death, channel), kept))
                channel.send(number, "kept")
            elif request["do"] == "question" and not kept[request["of"]].take_turn(number):
                _tell_of_death(channel)


def _tell_of_death(channel: Channel, status: int | None = None) -> None:
    # Of number 0, which no request has: the grader waits for an answer to it, whatever it asked last.
    channel.send(0, {"died": status})


def _look_up(shell: NotebookShell, name: str) -> dict[str, Any]:
    if name not in shell.user_ns:
        return {"is": "absent"}
    value = shell.user_ns[name]
    return {"is": "function"} if callable(value) else {"is": "value", "value": value}


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
        except BaseException as exception:  # noqa: BLE001, a student's `sys.exit()` is the call's result as well
            error = next(kind.__name__ for kind in type(exception).__mro__ if kind.__module__ == builtins.__name__)
            with contextlib.suppress(Exception):
                text = str(exception)[:LONGEST_MESSAGE_OF_AN_ERROR]
    return {"value": value, "error": error, "text": text, "args": args, "kwargs": kwargs}
