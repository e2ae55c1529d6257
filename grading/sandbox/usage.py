"""What the processes of a submission use, as the kernel tells it from outside, through a folder /proc."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# Process, thread.
Task = tuple[int, int]

# Written by the kernel in kB. Page tables are memory, too, and a process can make many for few pages.
_HELD = (b"RssAnon:", b"RssShmem:", b"VmSwap:", b"VmPTE:")
_SHARE_OF_HELD = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
# What may wait in a socket, if the kernel doesn't tell: it doesn't in a container.
_USUAL_SOCKET_BYTES = 212_992


@dataclass(frozen=True)
class Usage:
    """What the processes of a submission have used so far, and hold now.

    Attributes:
        processor_seconds: of all processes, also of those that have ended.
        waited_seconds: of each thread, in which it could have run, but all processors were taken.
        memory_bytes: of all processes, an upper bound: memory that processes share counts for each of them.
        socket_bytes: that may wait in sockets, which are in no process's account.
        faults: pages that the processes have asked for so far, however they did it. In the sandbox all pages are small.
    """

    processor_seconds: float = 0.0
    waited_seconds: dict[Task, float] = field(default_factory=dict)
    memory_bytes: int = 0
    socket_bytes: int = 0
    faults: int = 0

    def longest_wait(self, before: "Usage") -> float:
        """Return the seconds that one of the threads has waited since an earlier look, the most of all threads."""
        waited = self.waited_seconds.items()
        return max((seconds - before.waited_seconds.get(task, 0.0) for task, seconds in waited), default=0.0)


class Processes:
    """The processes of one submission.

    What a process has used is added to its parent's account when the parent waits for it, so nothing gets lost as long
    as no parent can tell the kernel to throw the account away (`grading.sandbox.inside.seccomp` sees to that).

    Args:
        folder: descriptor of a /proc, which is closed with the last look.
        ancestor: the process that all are descended from; by default, all processes in the folder are meant.
    """

    def __init__(self, folder: int, ancestor: int | None = None) -> None:
        self._folder, self._ancestor = folder, ancestor

    def look(self) -> Usage:
        """Return what the processes use now, as far as they don't end during the look."""
        processor_seconds, memory_bytes, faults = 0.0, 0, 0
        waited: dict[Task, float] = {}
        for process in self._all():
            # Without the name in parentheses, which the process chooses itself.
            numbers = self._read(f"{process}/stat").rpartition(b")")[2].split()
            if not numbers:
                continue
            processor_seconds += sum(map(int, numbers[11:15])) / os.sysconf("SC_CLK_TCK")
            faults += sum(map(int, numbers[7:11]))
            threads = [process] if numbers[17] == b"1" else self._numbers(f"{process}/task")
            for thread in threads:
                schedule = self._read(f"{process}/task/{thread}/schedstat").split()
                if schedule:
                    waited[process, thread] = int(schedule[1]) / 1e9
            memory_bytes += self._sum(f"{process}/status", _HELD)
        return Usage(processor_seconds, waited, memory_bytes, self._socket_bytes(), faults)

    def memory_bytes(self, enough: int) -> int:
        """Return the memory of all processes together, what they share counted once; this takes milliseconds for each.

        Args:
            enough: the rest is not looked at when the sum has reached this.
        """
        total = 0
        for process in self._all():
            total += self._sum(f"{process}/smaps_rollup", _SHARE_OF_HELD)
            if total >= enough:
                break
        return total

    def close(self) -> None:
        """Close the folder."""
        os.close(self._folder)

    def _all(self) -> list[int]:
        """List the processes, parents before children.

        A child that ends during the look is missed then, and not counted twice.
        """
        if self._ancestor is None:
            return self._numbers(".")
        family = [self._ancestor]
        for process in family:
            for thread in self._numbers(f"{process}/task"):
                family += map(int, self._read(f"{process}/task/{thread}/children").split())
        return family

    def _socket_bytes(self) -> int:
        if self._ancestor is not None:
            return 0  # it would be those of the whole machine
        used = self._read("1/net/sockstat").partition(b"sockets: used ")[2].partition(b"\n")[0]
        return int(used or 0) * _socket_bytes()

    def _numbers(self, path: str) -> list[int]:
        with suppress(OSError):
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self._folder)
            try:
                return sorted(int(name) for name in os.listdir(folder) if name.isdigit())
            finally:
                os.close(folder)
        return []

    def _sum(self, path: str, names: tuple[bytes, ...]) -> int:
        lines = self._read(path).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(names)) * 1024

    def _read(self, path: str) -> bytes:
        """Return what is in a file, nothing if the process has ended."""
        with suppress(OSError):
            file = os.open(path, os.O_RDONLY, dir_fd=self._folder)
            try:
                return os.read(file, 2**16)
            finally:
                os.close(file)
        return b""


@cache
def _socket_bytes() -> int:
    """Return what may wait in one socket, which may pass its limit by one message."""
    try:
        limit = int(Path("/proc/sys/net/core/wmem_default").read_text())
    except OSError:
        limit = _USUAL_SOCKET_BYTES
    return 2 * limit
