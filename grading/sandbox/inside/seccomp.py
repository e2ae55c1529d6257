"""Refuses the system calls that no notebook needs and that help to break out: "operation not permitted".

This is a filter for Linux's seccomp, written as the classic BPF program that the kernel expects, without a library.
Of some calls, only some uses are refused: of `clone`, new namespaces; of `socket`, any sockets other than Unix sockets.

The rest keeps the accounts that `grading.sandbox.usage` reads complete. Longer queues of sockets (`setsockopt`) and
shared memory without a file (`mmap`) are in no process's account. A process that ignores SIGCHLD (`rt_sigaction`) has
the kernel throw away the accounts of children that end. Large pages (`mmap`, `prctl`) would come by the hundred where
one was asked for.
"""

import ctypes
import errno
import platform
import signal
import socket
import struct

# (x86_64, aarch64), from the kernel's tables; None where the architecture lacks the call.
_REFUSED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "personality": (135, 92),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "vhangup": (153, 58),
    "fanotify_init": (300, 262),
    # Memory that no limit of a process counts: anonymous files, and System V's shared memory, queues, semaphores.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    # What a file in memory is marked with is in nobody's account.
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    # Locks on the files that all sandboxes see would be signals from one submission to another.
    "flock": (73, 32),
    # Pages that a pipe holds on to are in no process's account.
    "vmsplice": (278, 75),
    # Descriptors on their way through a socket count for the user, and so for everybody else's sandbox.
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    # They tell where on the host a mount comes from.
    "statmount": (457, 457),
    "listmount": (458, 458),
    # A real-time priority would starve the grader.
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
}
_CLONE, _CLONE3, _SOCKET, _SETSOCKOPT = (56, 220), (435, 435), (41, 198), (54, 208)
_MMAP, _SIGACTION, _PRCTL, _FCNTL = (9, 222), (13, 134), (157, 167), (72, 25)
# Whoever opens a file waits until its lease has ended, and the sandbox may be of the same user.
_LEASE, _NOTIFY = 1024, 1026
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NAMESPACES = 0x00000080 | 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_UNIX_SOCKETS = 1
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_HUGETLB = 0x01, 0x20, 0x40000

_LOAD, _EQUAL, _BITS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, (16, 24, 32, 40)
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

PR_SET_THP_DISABLE = 41
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2


def program() -> bytes:
    """Assemble the filter for this machine.

    Raises:
        OSError: the system calls of this machine's architecture are not listed here.
    """
    if platform.machine() not in _ARCHITECTURES:
        raise OSError(f"no list of system calls for {platform.machine()}")
    column, architecture = _ARCHITECTURES[platform.machine()]
    lines = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    if column == 0:  # the x32 calls of x86_64 are the same calls under other numbers
        lines += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _KILL)]
    for numbers in _REFUSED.values():
        if (number := numbers[column]) is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    # The flags of clone3 are in memory, where a filter cannot look. Without clone3, C libraries fall back to clone.
    lines += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _UNKNOWN)]
    first, second, third, fourth = _ARGUMENTS
    lines += _refuse(_CLONE[column], (first, _BITS, _NAMESPACES, True))
    lines += _refuse(_SOCKET[column], (first, _EQUAL, _UNIX_SOCKETS, False))
    lines += _refuse(
        _SETSOCKOPT[column], (second, _EQUAL, socket.SOL_SOCKET, True), (third, _EQUAL, socket.SO_SNDBUF, True)
    )
    lines += _refuse(_MMAP[column], (fourth, _BITS, _MAP_SHARED, True), (fourth, _BITS, _MAP_ANONYMOUS, True))
    lines += _refuse(_MMAP[column], (fourth, _BITS, _MAP_HUGETLB, True))
    for command in (_LEASE, _NOTIFY):
        lines += _refuse(_FCNTL[column], (second, _EQUAL, command, True))
    lines += _refuse(_PRCTL[column], (first, _EQUAL, PR_SET_THP_DISABLE, True))
    # Without the address of a new action, it only asks for the present one.
    for half_of_address in (second, second + 4):
        lines += _refuse(_SIGACTION[column], (first, _EQUAL, signal.SIGCHLD, True), (half_of_address, _EQUAL, 0, False))
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _refuse(number: int, *conditions: tuple[int, int, int, bool]) -> list[tuple[int, int, int, int]]:
    """Refuse a call if every condition (place of a word, comparison, value, expected outcome) is met."""
    lines = [(_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, _NUMBER)]
    for place, comparison, value, expected in reversed(conditions):
        otherwise = len(lines) - 1
        test = (comparison, 0, otherwise, value) if expected else (comparison, otherwise, 0, value)
        lines = [(_LOAD, 0, 0, place), test, *lines]
    return [(_EQUAL, 0, len(lines) - 1, number), *lines]


def install() -> None:
    """Apply the filter to this process and everything it starts, for good.

    Raises:
        OSError: the kernel refuses.
    """
    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))
    fprog = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    for step in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, fprog, 0, 0)):
        if libc.prctl(*step) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")
