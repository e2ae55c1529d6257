"""`python -m bench.faults N TIMES`: grade N submissions while coordinator, workers and zygotes are killed at random.

After each kill, grading is started again until it finishes. Every mark must then be in the gradebook once, and must be
what an undisturbed run gives.
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from bench.generated_class import ASSIGNMENT, make_class
from grading.classroom import ROOT, Classroom
from grading.running.grade import grade

# The words by which the commands of processes are recognized.
NAMES = {"bwrap": "bubblewrap", "zygote.py": "a zygote", "forkserver": "a worker", "-m grading": "the coordinator"}
KILLS_PER_RUN = 5

Marks = list[tuple[str, list[tuple[str, float | None]]]]


def main() -> None:
    """Kill and restart grading as often as asked, and print a line for each time."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("n", type=int, nargs="?", default=200, help="submissions")
    parser.add_argument("times", type=int, nargs="?", default=10, help="runs")
    parser.add_argument("--seconds", type=float, default=20.0, help="until something is killed, at most")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = make_class(Path(folder) / "fresh", asked.n)
        undisturbed = _copy(fresh, Path(folder) / "undisturbed")
        assert grade(undisturbed) == {}
        expected = _marks(undisturbed)
        assert len(expected) == asked.n
        for number in range(asked.times):
            classroom = _copy(fresh, Path(folder) / f"run-{number}")
            killed = _grade_to_the_end(classroom, asked.seconds)
            assert _marks(classroom) == expected
            print(f"run {number + 1}: killed {killed or 'nothing'}; all {asked.n} marks once and right", flush=True)
            shutil.rmtree(classroom.directory)


def _copy(classroom: Classroom, folder: Path) -> Classroom:
    shutil.copytree(classroom.directory, folder)
    return Classroom(folder)


def _grade_to_the_end(classroom: Classroom, seconds: float) -> list[str]:
    command = [sys.executable, "-m", "grading", "--classroom", str(classroom.directory), "grade", "--workers", "2"]
    killed: list[str] = []
    while True:
        run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            run.wait(timeout=random.uniform(0.2, 1) * seconds)
        if run.poll() is None and len(killed) < KILLS_PER_RUN:
            with suppress(psutil.NoSuchProcess):
                coordinator = psutil.Process(run.pid)
                victim = random.choice([coordinator, *coordinator.children(recursive=True)])
                name = _name(victim)
                victim.kill()
                killed.append(name)
        if run.wait() == 0:
            return killed


def _name(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((name for word, name in NAMES.items() if word in command), "another process")


def _marks(classroom: Classroom) -> Marks:
    """Return each submission's student, and the automatic marks of its cells."""
    with classroom.gradebook() as gradebook:
        return sorted(
            (submission.student_id, sorted((mark.name, mark.auto_score) for mark in submission.notebooks[0].grades))
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
        )


if __name__ == "__main__":
    main()
