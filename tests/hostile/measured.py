"""Run a command for some seconds at most and write down the most that one process of the grader took for itself.

What runs in the sandbox has limits of its own and is not counted.
"""

import json
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

SANDBOX = "bwrap"
SECONDS_BETWEEN_LOOKS = 0.2


def main() -> int:
    """Run the command and return its exit status, or 1 if it had to be ended."""
    written, seconds, *command = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    process = subprocess.Popen(command, start_new_session=True)
    megabytes = cpu_seconds = 0.0
    while process.poll() is None and time.monotonic() < end:
        for one in _of_the_grader(psutil.Process(process.pid)):
            with suppress(psutil.Error, OSError):
                times = one.cpu_times()
                cpu_seconds = max(cpu_seconds, times.user + times.system)
                megabytes = max(megabytes, _most_megabytes(one.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_BETWEEN_LOOKS)
    Path(written).write_text(json.dumps({"megabytes": megabytes, "cpu_seconds": cpu_seconds}))
    if process.poll() is None:
        process.kill()
        return 1
    return process.returncode


def _of_the_grader(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        if process.name() != SANDBOX:
            return [process, *(one for child in process.children() for one in _of_the_grader(child))]
    return []


def _most_megabytes(pid: int) -> float:
    peak = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(peak[1]) / 1024 if peak else 0.0


if __name__ == "__main__":
    sys.exit(main())
