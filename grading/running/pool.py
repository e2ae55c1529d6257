"""Workers for a class: one `concurrent.futures.Executor`, a few tasks at a time, none of them lost with its worker."""

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Collection, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar

from tqdm import tqdm

from grading.classroom import Submission
from grading.running.guard import through_its_task
from grading.running.submission import Graded, Task, grade_submission

P = ParamSpec("P")
T = TypeVar("T")

# Opens an executor, and says how many submissions it can grade at a time.
OpenExecutor = Callable[[], AbstractContextManager[tuple[Executor, int]]]
# Makes the tasks of submissions, as they are asked for.
TasksOf = Callable[[Collection[Submission]], Iterator[Task]]

# Between a worker's last sign of life and its end, in which it prints why.
LAST_WORDS_SECONDS = 2.0


class WorkerLost(Exception):
    """A worker ended before its task.

    Attributes:
        exitcode: of its process, negative for a signal; None if nobody knows.
    """

    def __init__(self, exitcode: int | None) -> None:
        super().__init__(exitcode)
        self.exitcode = exitcode

    def __str__(self) -> str:
        if why := through_its_task(self.exitcode):
            return why
        if self.exitcode is None:
            return "its worker was lost"
        if self.exitcode < 0:
            return f"its worker was ended by {signal.Signals(-self.exitcode).name}"
        return f"its worker ended with exit status {self.exitcode}"


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
    """Open a pool of processes on this machine. What is in hand at the end is dropped, and its worker ended."""
    # Workers don't clean up when they are ended.
    folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
    with folder as name, _Workers(workers, name) as pool:
        yield pool, workers


class _Workers(ThreadPoolExecutor):
    """An executor whose threads have a worker process each, with a pipe that nobody else reads or writes.

    So whenever a worker ends, even in the middle of a result, one thread sees the end of one pipe. It starts another
    worker for its next call. A call that raises something ends its worker, too.

    Args:
        workers: how many.
        folder: for the workers' temporary files.
    """

    def __init__(self, workers: int, folder: str) -> None:
        super().__init__(workers)
        self._folder, self._context = folder, _start_method()
        self._mine = threading.local()
        # Starts and ends one process at a time: multiprocessing's books are kept for a single thread.
        self._book = threading.Lock()
        self._processes: set[BaseProcess] = set()
        self._closed = False

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start a call in one of the workers."""
        return super().submit(self._call, partial(function, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """End the workers, busy or not."""
        with self._book:
            self._closed = True
            for process in self._processes:
                process.kill()
        super().shutdown(wait, cancel_futures=cancel_futures)
        for process in self._processes:
            process.join()

    def _call(self, call: Callable[[], T]) -> T:
        try:
            process, pipe = self._worker()
        except (EOFError, OSError):
            # The server that forks workers may itself have been ended.
            raise WorkerLost(None) from None
        try:
            pipe.send(call)
            result: T = pipe.recv()
        except (EOFError, OSError):
            raise WorkerLost(self._bury(process, pipe)) from None
        return result

    def _worker(self) -> tuple[BaseProcess, Connection]:
        """Return this thread's worker, and start it first if necessary."""
        if not hasattr(self._mine, "worker"):
            with self._book:
                if self._closed:
                    raise EOFError
                pipe, theirs = self._context.Pipe()
                with theirs:
                    process = self._context.Process(target=_work, args=(theirs, self._folder), daemon=True)
                    process.start()
                self._processes.add(process)
            self._mine.worker = process, pipe
        worker: tuple[BaseProcess, Connection] = self._mine.worker
        return worker

    def _bury(self, process: BaseProcess, pipe: Connection) -> int | None:
        del self._mine.worker
        pipe.close()
        with self._book:
            self._processes.discard(process)
            process.join(LAST_WORDS_SECONDS)
            process.kill()
            process.join()
            return process.exitcode


def _start_method() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing.forkserver import ensure_running  # Windows has none

    # Forks of a fresh interpreter that imports nbgrader once; a fork of this one would share its gradebook.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([grade_submission.__module__])
    # Ctrl-C reaches all processes of a terminal. The server and its forks must not hear it, from their first moment on.
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ensure_running()
    finally:
        signal.signal(signal.SIGINT, heard)
    return context


def _work(pipe: Connection, folder: str) -> None:
    """Be a worker: do one call after the other."""
    # Ctrl-C reaches all processes, and the coordinator decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_coordinator, daemon=True).start()
    tempfile.tempdir = folder
    while True:
        try:
            call = pipe.recv()
        except EOFError:
            return
        pipe.send(call())


def _end_with_the_coordinator() -> None:
    """Leave when the coordinator is gone, even by force; the zygote follows when its socket closes."""
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None
    wait_for([coordinator.sentinel])
    os._exit(1)


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


def graded(
    tasks_of: TasksOf, submissions: Collection[Submission], open_executor: OpenExecutor
) -> Generator[tuple[Task, Graded]]:
    """Grade submissions and yield each task with its result, in the order in which they are done.

    A task whose worker was lost is tried once more at the end: on this machine, and with nothing beside it. If that
    worker is lost, too, the task has failed.

    Args:
        tasks_of: makes the tasks of submissions.
        submissions: to be graded.
        open_executor: opens workers.
    """
    lost: list[Submission] = []
    with open_executor() as (executor, workers):
        for task, result in _results(tasks_of(submissions), executor, 2 * workers):
            if isinstance(result, WorkerLost):
                student, assignment = task.submission
                tqdm.write(f"{assignment} of {student} will be tried once more, alone: {result}.")
                lost.append(task.submission)
            else:
                yield task, result
    if lost:
        with local_processes(1) as (executor, _):
            for task, result in _results(tasks_of(lost), executor, 1):
                if isinstance(result, WorkerLost):
                    blamed = through_its_task(result.exitcode) is not None
                    yield task, Graded(f"It was tried twice: {result}.", ends_workers=blamed)
                else:
                    yield task, result


def _results(tasks: Iterator[Task], executor: Executor, width: int) -> Iterator[tuple[Task, Graded | WorkerLost]]:
    """Keep so many tasks in the executor, and yield each with its result."""
    running: dict[Future[Graded], Task] = {}
    while True:
        for task in islice(tasks, width - len(running)):
            running[executor.submit(grade_submission, task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(future)
            yield task, _result(future)


def _result(future: Future[Graded]) -> Graded | WorkerLost:
    try:
        return future.result()
    except WorkerLost as lost:
        return lost
    except Exception as error:  # noqa: BLE001, one submission's trouble does not stop the others
        name = type(error).__name__
        # Dask's own, by name: to import it takes a second.
        return WorkerLost(None) if name == "KilledWorker" else Graded(f"{name}: {error}")
