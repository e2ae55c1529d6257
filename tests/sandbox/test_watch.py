"""What a submission uses is seen from outside, whatever it does, and has its bounds.

Where it matters how busy the machine is, the readings are made up: `ReadBack` tells them, one a look.
"""

import contextlib
import threading
import time
from collections.abc import Callable

import pytest

from grading.sandbox import watch as watching
from grading.sandbox.bounds import VALUE
from grading.sandbox.calls import CallFailed
from grading.sandbox.connection import Lost
from grading.sandbox.launch import Child, Zygote
from grading.sandbox.limits import BURST_SECONDS, MEBIBYTE, WAITING_COUNTS, Limits
from grading.sandbox.session import Session
from grading.sandbox.usage import Usage
from grading.sandbox.watch import Meter, Watch

LATER = 60


# What happened in ten seconds of waiting for a reply: (processor time, time it waited for a processor, own time).
OWN_TIME = {
    "it computes": (10, 0, 10),
    "it sleeps": (0, 0, 10),
    "it computes and sleeps": (4, 0, 10),
    "it has a third of a processor": (3.3, 6.7, 3.3),
    "it sleeps, and has a third of a processor otherwise": (2, 4, 6),
    "it is starved": (0.1, 9.9, 10 * WAITING_COUNTS),
    "it computes on two processors": (20, 0, 20),
    "its processes wait for each other": (20, 9, 20),
    "nobody can tell how long it waited": (0, 10, 10 * WAITING_COUNTS),
}


@pytest.mark.parametrize(("used", "waited", "own"), OWN_TIME.values(), ids=OWN_TIME)
def test_own_time(used: float, waited: float, own: float) -> None:
    meter = Meter()
    meter.add(passed=10, asked=10, used=used, waited=waited)
    assert meter.seconds == pytest.approx(own)


def test_nothing_is_counted_while_nobody_waits_but_what_it_computes() -> None:
    meter = Meter()
    meter.add(passed=10, asked=0, used=3, waited=0)
    assert meter.seconds == 3


def test_idleness_is_no_credit_for_a_burst() -> None:
    meter = Meter()
    meter.add(passed=100, asked=100, used=0, waited=0)
    meter.add(passed=2, asked=2, used=2 + BURST_SECONDS, waited=0)
    assert meter.burst_seconds == BURST_SECONDS


class ReadBack(Child):
    """A child that is not there, with readings that somebody thought of."""

    def __init__(self, readings: Callable[[int], Usage]) -> None:
        self._readings, self.looks, self.done = readings, 0, threading.Event()
        self.interrupted = self.killed = False
        self.processes = self  # type: ignore[assignment]  # it looks by itself

    def look(self) -> Usage:
        self.looks += 1
        if self.looks > 100:
            self.done.set()
        return self._readings(self.looks)

    def memory_bytes(self, enough: int) -> int:
        return 0

    def interrupt(self) -> None:
        self.interrupted = True

    def kill(self) -> None:
        self.killed = True
        self.done.set()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(watching, "GRACE_SECONDS", 0.01)


def _watched(readings: Callable[[int], Usage], seconds: float) -> tuple[ReadBack, Watch]:
    child = ReadBack(readings)
    watch = Watch(child, Limits(), Meter())
    with watch.patience(seconds):
        assert child.done.wait(LATER)
    watch.stop()
    return child, watch


@pytest.mark.usefixtures("quick")
def test_whoever_sleeps_is_interrupted_and_then_ended() -> None:
    child, watch = _watched(lambda _: Usage(), seconds=0.01)
    assert child.interrupted
    assert child.killed
    assert watch.verdict is None


@pytest.mark.usefixtures("quick")
def test_whoever_waits_for_a_processor_is_not_interrupted() -> None:
    # All threads but one sleep.
    child, _ = _watched(lambda look: Usage(look * 1e-9, {(1, 1): look * 100.0, (1, 2): 0.0}), seconds=20)
    assert not child.interrupted


@pytest.mark.usefixtures("quick")
def test_a_process_that_a_look_misses_is_not_counted_twice() -> None:
    child, watch = _watched(lambda look: Usage(0.0 if look % 2 else 1.0, {(1, 1): look * 100.0}), seconds=20)
    assert not child.interrupted
    assert watch._meter.seconds < 5


@pytest.mark.usefixtures("quick")
def test_whoever_computes_on_several_processors_is_ended() -> None:
    child, watch = _watched(lambda look: Usage(look * 1.0), seconds=1_000)
    assert child.killed
    assert watch.verdict == "its processes used more than one processor for too long"


def _child(session: Session) -> Child:
    child, _ = session._connection._process or pytest.fail("there is no process")
    return child


SPIN = """
import os, time
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        while True: pass
time.sleep(60)
"""


def test_processes_that_spin_together_are_ended_and_not_again_and_again(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "BURST_SECONDS", 0.05)
    with Session(zygote, Limits()) as session:
        session.run_cell("x = 1", 1)
        with pytest.raises(Lost, match="used more than one processor"):
            session.run_cell(SPIN, 2)
        (output,) = session.run_cell("print(x)", 3)
    assert output["text"] == "1\n"


CHILDREN = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        while time.process_time() < 0.1: pass
        os._exit(0)
    {reap}
