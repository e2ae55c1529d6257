"""Workers for a class: one `concurrent.futures.Executor`, a few tasks at a time, none of them lost with its worker."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count, islice
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

from grading.running.submission import Graded, Task, grade_submission

P = ParamSpec("P")
T = TypeVar("T")

# Opens an executor, and says how many submissions it can grade at a time.
OpenExecutor = Callable[[], AbstractContextManager[tuple[Executor, int]]]


def enough_processes(workers: int | None, tasks: int) -> OpenExecutor:
    """Return what opens processes on this machine, but no more than there are tasks.

    Args:
        workers: processes; by default one per processor.
        tasks: how many there are.
    """
    return partial(local_processes, min(workers or processors(), tasks))


def processors() -> int:
    """Return how many processors this process may use."""
    # Linux alone says so before Python 3.13.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def local_processes(workers: int) -> Iterator[tuple[Executor, int]]:
    """Open a pool of processes on this machine."""
    context = _start_method()
    with TemporaryDirectory(prefix="grading-") as folder:
        pool = _PoolByFiles(Path(folder), workers, mp_context=context, initializer=_begin_worker)
        try:
            yield pool, workers
        finally:
            pool.shutdown(cancel_futures=True)


def _start_method() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    # Forks of a fresh interpreter that imports nbgrader once; a fork of this one would share its gradebook.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([grade_submission.__module__])
    return context


class _PoolByFiles(ProcessPoolExecutor):
    """A pool whose tasks and results are in files; only the files' names go through its pipes.

    A worker killed while a pipe is full would leave the pool waiting forever (CPython issue 94777, fixed in 3.11.5 and
    3.12), and so would one killed in the middle of writing a result (not fixed as of 3.13, so this class stays). A name
    always fits and is written at once.
    """

    def __init__(self, folder: Path, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._folder, self._numbers = folder, count()

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a call."""
        file = self._folder / str(next(self._numbers))
        file.write_bytes(pickle.dumps(partial(function, *args, **kwargs)))
        result: Future[T] = Future()
        super().submit(_call_from_file, file).add_done_callback(partial(_read_result, result, file))
        return result


def _call_from_file(file: Path) -> None:
    call = pickle.loads(file.read_bytes())
    file.write_bytes(pickle.dumps(call()))


def _read_result(result: Future[T], file: Path, done: Future[None]) -> None:
    try:
        done.result()
        result.set_result(pickle.loads(file.read_bytes()))
    except BaseException as error:  # noqa: BLE001, it belongs to whoever asks for the result
        result.set_exception(error)
    file.unlink(missing_ok=True)


@contextmanager
def dask_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Open a running dask cluster by its scheduler's address. Its workers need the project and bubblewrap.

    Raises:
        OSError: nobody answers at the address.
    """
    from distributed import Client  # takes a second to import, which only those with a cluster should wait

    with Client(address, timeout=10, set_as_default=False) as client:
        # Each run draws new hidden cases, so a result must not be taken from an earlier one.
        yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))


def _begin_worker() -> None:
    # Ctrl-C reaches all processes. Workers finish what they have in hand, and the coordinator decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_coordinator, daemon=True).start()


def _end_with_the_coordinator() -> None:
    """Leave when the coordinator is gone, even by force; the zygote follows when its socket closes."""
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None
    wait_for([coordinator.sentinel])
    os._exit(1)


def graded(tasks: Iterable[Task], open_executor: OpenExecutor) -> Generator[tuple[Task, Graded]]:
    """Grade submissions and yield each with its result, in the order in which they are done.

    What a lost worker may have had in hand is tried again, one at a time. A task that loses a worker then, too, has
    failed, and the others go on.

    Args:
        tasks: taken as they are needed.
        open_executor: opens workers, and others when they are lost.
    """
    tasks = iter(tasks)
    suspects: list[Task] = []
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
