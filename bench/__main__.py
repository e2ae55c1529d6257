"""`python -m bench N`: the speeds of grading on the same N submissions, one way after the other, as a table.

Each way runs in processes of its own on a copy of one generated class; starting them counts. The last three rows
are execution alone, in one process: the difference between the first two of them is the cost of the sandbox, and the
difference between the last two is the cost of the wire and of the processes around it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.generated_class import ASSIGNMENT, make_class
from bench.ways import WAYS
from grading.classroom import ROOT


def main() -> None:
    """Generate a class, grade it in each way, and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("n", type=int, nargs="?", default=100, help="submissions")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="only these")
    asked = parser.parse_args()
    print(f"{asked.n} submissions of {ASSIGNMENT} on {len(os.sched_getaffinity(0))} processors\n")
    print(f"{'':52}{'seconds':>9}{'a notebook':>12}{'CPU':>8}{'times':>8}")
    with tempfile.TemporaryDirectory() as folder:
        make_class(Path(folder) / "class", asked.n)
        slowest = None
        for way in asked.ways:
            shutil.copytree(Path(folder) / "class", Path(folder) / way)
            seconds, processor = _measure(way, Path(folder) / way)
            slowest = slowest or seconds
            each = f"{seconds / asked.n:10.3f} s{processor / asked.n:7.3f}s"
            print(f"{WAYS[way].__doc__:52}{seconds:9.1f}{each}{slowest / seconds:7.1f}x", flush=True)
            shutil.rmtree(Path(folder) / way)


def _measure(way: str, folder: Path) -> tuple[float, float]:
    """Return the seconds that a way takes: by the clock, and of processor time."""
    command = [sys.executable, "-m", "bench.ways", way, str(folder)]
    with tempfile.TemporaryFile() as log:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise SystemExit(f"{way} failed:\n{log.read()[-3000:].decode(errors='replace')}")
    return seconds, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