"""


@pytest.mark.parametrize("reap", ["os.wait()", "pass"], ids=["reaped", "left as zombies"])
def test_processor_time_of_children_that_ended_counts(zygote: Zygote, reap: str) -> None:
    with Session(zygote, Limits()) as session:
        session.run_cell(CHILDREN.format(reap=reap), 1)
        processes = _child(session).processes
        deadline = time.monotonic() + LATER
        while processes.look().processor_seconds < 0.27:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_threads_are_seen(zygote: Zygote) -> None:
    with Session(zygote, Limits()) as session:
        session.run_cell("import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()", 1)
        assert [process for process, _ in _child(session).processes.look().waited_seconds] == [1, 1]


FILL = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        {hide}
        x = b'x' * (200 * 2**20)
        time.sleep(60)
time.sleep(60)
"""


@pytest.mark.parametrize("hide", ["pass", "import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)"])
def test_memory_of_all_processes_together(zygote: Zygote, hide: str) -> None:
    with Session(zygote, Limits(all_memory_bytes=1024 * MEBIBYTE)) as session:
        with pytest.raises(Lost, match="took 1024 MiB of memory together"):
            session.run_cell(FILL.format(hide=hide), 1)
        (output,) = session.run_cell("print('again')", 2)
    assert output["text"] == "again\n"


def test_memory_that_processes_share_counts_once(zygote: Zygote) -> None:
    source = """
import os, time
x = b'x' * (200 * 2**20)
for _ in range(8):
    if os.fork() == 0:
        time.sleep(60)
time.sleep(0.5)
"""
    with Session(zygote, Limits(all_memory_bytes=1024 * MEBIBYTE)) as session:
        assert session.run_cell(source, 1) == []
        assert _child(session).processes.look().memory_bytes > 1024 * MEBIBYTE
        assert _child(session).processes.memory_bytes(enough=2**40) < 700 * MEBIBYTE


def test_full_sockets_count(zygote: Zygote) -> None:
    source = """
import socket
keep = [socket.socketpair() for _ in range(50)]
"""
    with Session(zygote, Limits()) as session:
        session.run_cell("x = 1", 1)
        before = _child(session).processes.look().socket_bytes
        session.run_cell(source, 2)
        assert _child(session).processes.look().socket_bytes - before >= 100 * 200_000


IS_PIPE = """
import os, signal, stat, time
def is_pipe(n):
    try: return stat.S_ISFIFO(os.fstat(n).st_mode)
    except OSError: return False
reads, writes = filter(is_pipe, range(128))
"""
DISTURBED = {
    "one byte at a time": "while True: os.write(writes, b'\\0'); time.sleep(0.05)",
    "half a header": "os.write(writes, b'\\0'); time.sleep(60)",
    "it closes the wire and stays": "os.close(reads); os.close(writes); time.sleep(60)",
    "it hangs up for writing": "os.close(writes); time.sleep(60)",
    "it stops itself": "os.kill(os.getpid(), signal.SIGSTOP); time.sleep(60)",
    "a child stops all others": "os.fork() or (os.kill(-1, signal.SIGSTOP), time.sleep(60)); time.sleep(60)",
    "it becomes another program": "os.execv('/usr/bin/sleep', ['sleep', '60'])",
    "its parent waits for ever": "import ctypes; ctypes.CDLL(None).vfork() or time.sleep(60)",
}


@pytest.mark.parametrize("disturb", DISTURBED.values(), ids=DISTURBED)
def test_a_disturbed_conversation_ends(zygote: Zygote, disturb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "GRACE_SECONDS", 0.2)
    began = time.monotonic()
    with Session(zygote, Limits(cell_seconds=0.3)) as session:
        with contextlib.suppress(Lost):
            session.run_cell(f"{IS_PIPE}\ntry:\n    {disturb}\nexcept KeyboardInterrupt: time.sleep(60)", 1)
        session.run_cell("print(1)", 2)
    assert time.monotonic() - began < LATER


COPIES = {
    "ended": "os.kill({}, signal.SIGKILL)",
    "stopped": "os.kill({}, signal.SIGSTOP)",
    "confused": "os.kill({}, signal.SIGUSR1)",
}


@pytest.mark.parametrize("meddle", COPIES.values(), ids=COPIES)
def test_a_meddled_copy_costs_its_question_and_nothing_else(
    zygote: Zygote, meddle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grading.sandbox.calls.STEP_SECONDS", 0.3)
    monkeypatch.setattr(watching, "GRACE_SECONDS", 0.2)
    began = time.monotonic()
    with Session(zygote, Limits(cell_seconds=0.5)) as session:
        session.run_cell("import os, signal\ndef f(): return 1", 1)
        kept = session.keep()
        session.run_cell(meddle.format(2), 2)
        with session.question(kept) as calls, contextlib.suppress(CallFailed):
            assert calls.call("f", (), {}, VALUE)["value"] == 1
        session.run_cell("print(1)", 3)
    assert time.monotonic() - began < LATER


def test_many_processes_are_gone_when_a_session_ends(zygote: Zygote) -> None:
    with Session(zygote, Limits()) as session:
        session.run_cell(SPIN.replace("time.sleep(60)", "1"), 1)
        assert len(_child(session).processes._all()) > 15
        began = time.monotonic()
    assert time.monotonic() - began < LATER / 2
