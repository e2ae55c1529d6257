"""The zygote: imports once what notebooks need, then forks a shut-in child for each submission.

It runs as the first program of the sandbox, trusted until it forks. The grader speaks to it over a socket which
children do not inherit; to a child, over two pipes which the zygote does not keep.
"""

import os
import sys

# Root's files may be closed to the spare user, but the interpreter lies open by now: change before anything else runs.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from inside import isolation

TRUSTED = sys.argv[3:] == ["trusted"]
if not TRUSTED:
    isolation.drop_root()

import contextlib
import gc
import importlib
import json
import signal
import socket

from inside.service import serve
from inside.shell import NotebookShell, make_shell
from inside.wire import Channel

LONGEST_REQUEST = 2**16


def main() -> None:
    """Warm up, then fork a child for each request until the grader hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    shell = _warm_up(json.loads(sys.argv[2]))
    control.send(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, LONGEST_REQUEST, 2)
        if not request:
            return
        if request == b"ready?":
            control.send(b"ready")
            continue
        answer = _start_child(shell, control, descriptors, json.loads(request))
        for descriptor in descriptors:
            os.close(descriptor)
        # By this descriptor the grader ends the child, whatever the child does; its number means nothing outside.
        child = [os.pidfd_open(answer["pid"])] if "pid" in answer and "error" not in answer else []
        socket.send_fds(control, [json.dumps(answer).encode()], child)
        for descriptor in child:
            os.close(descriptor)


def _warm_up(modules: list[str]) -> NotebookShell:
    for module in modules:
        importlib.import_module(module)
    shell = make_shell()
    # A first figure loads what the later ones need.
    shell.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('$x$'); plt.show()", 1, 10**6, 10**7)
    shell.run("1 +", 1, 10**6, 10**7)
    shell.run("1 / 0", 1, 10**6, 10**7)
    shell.reset(new_session=True)
    gc.collect()
    gc.freeze()
    return shell


def _start_child(shell: NotebookShell, control: socket.socket, pipes: list[int], limits: dict) -> dict:
    """Fork a child into namespaces of its own, and give its process id, or the error that kept it from starting.

    It takes two forks: only a child of the process that asked for a process namespace is in it.
    """
    report, answer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            control.close()
            if not TRUSTED:
                isolation.unshare()
            child = os.fork()
            if child == 0:
                _be_child(shell, pipes, limits, answer)
            os.write(answer, json.dumps({"pid": child}).encode() + b"\n")
        except BaseException as error:  # noqa: BLE001, the grader hears of it
            os.write(answer, json.dumps({"error": str(error)}).encode() + b"\n")
        finally:
            os._exit(0)
    os.close(answer)
    os.waitpid(first, 0)
    with open(report) as lines:
        result: dict = {}
        for line in lines:
            result.update(json.loads(line))
    return result


def _be_child(shell: NotebookShell, pipes: list[int], limits: dict, answer: int) -> None:
    try:
        enter = isolation.limit_only if TRUSTED else isolation.enter
        enter(limits, keep=(*pipes, answer))
        os.write(answer, b'{"shut in": true}\n')
        os.close(answer)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        serve(shell, Channel(*pipes), limits)
    except BaseException as error:  # noqa: BLE001, the grader hears of it
        # Once it serves, `answer` is closed, and the grader sees that the wire is.
        with contextlib.suppress(OSError):
            os.write(answer, json.dumps({"error": str(error)}).encode() + b"\n")
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
