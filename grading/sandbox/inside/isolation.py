"""Isolating a process: namespaces, files, limits, capabilities and system calls of its own.

The zygote calls `enter` in a forked child. The child's namespaces give it no rights over anything outside them; then it
gives up even the rights that it has inside.
"""

import contextlib
import ctypes
import os
import resource
import struct
import tempfile
from collections.abc import Mapping

from . import seccomp
from .limits import SCRATCH_FILES, SHARED_MEMORY_BYTES, SHARED_MEMORY_FILES

SPARE_USER = 65534
SCRATCH = "/scratch"

_NAMESPACES = {
    "user": 0x10000000,
    "mount": 0x00020000,
    "pid": 0x20000000,
    "network": 0x40000000,
    "ipc": 0x08000000,
    "host name": 0x04000000,
    "cgroup": 0x02000000,
}
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 4, 24, 47, 4
_CAPABILITY_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def drop_root() -> None:
    """Become the spare user, if this is root: limits do not bind root."""
    if os.getuid() == 0:
        # Bubblewrap covers parts of /proc that root could write to. The spare user cannot, and the kernel grants a
        # fresh /proc to a new process namespace only where the old one is seen whole.
        with open("/proc/self/mounts") as mounts:
            covers = [line.split()[1] for line in mounts if line.split()[1].startswith("/proc/")]
        for cover in covers:
            _check(_libc.umount2(cover.encode(), 0), f"umount {cover}")
        os.setgroups([])
        os.setresgid(SPARE_USER, SPARE_USER, SPARE_USER)
        os.setresuid(SPARE_USER, SPARE_USER, SPARE_USER)
        # A process that changes its user loses the right to write the maps in its own /proc/self.
        _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "set dumpable")


def unshare() -> None:
    """Enter fresh namespaces of every kind; the next child is the first process in the new process namespace.

    Raises:
        OSError: the kernel refuses.
    """
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(sum(_NAMESPACES.values())), "unshare")
    maps = {"setgroups": "deny", "uid_map": f"{SPARE_USER} {user} 1", "gid_map": f"{SPARE_USER} {group} 1"}
    for name, text in maps.items():
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def enter(limits: Mapping[str, float], keep: tuple[int, ...]) -> int:
    """Isolate this process for good; it must be the first in its process namespace.

    Args:
        limits: the fields of `grading.sandbox.limits.Limits`.
        keep: file descriptors that stay open; the standard streams lead nowhere.

    Returns:
        The descriptor of a /proc that shows the namespace's processes: for the grader, the sandbox has none.

    Raises:
        OSError: the kernel refuses a step.
    """
    os.setsid()
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    _mount_memory(SCRATCH, int(limits["all_files_bytes"]), SCRATCH_FILES)
    _mount_memory("/dev/shm", SHARED_MEMORY_BYTES, SHARED_MEMORY_FILES)
    os.mkdir(f"{SCRATCH}/work")
    os.chdir(f"{SCRATCH}/work")
    _close_all_but(keep)
    _limit(limits)
    proc = _take_away_proc()
    # Memory that processes share by way of /dev/zero would be in no account.
    _mount("/dev/full", "/dev/zero", None, _MS_BIND)
    _check(_libc.prctl(seccomp.PR_SET_THP_DISABLE, 1, 0, 0, 0), "do without large pages")
    _give_up_capabilities()
    return proc


def limit_only(limits: Mapping[str, float], keep: tuple[int, ...]) -> int:
    """Assign this process a group, a folder and limits of its own, as far as the system has them, without isolating it.

    Args:
        limits: as for `enter`, except the number of processes, which would count all of the user's.
        keep: file descriptors that stay open.

    Returns:
        The descriptor of /proc.
    """
    os.setsid()
    os.chdir(tempfile.mkdtemp(dir=os.environ["TMPDIR"]))
    _close_all_but(keep)
    for name, value in _resources(limits).items():
        if name != "NPROC" and hasattr(resource, f"RLIMIT_{name}"):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    return os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)


def _take_away_proc() -> int:
    """Leave a /proc that only lists the libraries loaded so far, and return the descriptor of a real one.

    In a real one, a submission would find the host's folders (as the sources of its mounts), the host's processors and
    kernel, and the switch that says who is killed first when the machine runs out of memory. Threadpoolctl, and so
    scikit-learn, looks for its libraries there.
    """
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    with open("/proc/self/maps", "rb") as file:
        libraries = file.read()
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount("tmpfs", "/proc", "tmpfs", flags, "mode=0755,size=1m,nr_inodes=3")
    os.mkdir("/proc/self")
    with open("/proc/self/maps", "wb") as file:
        file.write(libraries)
    _mount(None, "/proc", None, flags | _MS_REMOUNT | _MS_RDONLY)
    return proc


def _resources(limits: Mapping[str, float]) -> dict[str, int]:
    return {
        "AS": int(limits["memory_bytes"]),
        # Otherwise it would be bound by what the worker that started the zygote may have itself.
        "DATA": int(limits["memory_bytes"]),
        "NPROC": int(limits["processes"]),
        "FSIZE": int(limits["one_file_bytes"]),
        "NOFILE": int(limits["open_files"]),
        "CPU": int(limits["notebook_seconds"]),
        "CORE": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "NICE": 0,
        "RTPRIO": 0,
    }


def _limit(limits: Mapping[str, float]) -> None:
    for name, value in _resources(limits).items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    os.nice(1)
    # If the machine runs out of memory, the submission is the first to be killed.
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _give_up_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION, 0))
    _check(_libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def _close_all_but(keep: tuple[int, ...]) -> None:
    # The standard streams too: they are the zygote's log, a file on the host that all submissions would share.
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor > 2 and descriptor not in keep:
            try:
                os.close(descriptor)
            except OSError:  # the descriptor of the listing itself
                continue


def _mount_memory(target: str, size_bytes: int, files: int) -> None:
    _mount("tmpfs", target, "tmpfs", _MS_NOSUID | _MS_NODEV, f"mode=1777,size={size_bytes},nr_inodes={files}")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
