"""`python -m bench.coordinator N ...`: the cost of the process that hands out submissions and writes their marks.

Only one submission is graded; its result stands in for all the others, so that no worker's time or memory counts.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bench.generated_class import ASSIGNMENT, make_class
from grading.classroom import ROOT
from grading.running.grade import grade
from grading.running.pool import local_processes
from grading.running.rows import Rows
from grading.running.submission import Graded, Task


def main() -> None:
    """Run each number of submissions in a process of its own, and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.coordinator", description=__doc__)
    parser.add_argument("n", type=int, nargs="*", default=[100, 1000, 5000], help="submissions")
    print(f"{'submissions':>11}{'CPU, each':>12}{'peak memory':>14}", flush=True)
    for n in parser.parse_args().n:
        command = [sys.executable, "-c", f"import bench.coordinator as c; c.measure({n})"]
        subprocess.run(command, cwd=ROOT, check=True)


def measure(n: int) -> None:
    """Grade a class of `n` with one result for all, and print the CPU time per submission and the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        classroom = make_class(Path(folder), n)
        before = _seconds()
        assert grade(classroom, open_executor=_stand_ins) == {}
        milliseconds = 1000 * (_seconds() - before) / n
        with classroom.gradebook() as gradebook:
            assert len(gradebook.assignment_submissions(ASSIGNMENT)) == n
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n:>11}{milliseconds:>9.1f} ms{megabytes:>11.0f} MB", flush=True)


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class _StandIns(Executor):
    def __init__(self) -> None:
        self._model: Graded | None = None

    # Only grading submits here, and only tasks.
    def submit(self, function: Callable[[Task], Graded], task: Task) -> Future[Graded]:  # type: ignore[override]  # narrower on purpose
        if self._model is None:
            self._model = _in_another_process(function, task)
        done: Future[Graded] = Future()
        done.set_result(replace(self._model, after=_as_of(task.submission.student, self._model.after)))
        return done


@contextmanager
def _stand_ins() -> Iterator[tuple[Executor, int]]:
    yield _StandIns(), 2


def _in_another_process(function: Callable[[Task], Graded], task: Task) -> Graded:
    with local_processes(1) as (executor, _):
        return executor.submit(function, task).result()


def _as_of(student: str, rows: Rows) -> Rows:
    """Return a submission's rows with new ids, and as those of `student`."""
    ids = {row["id"]: uuid4().hex for name, table in rows.items() if name != "student" for row in table}
    ids[rows["student"][0]["id"]] = student

    def renamed(value: object) -> object:
        return ids.get(value, value) if isinstance(value, str) else value

    return {name: [{key: renamed(value) for key, value in row.items()} for row in each] for name, each in rows.items()}


if __name__ == "__main__":
    main()
