"""The bounds of a process that grades a submission.

The kernel holds them, because a process can't watch itself while C code runs in it: a regular expression, a decoder, a
sort. Whoever passes one is ended.
"""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grading.sandbox.limits import MEBIBYTE, START_SECONDS, Limits

# For all of the grader's own steps with a submission; an ordinary one takes a quarter of a second.
CPU_SECONDS = 60.0
# A warm worker has 130 MiB. Besides what is counted here, libraries and memory that was reserved before take up to 50.
MEMORY_BYTES = 400 * MEBIBYTE
# Exit status of a process that may not have more memory.
OUT_OF_MEMORY = 3
# On a busy machine, a process gets so much less of a processor than it could use.
BUSY = 5

# How a process ends by what it does, and not because somebody else ends it. By name: not every system has them all.
_THROUGH_ITS_TASK = {
    "SIGPROF": f"grading it took more than {CPU_SECONDS:g} seconds of processor time",
    "SIGALRM": "grading it did not come to an end",
    **dict.fromkeys(("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL"), "the grader crashed"),
}


def longest_wait(limits: Limits) -> float:
    """Return the seconds by the clock after which a submission isn't being graded any more, but stuck.

    Args:
        limits: of the submission. Besides, a zygote may have to start, and start again after a loss, and the grader's
            own steps take longer on a busy machine.
    """
    return 2 * START_SECONDS + limits.longest_seconds + BUSY * CPU_SECONDS


@contextmanager
def guarded(seconds: float) -> Iterator[None]:
    """End this process if the block takes too long, too much processor time or too much memory.

    Memory that was allocated before is counted, too. Whoever asks for more gets a MemoryError, and if nobody handles
    it, the process ends with `OUT_OF_MEMORY`: libraries rarely survive it in order. Systems other than Linux don't
    grade submissions and have no such bounds.

    Args:
        seconds: by the clock.
    """
    if sys.platform != "linux":
        yield
        return
    import resource  # Windows has none

    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes(), before[1]))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, before)


class EndWithoutMemory(logging.Handler):
    """Ends this process when a MemoryError is being handled, in the way of nbgrader: by telling its log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Look at the exception that is being handled, and not at the record."""
        if isinstance(sys.exc_info()[1], MemoryError):
            os._exit(OUT_OF_MEMORY)


def _data_bytes() -> int:
    """Return how much memory this process may allocate until it has `MEMORY_BYTES`, with what it has allocated."""
    _, resident, _, _, _, data, _ = map(int, Path("/proc/self/statm").read_text().split())
    return (data - resident) * os.sysconf("SC_PAGE_SIZE") + MEMORY_BYTES


def through_its_task(exitcode: int | None) -> str | None:
    """Return what a task did to its process, as a clause; None if it was ended from outside, or nobody knows.

    A process that the kernel ends because the machine has no memory left, or that somebody ends, says nothing about its
    task.

    Args:
        exitcode: of the process, negative for a signal; None if it isn't known.
    """
    if exitcode == OUT_OF_MEMORY:
        return f"grading it needed more than {MEMORY_BYTES // MEBIBYTE} MB of memory"
    return _THROUGH_ITS_TASK.get(signal.Signals(-exitcode).name) if exitcode and exitcode < 0 else None
