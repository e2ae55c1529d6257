"""A submission that makes the grader's own process hang, grow or crash costs its own points, and nobody else's."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path

import pytest

from grading.classroom import Classroom, Submission
from grading.execution.notebook import execute
from grading.intake.setting_aside import REFUSED
from grading.running import guard
from grading.running.feedback_pages import make_pages
from grading.running.grade import grade, waiting
from grading.running.guard import OUT_OF_MEMORY, guarded, longest_wait, through_its_task
from grading.running.pool import WorkerLost, local_processes
from grading.sandbox.limits import Limits
from tests.commands import start
from tests.processes import descendants
from tests.released import ASSIGNMENT, answered, insert
from tests.results.fabricated import mark_by_hand
from tests.running.faults import FAULTS, GRANTED, HAPPENED, faulty, times
from tests.small_class import copy_class, make_class, records

# Generous: what isn't bounded here takes a quarter of an hour, or has no end.
SECONDS = 300
BLAMED = {
    "compute": "grading it took more than 60 seconds of processor time",
    "wait": "grading it did not come to an end",
    "allocate": "grading it needed more than 400 MB of memory",
    "ask-for-much": "grading it needed more than 400 MB of memory",
    "crash": "the grader crashed",
}
NOT_BLAMED = {
    "exit": "its worker ended with exit status 1",
    "be-killed": "its worker was ended by SIGKILL",
}
HONEST = ("ada", "bob", "cleo")


# --- a class ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What grading a class came to: its log of failures, what it printed, and how long it took."""

    classroom: Classroom
    failed: dict[Submission, str]
    said: str
    seconds: float

    def points(self, student: str) -> float:
        return sum(row[1] or 0 for row in records(self.classroom)[student]["grades"])

    def page(self, student: str) -> str:
        return self.classroom.feedback(student, ASSIGNMENT).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def with_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grading.running.pool.grade_submission", _by_its_name())
        patch.setenv(HAPPENED, str(tmp_path_factory.mktemp("happened")))
        patch.setenv(GRANTED, "1")
        # A server that an earlier test started would fork workers with the environment of then.
        forkserver._forkserver._stop()
        yield patch


def _by_its_name() -> Callable:
    from tests.running.faults import grade_faulty

    return grade_faulty


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, with_faults: pytest.MonkeyPatch) -> Run:
    """Grade a class in which each fault has its student, between honest ones."""
    notebooks = {**dict.fromkeys(HONEST, answered()), **{name: faulty(name) for name in FAULTS}}
    classroom = make_class(tmp_path_factory.mktemp("guarded") / "class", notebooks)
    said: list[str] = []
    with_faults.setattr("tqdm.tqdm.write", said.append)
    began = time.monotonic()
    failed = grade(classroom, workers=2)
    return Run(classroom, failed, "\n".join(said), time.monotonic() - began)


def test_everybody_else_is_graded_in_time(run: Run) -> None:
    assert [run.points(student) for student in HONEST] == [11, 11, 11]
    assert run.seconds < SECONDS


@pytest.mark.parametrize("student", BLAMED)
def test_what_ends_its_workers_gets_no_points_and_a_page_that_says_why(run: Run, student: str) -> None:
    assert run.points(student) == 0
    assert f"It was tried twice: {BLAMED[student]}." in run.page(student)
    assert f"The original is in {REFUSED}/{student}/{ASSIGNMENT}." in run.page(student)
    original = run.classroom.directory / REFUSED / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    assert f"fault: {student}." in original.read_text(encoding="utf-8")


@pytest.mark.parametrize("student", NOT_BLAMED)
def test_a_worker_that_somebody_else_ends_costs_no_points(run: Run, student: str) -> None:
    assert run.failed[student, ASSIGNMENT] == f"It was tried twice: {NOT_BLAMED[student]}."
    assert student not in records(run.classroom)
    assert not run.classroom.feedback(student, ASSIGNMENT).exists()


def test_a_worker_that_is_killed_once_costs_nothing(run: Run) -> None:
    assert run.points("be-killed-once") == 11
    assert "momentum of be-killed-once will be tried once more, alone: its worker was ended by SIGKILL." in run.said


def test_the_next_run_tries_again_only_what_is_not_graded(run: Run) -> None:
    assert {one.submission.student for one in waiting(run.classroom)} == set(NOT_BLAMED)


def test_a_page_that_cannot_be_made_stops_no_other(tmp_path: Path, with_faults: pytest.MonkeyPatch) -> None:
    classroom = make_class(tmp_path / "class", {})
    for student in HONEST:
        mark_by_hand(classroom, student, (2, 5, 4), faulty("compute") if student == "bob" else None)
    made = make_pages(classroom, workers=2)
    assert made.made == 2
    assert made.failed == {Submission("bob", ASSIGNMENT): f"It was tried twice: {BLAMED['compute']}."}
    assert not (classroom.directory / REFUSED).exists()


# --- one process -----------------------------------------------------------------------------------------------------


