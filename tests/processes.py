"""The processes that a process has started."""

from contextlib import suppress

import psutil


def descendants(pid: int) -> dict[int, str]:
    """Return {process id: command} of a process and of everything it has started, itself first."""
    process = psutil.Process(pid)
    commands = {}
    for member in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            commands[member.pid] = " ".join(member.cmdline())
    return commands
