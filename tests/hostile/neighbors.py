"""Taking time, processors and memory from the submissions that are graded at the same time, and hiding it."""

from tests.hostile.attack import Attack, breaks_the_rule, with_code

# Every attempt begins with these. `everywhere` does something in as many processes as there may be.
_TOOLS = """
import ctypes, mmap, os, signal, socket, stat, threading, time
libc = ctypes.CDLL(None)
first = os.getpid()

def everywhere(does, number=60):
    for _ in range(number):
        try:
            if os.fork() == 0:
                try: does()
                except BaseException: pass
                time.sleep(300)
                os._exit(0)
        except OSError:
            return

def spin(seconds=300):
    end = time.time() + seconds
    while time.time() < end:
        try:
            while time.time() < end: pass
        except BaseException: pass

def spin_in_a_session():
    os.setsid()
    spin()

def is_pipe(number):
    try: return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError: return False

def wire():
    return list(filter(is_pipe, range(3, 128)))
"""


def _within(body: str) -> str:
    lines = "\n    ".join(body.strip().splitlines())
    return f"def @QUESTION@(*args, **kwargs):\n    {lines}"


_CODE = {
    "spins_in_many_sessions": "everywhere(spin_in_a_session)\nspin()",
    "spins_in_many_sessions_in_the_function": _within("everywhere(spin_in_a_session)\nspin()"),
    "spins_behind_every_call": _within("everywhere(spin_in_a_session, 8)\nreturn args[0], args[2]"),
    "spins_in_threads_that_need_no_lock": """
import hashlib
for _ in range(60): threading.Thread(target=lambda: hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9), daemon=True).start()
spin()""",
    "spins_in_children_that_nobody_counts": """
try: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
except OSError: pass
def breed():
    while True:
        if os.fork() == 0:
            end = time.time() + 0.03
            while time.time() < end: pass
            os._exit(0)
        try: os.waitpid(-1, os.WNOHANG)
        except OSError: pass
        time.sleep(0.03)
everywhere(breed, 25)
time.sleep(300)""",
    "spins_politely": "os.nice(19)\neverywhere(spin_in_a_session)\nspin()",
    "wakes_all_its_processes_at_once": """
def herd():
    while True:
        time.sleep(0.05 - time.time() % 0.05)
        end = time.time() + 0.0005
        while time.time() < end: pass
everywhere(herd)
herd()""",
    "waits_for_a_child_without_being_interrupted": "if libc.vfork() == 0: libc.sleep(300)",
    "takes_memory_in_all_its_processes": "everywhere(lambda: bytearray(10**9).replace(b'\\0', b'x'))\ntime.sleep(300)",
    "takes_memory_in_all_its_processes_in_the_function": _within(
        "everywhere(lambda: bytearray(10**9).replace(b'\\0', b'x'))\ntime.sleep(300)"
    ),
    "writes_on_what_its_processes_share": """
x = bytearray(10**9)
place = ctypes.addressof(ctypes.c_char.from_buffer(x))
ctypes.memset(place, 1, len(x))
reads, writes = os.pipe()
def write():
    os.read(reads, 1)
    ctypes.memset(place, 2, len(x))
everywhere(write)
os.write(writes, bytes(100))
time.sleep(300)""",
    "takes_memory_while_nobody_asks": _within("""
if os.fork() == 0:
    os.setsid()
    while True: time.sleep(0.1); everywhere(lambda: bytearray(10**9).replace(b'\\0', b'x'))
return args[0], args[2]"""),
    "takes_shared_memory_and_looks_away": """
def take():
    kept = []
    while True:
        m = mmap.mmap(-1, 2**27)
        for place in range(0, 2**27, 4096): m[place] = 1
        m.madvise(mmap.MADV_DONTNEED)
        kept.append(m)
everywhere(take)
time.sleep(300)""",
    "takes_shared_memory_of_a_device": """
def take():
    zero, kept = os.open('/dev/zero', os.O_RDWR), []
    while True:
        m = mmap.mmap(zero, 2**27)
        for place in range(0, 2**27, 4096): m[place] = 1
        m.madvise(mmap.MADV_DONTNEED)
        kept.append(m)
everywhere(take)
time.sleep(300)""",
    "takes_memory_in_sockets": """
def fill():
    kept = []
    while True:
        for end in socket.socketpair():
            kept.append(end)
            end.setblocking(False)
            try: end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)
            except OSError: pass
            try:
                while True: end.send(bytes(2**16))
            except BlockingIOError: pass
everywhere(fill)
time.sleep(300)""",
    "takes_memory_in_pipes": """
import fcntl
def fill():
    while True:
        _, writes = os.pipe()
        os.set_blocking(writes, False)
        try: fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 2**20)
        except OSError: pass
        try:
            while True: os.write(writes, bytes(2**16))
        except BlockingIOError: pass
everywhere(fill)
time.sleep(300)""",
    "takes_memory_in_files": """
for folder in ('/scratch', '/dev/shm'):
    for name in range(100):
        try:
            with open(f'{folder}/{name}', 'wb') as file:
                while True: file.write(bytes(2**16))
        except OSError: pass
everywhere(lambda: bytearray(10**9).replace(b'\\0', b'x'))
time.sleep(300)""",
    "hides_what_it_takes": """
def hide():
    libc.prctl(4, 0, 0, 0, 0)
    libc.prctl(15, b') S 1 1 1 (', 0, 0, 0)
    spin_in_a_session() if os.getpid() % 2 else bytearray(10**9).replace(b'\\0', b'x')
everywhere(hide)
hide()""",
    "answers_one_byte_at_a_time": "while True: os.write(wire()[1], bytes(1)); time.sleep(0.5)",
    "answers_one_byte_at_a_time_in_the_function": _within(
        "while True:\n    try: os.write(wire()[-1], bytes(1)); time.sleep(0.5)\n    except BaseException: pass"
    ),
    "closes_the_wire_and_stays": "everywhere(lambda: None, 3)\nfor end in wire(): os.close(end)\ntime.sleep(300)",
    "stops_its_copies": """
if os.fork() == 0:
    while True:
        time.sleep(0.05)
        try: os.kill(-1, signal.SIGSTOP)
        except OSError: pass""",
    "ends_its_copies": """
if os.fork() == 0:
    while True:
        time.sleep(0.05)
        try: os.kill(-1, signal.SIGKILL)
        except OSError: pass""",
    "keeps_descriptors_on_their_way": """
import array, socket
one, other = socket.socketpair()
try:
    while True: one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 253))])
except OSError: time.sleep(4)""",
    "interrupts_itself_for_ever": """
if os.fork() == 0:
    while True:
        time.sleep(0.001)
        for process in range(1, 60):
            try: os.kill(process, signal.SIGINT)
            except OSError: pass""",
}

ATTACKS = [
    Attack(
        "neighbors",
        name,
        "others lose marks, the machine or the grader suffers, or it is graded again",
        with_code(f"\n{_TOOLS}\n{code}"),
        breaks_the_rule,
        harmful=True,
    )
    for name, code in _CODE.items()
]
