"""What a submission's process does for the grader: run cells, then, for each question, look up and call functions.

A snapshot is kept at the place of each test. The grader asks its questions after all cells have run, so nothing that a
call learns can show up in the output of a cell.
"""

import builtins
import contextlib
import io
import itertools
import random
import sys
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from .limits import MAX_ERROR_CHARACTERS, MAX_ITERATOR_ITEMS, TOO_LARGE
from .shell import NotebookShell
from .snapshot import Snapshot
from .wire import DIED, Channel, Closed


def serve(shell: NotebookShell, channel: Channel, limits: Mapping[str, Any]) -> None:
    """Answer the grader's requests until it hangs up."""
    random.seed()
    np.random.seed()
    sys.path.insert(0, "")  # as Jupyter does, so that a module that a cell writes can be imported
    kept: list[Snapshot] = []
    bounds = limits["cell_text_characters"], limits["cell_output_characters"]
    with contextlib.suppress(Closed):
        while True:
            number, request = channel.receive()
            if request["do"] == "cell":
                channel.send(number, shell.run(request["source"], request["count"], *bounds))
            elif request["do"] == "keep":
                kept.append(Snapshot(partial(_answer, shell, channel), partial(_report_death, channel), kept))
                channel.send(number, "kept")
            elif request["do"] == "question" and not kept[request["of"]].take_turn(number):
                _report_death(channel)


def _report_death(channel: Channel, status: int | None = None) -> None:
    channel.send(DIED, {"died": status})


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
        except ValueError:  # the reply does not fit into a message
            channel.send(number, {"error": TOO_LARGE})


def _call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    value, error, text = None, None, ""
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
            if isinstance(value, Iterator):
                value = list(itertools.islice(value, MAX_ITERATOR_ITEMS))
        except BaseException as exception:  # noqa: BLE001, a student's `sys.exit()` is a result like any other exception
            error = next(kind.__name__ for kind in type(exception).__mro__ if kind.__module__ == builtins.__name__)
            with contextlib.suppress(Exception):
                text = str(exception)[:MAX_ERROR_CHARACTERS]
    return {"value": value, "error": error, "text": text, "args": args, "kwargs": kwargs}
