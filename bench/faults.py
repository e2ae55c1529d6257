"""`python -m bench.faults N TIMES`: grade N submissions while coordinator, workers and zygotes are killed at random.

Each time one of them is killed at a random moment, the run is taken up again until it finishes, and every mark must be
there once and right.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from grading.classroom import Classroom
from tests.released import answered
from tests.running.test_faults import descendants, start_grading
from tests.small_class import copy_class, make_class, records, wrong


def main() -> None:
    """Kill and take up, and print a line a time."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("n", type=int, nargs="?", default=200, help="submissions")
    parser.add_argument("times", type=int, nargs="?", default=10, help="runs")
    parser.add_argument("--seconds", type=float, default=20.0, help="until something is killed, at most")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        students = {f"student-{number:05}": wrong() if number % 3 == 0 else answered() for number in range(asked.n)}
        fresh = make_class(Path(folder) / "fresh", students)
        for number in range(asked.times):
            classroom = copy_class(fresh, Path(folder) / f"run-{number}")
            killed = _grade_to_the_end(classroom, asked.seconds)
            _check(classroom, list(students))
            print(f"run {number + 1}: killed {killed or 'nothing'}; all {asked.n} marks once and right", flush=True)
            shutil.rmtree(classroom.directory)


def _grade_to_the_end(classroom: Classroom, seconds: float) -> list[str]:
    killed = []
    while True:
        run = start_grading(classroom)
        time.sleep(random.uniform(0.2, 1) * seconds)
        family = descendants(run.pid)
        if run.poll() is None and len(killed) < 5:
            victim = random.choice(list(family))
            killed.append(_name(family[victim]))
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        run.communicate()
        if run.returncode == 0:
            return killed


def _name(command: str) -> str:
    names = {"bwrap": "bubblewrap", "zygote.py": "a zygote", "forkserver": "a worker", "-m grading": "the coordinator"}
    return next((name for word, name in names.items() if word in command), "another process")


def _check(classroom: Classroom, students: list[str]) -> None:
    found = records(classroom)
    assert sorted(found) == students
    for number, student in enumerate(students):
        earned = sum(grade[1] or 0 for grade in found[student]["grades"])
        assert earned == (6 if number % 3 == 0 else 11), (student, found[student])


if __name__ == "__main__":
    main()
