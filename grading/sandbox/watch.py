"""Watching from outside what a submission uses: it is interrupted when it is late, and ended if it takes too much."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grading.sandbox.inside.limits import SHARED_MEMORY_BYTES
from grading.sandbox.launch import Child
from grading.sandbox.limits import (
    BURST_SECONDS,
    GRACE_SECONDS,
    LOOK_SECONDS,
    MEBIBYTE,
    STEP_SECONDS,
    WAITING_COUNTS,
    Limits,
)
from grading.sandbox.usage import Usage

# What processes share counts once, but looking who shares what takes a while. If the sum without looking is so many
# times the limit, it isn't worth it: an honest notebook and its copies come nowhere near.
MANY_TIMES = 4


@dataclass
class Meter:
    """What one submission has used, over all its processes, one after the other.

    Attributes:
        seconds: of its own time, as `Limits` explains it.
        burst_seconds: of processor time above one processor's.
    """

    seconds: float = 0.0
    burst_seconds: float = 0.0

    def add(self, passed: float, asked: float, used: float, waited: float) -> None:
        """Count what happened since the last look.

        Args:
            passed: seconds by the clock.
            asked: seconds of them in which the grader waited for the submission.
            used: seconds of processor time.
            waited: seconds in which the submission waited for a processor.
        """
        self.seconds += max(used, asked - waited, asked * WAITING_COUNTS)
        self.burst_seconds = max(0.0, self.burst_seconds + used - passed)


class Patience:
    """How long the grader waits for a reply.

    Attributes:
        deadline: by the clock of `time.monotonic`; it passes only if the submission could be neither interrupted nor
            ended.
    """

    def __init__(self, until: float, seconds: float) -> None:
        """Begin to wait.

        Args:
            until: the seconds on the submission's meter at which it is interrupted.
            seconds: from now until then.
        """
        self.until = until
        self.counted_until = time.monotonic()
        self.deadline = self.counted_until + seconds / WAITING_COUNTS + STEP_SECONDS
        self.interrupted_at: float | None = None

    @property
    def late(self) -> bool:
        """Whether the submission was interrupted."""
        return self.interrupted_at is not None


class Watch:
    """Looks at a child again and again, in a thread of its own, even while nobody waits for a reply.

    Args:
        child: whose processes are watched.
        limits: of the submission.
        meter: of the submission; it goes on from where an earlier child left it.

    Attributes:
        verdict: why the child was ended, as a clause; None if it wasn't, or only for being late.
    """

    def __init__(self, child: Child, limits: Limits, meter: Meter) -> None:
        self._child, self._limits, self._meter = child, limits, meter
        self.verdict: str | None = None
        self._patience: Patience | None = None
        # When it was last measured, and the pages that its processes had asked for by then.
        self._measured_bytes, self._faults_before = limits.all_memory_bytes, 0
        # Seconds in which the grader has waited for replies since the last look.
        self._asked = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look_again_and_again, daemon=True)
        self._thread.start()

    @contextmanager
    def patience(self, seconds: float) -> Iterator[Patience]:
        """Interrupt the child if this block lasts too long, and end it if that doesn't help.

        Args:
            seconds: of the submission's own time.
        """
        with self._lock:
            patience = self._patience = Patience(self._meter.seconds + seconds, seconds)
        try:
            yield patience
        finally:
            with self._lock:
                self._asked += time.monotonic() - patience.counted_until
                self._patience = None

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        self._thread.join()

    def _look_again_and_again(self) -> None:
        before, highest, then = Usage(), 0.0, time.monotonic()
        while not self._stopped.wait(LOOK_SECONDS):
            usage, now = self._child.processes.look(), time.monotonic()
            # A process that ended during a look is missing from it, but not from the next one.
            used = max(0.0, usage.processor_seconds - highest)
            self._meter.add(now - then, self._asked_since_last_look(now), used, usage.longest_wait(before))
            self.verdict = self._judge(usage)
            if self.verdict or self._ignores_interrupt(now):
                self._child.kill()
                return
            before, highest, then = usage, highest + used, now

    def _asked_since_last_look(self, now: float) -> float:
        with self._lock:
            asked, self._asked = self._asked, 0.0
            if self._patience:
                asked += max(0.0, now - self._patience.counted_until)
                self._patience.counted_until = now
            return asked

    def _judge(self, usage: Usage) -> str | None:
        if self._meter.burst_seconds > BURST_SECONDS:
            return "its processes used more than one processor for too long"
        if self._takes_too_much_memory(usage):
            return f"its processes took {self._limits.all_memory_bytes // MEBIBYTE} MiB of memory together"
        return None

    def _takes_too_much_memory(self, usage: Usage) -> bool:
        files = self._limits.all_files_bytes + SHARED_MEMORY_BYTES
        rest = self._limits.all_memory_bytes - files - usage.socket_bytes
        if usage.memory_bytes < rest or usage.memory_bytes >= MANY_TIMES * rest:
            return usage.memory_bytes >= rest
        at_most = self._measured_bytes + (usage.faults - self._faults_before) * os.sysconf("SC_PAGE_SIZE")
        if at_most < rest:
            return False
        self._measured_bytes, self._faults_before = self._child.processes.memory_bytes(enough=rest), usage.faults
        return self._measured_bytes >= rest

    def _ignores_interrupt(self, now: float) -> bool:
        """Interrupt the child if it is late, and check whether it was interrupted long enough ago."""
        with self._lock:
            if self._patience is None or self._meter.seconds < self._patience.until:
                return False
            if self._patience.interrupted_at is None:
                self._patience.interrupted_at = now
                self._child.interrupt()
            return now - self._patience.interrupted_at > GRACE_SECONDS
