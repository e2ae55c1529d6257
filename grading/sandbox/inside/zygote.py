"""The zygote: imports what notebooks need once, then forks an isolated child for each submission.

It is the first program in the sandbox, and trusted until it forks. The grader talks to it over a socket that children
do not inherit, and to a child over two pipes that the zygote does not keep.
"""

import os
import sys

# It is run as a program, but belongs to the package in its folder, as PEP 366 has it.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
__package__ = os.path.basename(os.path.dirname(os.path.abspath(__file__)))

from . import isolation, seccomp

# The spare user may not be allowed to read root's files, but the interpreter is open by now. So change the user before
# anything else runs.
TRUSTED = sys.argv[3:] == ["trusted"]
if not TRUSTED:
    isolation.drop_root()


import contextlib
import gc
import importlib
import json
import signal
import socket
from typing import Any

from .limits import MAX_CONTROL_BYTES
from .service import serve
from .shell import NotebookShell, make_shell
from .wire import Channel


def main() -> None:
    """Warm up, then fork a child for each request until the grader hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    shell = _warm_up(json.loads(sys.argv[2]))
    control.send(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, MAX_CONTROL_BYTES, 2)
        if not request:
            return
        if request == b"ready?":
            control.send(b"ready")
            continue
        answer, child = _start_child(shell, control, descriptors, json.loads(request))
        if "pid" in answer and "error" not in answer:
            # With this descriptor, the grader can end the child whatever it does. Its process id means nothing outside.
            child.insert(0, os.pidfd_open(answer["pid"]))
        socket.send_fds(control, [json.dumps(answer).encode()], child)
        for descriptor in (*descriptors, *child):
            os.close(descriptor)


def _warm_up(modules: list[str]) -> NotebookShell:
    for module in modules:
        importlib.import_module(module)
    shell = make_shell()
    # The first figure loads what later ones need.
    shell.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('$x$'); plt.show()", 1, 10**6, 10**7)
    shell.run("1 +", 1, 10**6, 10**7)
    shell.run("1 / 0", 1, 10**6, 10**7)
    shell.reset(new_session=True)
    gc.collect()
    gc.freeze()
    return shell


def _start_child(
    shell: NotebookShell, control: socket.socket, pipes: list[int], limits: dict[str, float]
) -> tuple[dict[str, Any], list[int]]:
    """Fork a child into namespaces of its own.

    This takes two forks: a new process namespace holds only the children of the process that asked for it.

    Returns:
        The process id, or the error that kept the child from starting; and the descriptor of its /proc.
    """
    report, answer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    first = os.fork()
    if first == 0:
        try:
            control.close()
            if not TRUSTED:
                isolation.unshare()
            child = os.fork()
            if child == 0:
                _be_child(shell, pipes, limits, answer)
            _say(answer, {"pid": child})
        except BaseException as error:  # noqa: BLE001, the grader is told
            _say(answer, {"error": str(error)})
        finally:
            os._exit(0)
    answer.close()
    os.waitpid(first, 0)
    result: dict[str, Any] = {}
    proc: list[int] = []
    with report:
        while True:
            message, descriptors, _, _ = socket.recv_fds(report, MAX_CONTROL_BYTES, 1)
            if not message:
                return result, proc
            result.update(json.loads(message))
            proc += descriptors


def _be_child(shell: NotebookShell, pipes: list[int], limits: dict[str, float], answer: socket.socket) -> None:
    try:
        enter = isolation.limit_only if TRUSTED else isolation.enter
        proc = enter(limits, keep=(*pipes, answer.fileno()))
        # The filter lets nobody send descriptors, so this one goes before.
        _say(answer, {}, proc)
        os.close(proc)
        if not TRUSTED:
            seccomp.install()
        answer.send(json.dumps({"shut in": True}).encode())
        answer.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        serve(shell, Channel(*pipes), limits)
    except BaseException as error:  # noqa: BLE001, the grader is told
        # Once it serves, `answer` is closed, and the grader notices that the wire is closed, too.
        with contextlib.suppress(OSError):
            _say(answer, {"error": str(error)})
    finally:
        os._exit(0)


def _say(answer: socket.socket, message: dict[str, Any], *descriptors: int) -> None:
    socket.send_fds(answer, [json.dumps(message).encode()], descriptors)


if __name__ == "__main__":
    main()
