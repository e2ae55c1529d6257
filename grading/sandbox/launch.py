"""Starting the sandbox: bubblewrap around a zygote, and a fresh child of the zygote for each submission."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import matplotlib
from matplotlib import font_manager

from grading.classroom import ROOT
from grading.sandbox.inside.limits import MAX_CONTROL_BYTES
from grading.sandbox.inside.wire import Channel
from grading.sandbox.limits import GRACE_SECONDS, START_SECONDS, Limits
from grading.sandbox.usage import Processes

HERE = Path(__file__).resolve().parent

# What the notebooks of this course import. Other modules are imported when a notebook asks for them.
WARM = (
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas",
    "vega_datasets",
    "sklearn.datasets",
    "course.checks",
    "course.data",
    "course.landscapes",
    "course.network",
    "course.plots",
)

ENVIRONMENT = {
    "HOME": "/scratch",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "/opt/course",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/scratch/matplotlib",
    # IPython looks for a profile here, and finds none.
    "IPYTHONDIR": "/scratch/.ipython",
    "TMPDIR": "/scratch",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TERM": "xterm-color",
}

# By `sys.platform`. Forking a warm interpreter, talking to the forks and ending them takes system calls of Linux.
ELSEWHERE = {
    "darwin": "this is macOS. Use a Linux machine, a virtual machine or a container.",
    "win32": "this is Windows. Use WSL2, a Linux machine or a container.",
}


class SandboxError(RuntimeError):
    """The sandbox did not start, or broke: an error of the run, never a reason to take points away."""


def refusal() -> str | None:
    """Return what to do if this system cannot grade at all; None on Linux."""
    if sys.platform == "linux":
        return None
    elsewhere = ELSEWHERE.get(sys.platform, f"this is {sys.platform}. Use a Linux machine.")
    return f"Grading needs Linux, with a sandbox or without, and {elsewhere}"


class Child:
    """An isolated process for one submission, and the wire to it.

    Attributes:
        channel: the wire.
        pid: of the process, as the zygote knows it.
        processes: all processes of the submission.
    """

    def __init__(self, channel: Channel, pid: int, pidfd: int, proc: int) -> None:
        self.channel, self.pid, self._pidfd = channel, pid, pidfd
        self.processes = self._processes(proc)

    def interrupt(self) -> None:
        """Interrupt whatever is running, as Ctrl-C does."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def kill(self) -> None:
        """Kill the process, and with it all others in its namespace."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        """Wait a moment until the killed process is gone, so that its memory is free for the next one."""
        # The first process of a namespace is the last to go.
        select.select([self._pidfd], [], [], GRACE_SECONDS)
        os.close(self._pidfd)
        self.processes.close()
        self.channel.close()

    def _processes(self, proc: int) -> Processes:
        return Processes(proc)


class Zygote:
    """A warm interpreter in the sandbox; each `child` is a fork of it.

    Args:
        warm: modules to import before the first child.

    Raises:
        SandboxError: it did not start, or this system cannot grade.
    """

    child_class = Child

    def __init__(self, warm: tuple[str, ...] = WARM) -> None:
        if elsewhere := refusal():
            raise SandboxError(elsewhere)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115, closed with the zygote
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = self._start(theirs, self._log, json.dumps(warm))
        self._control.settimeout(START_SECONDS)
        if self._ask() != b"ready":
            complaint = self._complaint()
            self.close()
            raise SandboxError(f"The sandbox did not start: {complaint}.")

    def child(self, limits: Limits) -> Child:
        """Start a child.

        Args:
            limits: for the submission.

        Raises:
            SandboxError: it did not start.
        """
        their_reads, our_writes = os.pipe()
        our_reads, their_writes = os.pipe()
        try:
            with suppress(OSError):
                message = json.dumps(asdict(limits)).encode()
                socket.send_fds(self._control, [message], [their_reads, their_writes])
        finally:
            os.close(their_reads)
            os.close(their_writes)
        answer, descriptors = self._answer()
        if "shut in" not in answer or "error" in answer or len(descriptors) != 2:
            for descriptor in (our_reads, our_writes, *descriptors):
                os.close(descriptor)
            raise SandboxError(f"No sandbox for a submission: {answer.get('error') or self._complaint()}")
        return self.child_class(Channel(our_reads, our_writes), answer["pid"], *descriptors)

    def check(self) -> None:
        """Check whether the zygote still answers.

        Raises:
            SandboxError: it does not.
        """
        with suppress(OSError):
            self._control.send(b"ready?")
        if self._ask() != b"ready":
            raise SandboxError(f"The sandbox was lost: {self._complaint()}")

    def close(self) -> None:
        """End the zygote and everything that it started."""
        self._control.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, control: socket.socket, log: IO[bytes], warm: str) -> subprocess.Popen[bytes]:
        return _start(control, log, warm)

    def _ask(self) -> bytes:
        try:
            return self._control.recv(MAX_CONTROL_BYTES)
        except OSError:
            return b""

    def _answer(self) -> tuple[dict[str, Any], list[int]]:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, MAX_CONTROL_BYTES, 2)
        except OSError:
            return {}, []
        return (json.loads(message) if message else {}), descriptors

    def _complaint(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:].decode(errors="replace").strip() or "it ended without a word"


def _start(control: socket.socket, log: IO[bytes], warm: str) -> subprocess.Popen[bytes]:
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SandboxError("bubblewrap is missing: apt-get install bubblewrap.")
    name, fonts = font_list()
    # By descriptor: the command line of bubblewrap would show the host's folders in /proc.
    with _filled(fonts) as list_of_fonts, ExitStack() as files:
        arguments = [*_arguments(), "--perms", "1777", "--dir", "/scratch/matplotlib"]
        arguments += ["--perms", "0644", "--file", str(list_of_fonts.fileno()), f"/scratch/matplotlib/{name}"]
        file = files.enter_context(_filled(b"".join(argument.encode() + b"\0" for argument in arguments)))
        command = [bubblewrap, "--args", str(file.fileno()), "--"]
        command += [sys.executable, "-B", "/opt/sandbox/inside/zygote.py", str(control.fileno()), warm]
        return subprocess.Popen(
            command,
            pass_fds=(file.fileno(), list_of_fonts.fileno(), control.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={},
            cwd="/",
        )


def _filled(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115, the caller closes it
    file.write(content)
    file.seek(0)
    return file


def _arguments() -> list[str]:
    """Return bubblewrap's arguments: what the sandbox sees, and what it may do."""
    arguments = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.getuid() == 0:
        # Limits do not bind root, so the zygote first of all becomes a spare user, who has no rights.
        arguments += ["--cap-drop", "ALL"]
        arguments += [word for right in ("SYS_ADMIN", "SETUID", "SETGID") for word in ("--cap-add", f"CAP_{right}")]
    else:
        arguments += ["--unshare-user"]
    # Not `--die-with-parent`: the parent is the thread that started it. The zygote ends when the grader hangs up.
    arguments += ["--new-session", "--hostname", "sandbox", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        arguments += ["--setenv", name, value]
    mounts = _mounts()
    for folder in sorted({parent for target in mounts.values() for parent in target.parents[:-1]}):
        if not any(folder.is_relative_to(target) for target in mounts.values()):
            # Parent folders that bubblewrap makes by itself are closed to everyone but their owner.
            arguments += ["--perms", "0755", "--dir", str(folder)]
    for target, source in sorted((target, source) for source, target in mounts.items()):
        arguments += ["--ro-bind", str(source), str(target)]
    for link, leads_to in _links().items():
        arguments += ["--symlink", leads_to, link]
    # If Python itself is below /tmp, the sandbox does without a writable /tmp.
    if not any(target.is_relative_to("/tmp") for target in mounts.values()):
        arguments += ["--symlink", "scratch", "/tmp"]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/scratch"]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/scratch"]