def _resident_and_limited() -> tuple[int, int, int]:
    """Fill the memory in small pieces, and see how much this process has then, and may have afterwards."""
    kept = []
    with guarded(60), suppress(MemoryError):
        while True:
            kept.append(bytes(2**18))
    status = Path("/proc/self/status").read_text()
    resident = int(status.split("VmHWM:")[1].split()[0]) // 1024
    return resident, len(kept), resource.getrlimit(resource.RLIMIT_DATA)[0]


def test_a_process_stays_below_the_memory_that_is_promised_and_is_free_afterwards() -> None:
    with local_processes(1) as (executor, _):
        resident, pieces, limit = executor.submit(_resident_and_limited).result()
    assert pieces > 400
    assert resident < 450
    assert limit == resource.getrlimit(resource.RLIMIT_DATA)[0]


def _sleep_twice(seconds: float) -> str:
    with guarded(seconds):
        pass
    time.sleep(2 * seconds)
    return "awake"


def test_after_its_block_a_process_may_take_its_time() -> None:
    with local_processes(1) as (executor, _):
        assert executor.submit(_sleep_twice, 0.3).result() == "awake"


def _run_large_cell() -> str:
    notebook = answered()
    cell = insert(notebook, "x = bytes(10**9)\nprint(len(x))")
    with guarded(60):
        executed = execute(notebook).notebook
    (found,) = [one for one in executed.cells if one.source == cell.source]
    return str(found.outputs)


def test_what_runs_in_the_sandbox_has_its_own_memory() -> None:
    with local_processes(1) as (executor, _):
        assert "1000000000" in executor.submit(_run_large_cell).result()


def test_the_clock_leaves_time_for_the_submission_and_a_busy_machine() -> None:
    for limits in (Limits(), Limits(notebook_seconds=1000)):
        assert longest_wait(limits) > limits.longest_seconds + 2 * guard.CPU_SECONDS


def test_who_is_to_blame() -> None:
    blamed = (-signal.SIGPROF, -signal.SIGALRM, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, OUT_OF_MEMORY)
    others = (None, 0, 1, 255, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)
    assert all(map(through_its_task, blamed))
    assert not any(map(through_its_task, others))


# --- the pool --------------------------------------------------------------------------------------------------------


def _leave(code: int) -> None:
    os._exit(code)


def _send_half_a_result() -> None:
    pipe = sys._getframe(1).f_locals["pipe"]
    os.write(pipe.fileno(), (10**6).to_bytes(4) + b"half")
    os._exit(7)


def test_a_lost_worker_fails_its_own_call_and_another_takes_its_place() -> None:
    with local_processes(1) as (executor, _):
        lost = [executor.submit(_leave, 5), executor.submit(_send_half_a_result)]
        assert executor.submit(os.getppid).result() > 0
        assert [type(one.exception()) for one in lost] == [WorkerLost, WorkerLost]
        assert [one.exception().exitcode for one in lost] == [5, 7]


def test_the_pool_ends_without_waiting_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with local_processes(2) as (executor, _):
        pids = [executor.submit(os.getpid).result()]
        hanging = executor.submit(time.sleep, 1000)
        queued = [executor.submit(time.sleep, 1000) for _ in range(3)]
        began = time.monotonic()
    assert time.monotonic() - began < 10
    assert isinstance(hanging.exception(), WorkerLost)
    assert all(one.cancelled() or isinstance(one.exception(), WorkerLost) for one in queued)
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert list(tmp_path.iterdir()) == []


# --- Ctrl-C ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Make a class whose first submission is honest; the others hang, some in C code, the others waiting."""
    classroom = make_class(tmp_path_factory.mktemp("hanging") / "class", {})
    for student, fault in (("ada", None), ("bob", "compute"), ("cleo", "wait")):
        mark_by_hand(classroom, student, (2, 5, 4), faulty(fault) if fault else None)
    return classroom


@pytest.mark.parametrize("step", ["grade", "feedback"])
def test_ctrl_c_ends_the_command_whatever_its_workers_do(
    hanging: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    classroom = copy_class(hanging, tmp_path / "class")
    monkeypatch.setenv(HAPPENED, str(tmp_path))
    monkeypatch.setenv(GRANTED, str(SECONDS))
    run = start(classroom, step, "--workers", "2", module="tests.running.faults")
    while not (times("compute") and times("wait")) and run.poll() is None:
        time.sleep(0.1)
    family = descendants(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    began = time.monotonic()
    time.sleep(0.2)
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=SECONDS)
    assert time.monotonic() - began < 10
    assert run.returncode == 130, said
    assert "Interrupted. What is written stays; run it again." in said
    assert "Traceback" not in said
    assert classroom.feedback("ada", ASSIGNMENT).exists()
    assert len(family) > 3
    while any(Path(f"/proc/{pid}").exists() for pid in family):
        assert time.monotonic() - began < 10
        time.sleep(0.1)
