"""Workers for a class: one `concurrent.futures.Executor`, a few tasks under way, and none lost with its worker."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count, islice
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grading.running.submission import Graded, Task, grade_submission

# Gives an executor, and how many submissions it can grade at a time.
OpenExecutor = Callable[[], AbstractContextManager[tuple[Executor, int]]]


def enough_processes(workers: int | None, tasks: int) -> OpenExecutor:
    """Give processes on this machine: so many, by default one for each processor, and no more than there are tasks."""
    return partial(local_processes, min(workers or len(os.sched_getaffinity(0)), tasks))


@contextmanager
def local_processes(workers: int) -> Iterator[tuple[Executor, int]]:
    """Open a pool of processes on this machine."""
    # Forks of a fresh interpreter, which imports nbgrader once: a fork of this one would share its gradebook.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([grade_submission.__module__])
    with TemporaryDirectory(prefix="grading-") as folder:
        pool = _PoolByFiles(Path(folder), workers, mp_context=context, initializer=_begin_worker)
        try:
            yield pool, workers
        finally:
            pool.shutdown(cancel_futures=True)


class _PoolByFiles(ProcessPoolExecutor):
    """A pool whose tasks and results lie in files; only their names go through its pipes.

    Who is killed while a pipe is full, or in the middle of a message, leaves the pool waiting for the rest without end
    (CPython 94777). Names always fit, and are written at once.
    """

    def __init__(self, folder: Path, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._folder, self._numbers = folder, count()

    def submit(self, function: Callable[[Task], Graded], task: Task) -> Future[Graded]:
        """Start a task."""
        file = self._folder / str(next(self._numbers))
        file.write_bytes(pickle.dumps(task))
        result: Future[Graded] = Future()
        super().submit(_by_file, function, file).add_done_callback(partial(_read_into, result, file))
        return result


def _by_file(function: Callable[[Task], Graded], file: Path) -> None:
    result = function(pickle.loads(file.read_bytes()))
    file.write_bytes(pickle.dumps(result))


def _read_into(result: Future[Graded], file: Path, done: Future[None]) -> None:
    try:
        done.result()
        result.set_result(pickle.loads(file.read_bytes()))
    except BaseException as error:  # noqa: BLE001, it belongs to who asks for the result
        result.set_exception(error)
    file.unlink(missing_ok=True)


@contextmanager
def dask_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Open a running dask cluster, by its scheduler's address; its workers need the project and bubblewrap.

    Raises:
        OSError: nobody answers there.
    """
    from distributed import Client  # an import of a second, for those who have a cluster

    with Client(address, timeout=10, set_as_default=False) as client:
        # Each run draws its hidden cases afresh: a result is not taken from an earlier one.
        yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))


def _begin_worker() -> None:
    # Ctrl-C reaches all processes; what the worker has in hand is finished, and the coordinator decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_coordinator, daemon=True).start()


def _end_with_the_coordinator() -> None:
    """Leave when the coordinator is gone, even by force; the zygote follows when its socket closes."""
    wait_for([multiprocessing.parent_process().sentinel])
    os._exit(1)


def graded(tasks: Iterable[Task], open_executor: OpenExecutor) -> Iterator[tuple[Task, Graded]]:
    """Grade submissions, and give each with its result, in the order in which they are done.

    What a lost worker may have had in hand is tried again, one at a time; who loses a worker then as well has failed,
    and the others go on.

    Args:
        tasks: taken as they are needed.
        open_executor: gives workers, and others when they are lost.
    """
    tasks, suspects = iter(tasks), []
    while True:
        with open_executor() as (executor, workers):
            in_hand: list[Task] = []
            try:
                yield from _windowed(iter(suspects), executor, 1, in_hand)
                suspects = []
                yield from _windowed(tasks, executor, 2 * workers, in_hand)
                return
            except BrokenExecutor:
                if suspects:
                    (culprit,) = in_hand
                    suspects = suspects[suspects.index(culprit) + 1 :]
                    yield culprit, Graded("Its worker was lost, twice.")
                else:
                    suspects = in_hand


def _windowed(
    tasks: Iterator[Task], executor: Executor, width: int, in_hand: list[Task]
) -> Iterator[tuple[Task, Graded]]:
    running: dict[Future[Graded], Task] = {}
    while True:
        for task in islice(tasks, width - len(running)):
            in_hand.append(task)
            running[executor.submit(grade_submission, task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            result = _result(future)
            task = running.pop(future)
            in_hand.remove(task)
            yield task, result


def _result(future: Future[Graded]) -> Graded:
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except Exception as error:  # noqa: BLE001, one submission's trouble does not stop the others
        return Graded(f"{type(error).__name__}: {error}")
