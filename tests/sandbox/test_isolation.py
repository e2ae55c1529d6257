"""What a submission sees and can do, asked from inside.

Each probe prints a word, and what it would print without the sandbox is asserted in the open first where that is cheap:
a probe that cannot fire proves nothing.
"""

import contextlib
import errno
import io
import os
import platform
import sys
import time
from pathlib import Path

import pytest

from grading.classroom import ROOT
from grading.sandbox.connection import Lost
from grading.sandbox.launch import Zygote
from grading.sandbox.limits import MEBIBYTE, Limits
from grading.sandbox.session import Session

SMALL = Limits(cell_seconds=10, all_files_bytes=8 * MEBIBYTE, one_file_bytes=4 * MEBIBYTE)

ATTEMPT = """
def attempt(does):
    try:
        does()
    except BaseException as error:
        print("refused:", type(error).__name__)
    else:
        print("done")
"""


def _inside(zygote: Zygote, source: str, limits: Limits = SMALL) -> str:
    with Session(zygote, limits) as session:
        outputs = session.run_cell(ATTEMPT + source, 1)
    return "".join(output.get("text", output.get("ename", "")) for output in outputs)


def _in_the_open(source: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(ATTEMPT + source, {"__name__": "probe"})
    return printed.getvalue()


OPEN_HERE = {
    "the reference": "import importlib; attempt(lambda: importlib.import_module('solutions'))",
    "the questions": "import importlib; attempt(lambda: importlib.import_module('grading'))",
    "the sources": f"attempt(lambda: open({str(ROOT / 'assignments/momentum/momentum.ipynb')!r}).close())",
    "the project": f"import os; attempt(lambda: os.listdir({str(ROOT / 'grading')!r}))",
    "the host's passwords": "attempt(lambda: open('/etc/passwd').close())",
    "the kernel's settings": "import os; attempt(lambda: os.listdir('/sys/kernel'))",
    "a socket for the network": "import socket; attempt(lambda: socket.socket(socket.AF_INET).close())",
    "a socket for the kernel": "from socket import *; attempt(lambda: socket(AF_NETLINK, SOCK_RAW).close())",
    "memory without a limit": "import os; attempt(lambda: os.memfd_create('x'))",
}


@pytest.mark.parametrize("probe", OPEN_HERE.values(), ids=OPEN_HERE)
def test_open_here_and_closed_inside(zygote: Zygote, probe: str) -> None:
    assert _in_the_open(probe) == "done\n"
    assert _inside(zygote, probe).startswith("refused")


CLOSED = {
    "write beside course": "open('/opt/course/course/x', 'w')",
    "write into Python": "open(__import__('numpy').__file__, 'a')",
    "write at the root": "open('/x', 'w')",
    "write to devices": "open('/dev/x', 'w')",
    "change the kernel": "os.write(os.open('/proc/sys/kernel/hostname', os.O_WRONLY), b'x')",
    "outlive others when memory ends": "os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'0')",
    "new user namespace": "check(libc.unshare(0x10000000))",
    "new mount namespace": "check(libc.unshare(0x20000))",
    "clone into a namespace": "check(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0))",
    "mount": "check(libc.mount(b'none', b'/scratch', b'tmpfs', 0, None))",
    "unmount": "check(libc.umount2(b'/scratch', 2))",
    "change the root": "os.chroot('/scratch')",
    "trace": "check(libc.ptrace(16, os.getppid(), 0, 0))",
    "become root": "os.setuid(0)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6))",
    "kernel keys": "check(libc.syscall(248, b'user', b'x', b'y', 1, -3))",
    "signal the zygote": "os.kill(2, 0)",
    "the host's folders": "open('/proc/self/mountinfo').close()",
    "ignore that children end": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "shared memory without a file": "mmap.mmap(-1, 100)",
    "shared memory by a device": "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 100)",
    "large pages": "check(libc.prctl(41, 0, 0, 0, 0))",
    "lease a file": "fcntl.fcntl(os.open('x', os.O_CREAT), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "watch a folder": "fcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)",
    "lock a file of everybody's": "fcntl.flock(os.open('/opt/course/course/checks.py', os.O_RDONLY), fcntl.LOCK_EX)",
    "mark a file": "os.setxattr('.', 'user.x', b'y')",
    "send descriptors": "socket.send_fds(socket.socketpair()[0], [b'x'], [0])",
    "longer queues": "socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10**6)",
}
LIBRARY = """
import ctypes, fcntl, mmap, os, resource, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result == -1:
        raise OSError(ctypes.get_errno())
"""


@pytest.mark.parametrize("does", CLOSED.values(), ids=CLOSED)
def test_refused(zygote: Zygote, does: str) -> None:
    assert _inside(zygote, f"{LIBRARY}\nattempt(lambda: {does})").startswith("refused")