def _mounts() -> dict[Path, Path]:
    """Return {path here: path in the sandbox} of what the sandbox can read: Python, libraries, fonts, `course`."""
    system = ["/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share/fonts", "/usr/share/zoneinfo", "/etc/ld.so.cache"]
    # The packages may be outside of both, if one virtual environment is made from another.
    python = [sys.prefix, sys.base_prefix, str(Path(matplotlib.__file__).parents[1])]
    same = [Path(name) for name in system if Path(name).exists() and not Path(name).is_symlink()]
    same += [Path(name) for name in python if name != "/usr"]
    same += [path for path in map(Path, ("/bin", "/lib", "/lib64")) if path.is_dir() and not path.is_symlink()]
    mounts = {path: path for path in sorted(set(same)) if not any(path.is_relative_to(o) and path != o for o in same)}
    mounts[ROOT / "course"] = Path("/opt/course/course")
    mounts[HERE / "inside"] = Path("/opt/sandbox/inside")
    return mounts


def _links() -> dict[str, str]:
    return {path: os.readlink(path) for path in ("/bin", "/lib", "/lib64") if os.path.islink(path)}


def font_list() -> tuple[str, bytes]:
    """Return name and content of Matplotlib's list of fonts, which would take a second to make in each new sandbox."""
    path = Path(matplotlib.get_cachedir()) / f"fontlist-v{font_manager.FontManager.__version__}.json"
    if not path.exists():
        return "none.json", b"{}"
    return path.name, path.read_bytes()
