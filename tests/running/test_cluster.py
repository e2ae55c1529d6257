"""Grading on a dask cluster: a scheduler and two workers, each a process of its own, on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from grading.classroom import ROOT
from grading.running.grade import grade, waiting
from grading.running.pool import dask_cluster
from tests.commands import start
from tests.released import answered
from tests.running.faults import GRANTED, HAPPENED, faulty, times
from tests.small_class import make_class, records, wrong

SECONDS_TO_START = 90


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    started = []

    # Workers know the tests' own faults; what ends a worker shall end no second one.
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    environment |= {HAPPENED: str(tmp_path), GRANTED: "1"}

    def start(*arguments: str) -> None:
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))

    file = tmp_path / "scheduler.json"
    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        for name in ("one", "two"):
            start(
                "dask_worker",
                *("--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name),
                *("--local-directory", str(tmp_path / name)),
            )
        yield _address(file)
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def _address(file: Path) -> str:
    from distributed import Client

    deadline = time.monotonic() + SECONDS_TO_START
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=SECONDS_TO_START)
        return client.scheduler.address


def test_a_class_is_graded_on_a_cluster(address: str, tmp_path: Path) -> None:
    classroom = make_class(tmp_path / "class", {"ada": answered(), "euler": wrong(), "gauss": answered()})
    assert grade(classroom, open_executor=partial(dask_cluster, address)) == {}
    found = records(classroom)
    earned = {student: sum(grade[1] or 0 for grade in found[student]["grades"]) for student in found}
    assert earned == {"ada": 11, "euler": 6, "gauss": 11}


def test_what_ends_a_worker_of_the_cluster_is_tried_here(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HAPPENED, str(tmp_path))
    monkeypatch.setenv(GRANTED, "1")
    classroom = make_class(tmp_path / "class", {"ada": answered(), "bob": faulty("compute"), "cleo": answered()})
    # A process of its own: the workers that it starts have the environment of now.
    run = start(classroom, "grade", "--scheduler", address, module="tests.running.faults")
    _, said = run.communicate(timeout=200)
    assert run.returncode == 0, said
    assert times("compute") == 2
    found = records(classroom)
    earned = {student: sum(grade[1] or 0 for grade in found[student]["grades"]) for student in found}
    assert earned == {"ada": 11, "bob": 0, "cleo": 11}
    assert waiting(classroom) == []


def test_nobody_at_the_address() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from grading.running import pool\nwith pool.dask_cluster('tcp://127.0.0.1:9'): 0",
        ],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert "OSError" in run.stderr
