"""The zygotes of this process, started when they are needed."""

import atexit
import threading

from grading.sandbox.launch import Zygote
from grading.sandbox.trusted import TrustedZygote

_shared: dict[bool, Zygote] = {}
_starting = threading.Lock()


def shared_zygote(trusted: bool = False) -> Zygote:
    """Return this process's zygote, and start it first if necessary.

    Args:
        trusted: whether it does without a sandbox.

    Raises:
        SandboxError: it did not start.
    """
    with _starting:
        if trusted not in _shared:
            _shared[trusted] = TrustedZygote() if trusted else Zygote()
        return _shared[trusted]


def close_shared_zygote(trusted: bool = False) -> None:
    """End this process's zygote, if it has one; `shared_zygote` then starts another.

    Args:
        trusted: whether to end the one without a sandbox.
    """
    with _starting:
        if trusted in _shared:
            _shared.pop(trusted).close()


@atexit.register
def _close_all() -> None:
    for zygote in _shared.values():
        zygote.close()