# On x86-64. Without the filter, these arguments or this machine would make them fail in another way.
FILTERED = {
    "vmsplice": "278, 0, 0, 0, 0",
    "statmount": "457, 0, 0, 0, 0",
    "listmount": "458, 0, 0, 0, 0",
    "mmap of pages that somebody reserved": "9, 0, 2**21, 3, 0x40022, -1, 0",
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other numbers")
@pytest.mark.parametrize("call", FILTERED.values(), ids=FILTERED)
def test_refused_by_the_filter(zygote: Zygote, call: str) -> None:
    assert _inside(zygote, f"{LIBRARY}\nlibc.syscall({call}); print(ctypes.get_errno())") == f"{errno.EPERM}\n"


def test_the_environment_is_not_ours(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(ROOT) not in _inside(zygote, "import os; print(os.environ)")


def test_alone_without_rights(zygote: Zygote) -> None:
    assert _inside(zygote, "import os; print(os.getpid(), os.getuid(), os.listdir('/proc'))") == "1 65534 ['self']\n"
    child = zygote.child(SMALL)
    assert child.processes._all() == [1]
    status = child.processes._read("1/status").decode()
    child.kill()
    child.close()
    for line in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in status
    assert "\nUid:\t0" not in status


def test_nothing_is_open_but_the_wire(zygote: Zygote) -> None:
    source = """
import os, stat
for number in range(128):
    try:
        print(stat.filemode(os.fstat(number).st_mode)[0], end='')
    except OSError:
        pass
"""
    assert _inside(zygote, source) == "cccpp"


def test_a_submission_sees_nothing_of_the_previous_one(zygote: Zygote) -> None:
    leave = "open('/scratch/left', 'w'); open('/dev/shm/left', 'w'); import numpy; numpy.left = left = 1"
    assert _inside(zygote, leave) == ""
    look = "import os, numpy; print(os.path.exists('/scratch/left'), os.path.exists('/dev/shm/left'))"
    assert _inside(zygote, look + "; print(hasattr(numpy, 'left'), 'left' in dir())") == "False False\nFalse False\n"


def test_random_numbers_differ_between_submissions(zygote: Zygote) -> None:
    source = "import random, numpy as np; print(random.random(), np.random.rand())"
    assert _inside(zygote, source) != _inside(zygote, source)


def test_processes_end_with_the_session(zygote: Zygote) -> None:
    marker = f"left-behind-{os.getpid()}-{time.monotonic_ns()}"
    source = f"import os\nif os.fork() == 0:\n    os.setsid(); os.execv('/usr/bin/sleep', [{marker!r}, '60'])"
    with Session(zygote, SMALL) as session:
        session.run_cell(source, 1)
        assert _becomes(True, marker)
    assert _becomes(False, marker)


def _becomes(running: bool, marker: str) -> bool:
    deadline = time.monotonic() + 5
    while _running(marker) != running and time.monotonic() < deadline:
        time.sleep(0.02)
    return _running(marker) == running


def _running(marker: str) -> bool:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().startswith(marker.encode()):
                return True
    return False


LIMITED = {
    "memory": ("x = bytearray(3 * 2**30)", "MemoryError"),
    "one file": ("import signal; open('big', 'wb').write(bytes(5 * 2**20))", "OSError"),
    "all files": ("for n in range(4): open(f'f{n}', 'wb').write(bytes(3 * 2**20))", "OSError"),
    "names of files": ("for n in range(10**4): open(f'f{n}', 'w').close()", "OSError"),
    "open files": ("keep = [open('/dev/null') for _ in range(1000)]", "OSError"),
    "processes": (
        "import os, time\nfor _ in range(100):\n    if os.fork() == 0:\n        time.sleep(20); os._exit(0)",
        "BlockingIOError",
    ),
}


@pytest.mark.parametrize(("source", "error"), LIMITED.values(), ids=LIMITED)
def test_limited(zygote: Zygote, source: str, error: str) -> None:
    began = time.monotonic()
    assert error in _inside(zygote, source)
    assert time.monotonic() - began < 10


def test_output_is_cut(zygote: Zygote) -> None:
    limits = Limits(cell_text_characters=1000, cell_output_characters=5000)
    assert len(_inside(zygote, "for _ in range(10**4): print('x' * 100)", limits)) < 1200
    assert _inside(zygote, "'x' * 10**5", limits) == ""


def test_an_endless_cell_is_interrupted_and_a_stubborn_one_ended(zygote: Zygote) -> None:
    limits = Limits(cell_seconds=0.5)
    assert "KeyboardInterrupt" in _inside(zygote, "while True: pass", limits)
    with pytest.raises(Lost, match="out of time"):
        _inside(zygote, "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", limits)


def test_the_zygote_outlives_every_submission(zygote: Zygote) -> None:
    for source in ("import os; os._exit(1)", "import os; os.kill(1, 9); os.abort()"):
        with pytest.raises(Lost):
            _inside(zygote, source)
    assert _inside(zygote, "print('alive')") == "alive\n"


def test_the_command_line_reveals_nothing_about_the_host(zygote: Zygote) -> None:
    own = Path(f"/proc/{zygote._process.pid}/cmdline").read_bytes()
    # Where Python lies is no secret: it runs there.
    assert str(ROOT).encode() not in own.replace(sys.executable.encode(), b"")


def test_the_zygote_ends_with_its_grader() -> None:
    zygote = Zygote()
    zygote._control.close()
    zygote._process.wait(timeout=5)
    zygote.close()
