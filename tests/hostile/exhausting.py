"""Exhausting time, memory, processes, disk and output."""

from tests.hostile.attack import Attack, Graded, Scene, takes, with_code

SECONDS = 150


def _within(body: str) -> str:
    return f"\ndef @QUESTION@(*args, **kwargs):\n    {body}"


# Name: (code, whether it harms the machine where nothing limits it).
_CODE = {
    "loops_for_ever": ("while True: pass", False),
    "loops_for_ever_in_the_function": (_within("while True: pass"), False),
    "loops_and_ignores_interrupts": (
        """
import time
end = time.time() + 300
while time.time() < end:
    try:
        while time.time() < end: pass
    except BaseException: pass""",
        False,
    ),
    "loops_and_ignores_interrupts_in_the_function": (
        _within(
            "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); end = time.time() + 300\n"
            "    while time.time() < end: pass"
        ),
        False,
    ),
    "computes_what_nobody_can_interrupt": ("x = 9 ** 9 ** 8 % 7", False),
    "sleeps_in_the_destructor": (
        "class Slow:\n    def __del__(self):\n        import time; time.sleep(300)\nslow = [Slow()]\n"
        "import atexit, time\natexit.register(time.sleep, 300)",
        False,
    ),
    "stops_itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", False),
    "answers_slowly_every_time": (_within("import time; time.sleep(19)"), False),
    "takes_memory": ("x = []\nwhile True: x.append(bytearray(2**24))", True),
    "takes_memory_in_the_function": (_within("x = []\n    while True: x.append(bytearray(2**24))"), True),
    "takes_memory_in_many_processes": (
        "import os\nfor _ in range(20):\n    if os.fork() == 0:\n        x = bytearray(2**29)\n"
        "        import time; time.sleep(20); os._exit(0)",
        True,
    ),
    "starts_processes": (
        "import os, time\nend = time.time() + 5\nwhile time.time() < end:\n    try: os.fork()\n"
        "    except OSError: pass",
        True,
    ),
    "starts_threads": (
        "import threading, time\nfor _ in range(20_000): threading.Thread(target=time.sleep, args=(20,)).start()",
        True,
    ),
    "fills_the_disk": ('with open("big", "wb") as f:\n    for _ in range(3000): f.write(bytes(2**20))', True),
    "fills_the_disk_with_small_files": ('for n in range(2_000_000): open(f"small-{n}", "w").close()', True),
    "fills_the_temporary_folder": (
        "import tempfile\nwith tempfile.TemporaryFile() as f:\n    for _ in range(3000): f.write(bytes(2**20))",
        True,
    ),
    "opens_files": ("x = []\nwhile True: x.append(open('/dev/null'))", False),
    "prints_without_end": ("while True: print('x' * 1000)", True),
    "prints_one_large_text": ("print('x' * 150_000_000)", False),
    "shows_one_large_output": (
        "from IPython.display import display\ndisplay({'text/plain': 'x' * 150_000_000}, raw=True)",
        False,
    ),
    "shows_many_outputs": ("from IPython.display import display\nfor n in range(200_000): display(n)", False),
    "shows_an_output_and_clears_it_for_ever": (
        "from IPython.display import clear_output\nwhile True: print('x'); clear_output()",
        True,
    ),
    "raises_a_large_exception": ("raise ValueError('x' * 100_000_000)", False),
    "overflows_the_stack": (
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        False,
    ),
    "crashes": ("import ctypes; ctypes.string_at(0)", False),
    "crashes_in_the_function": (_within("import ctypes; ctypes.string_at(0)"), False),
    "returns_a_large_array": (_within("import numpy as np; return np.broadcast_to(0.0, (10**6, 10**6))"), True),
    "returns_a_large_tuple": (_within("return (0,) * 10**9"), True),
    "returns_a_deep_list": (
        _within("x = []\n    for _ in range(10**6): x = [x]\n    return x"),
        False,
    ),
    "returns_a_cycle": (_within("x = {}; x['W1'] = x; return x, x"), False),
    "returns_an_endless_iterator": (_within("import itertools; return itertools.repeat('x' * 10**6)"), True),
    "returns_a_large_number": (_within("return 7 ** 10**7, {}"), False),
    "changes_its_inputs_to_something_large": (
        "\ndef @QUESTION@(parameters, *args, **kwargs):\n    parameters['W1'] = 'x' * 10**9",
        True,
    ),
}


def _stays(scene: Scene, graded: Graded) -> bool:
    """Whether a flood is kept: where it is read, it costs once more."""
    return len(graded.said) > 20_000_000 or takes(SECONDS)(scene, graded)


def _check(name: str):
    return _stays if name.startswith(("prints", "shows", "raises")) else takes(SECONDS)


ATTACKS = [
    Attack(
        "exhausting",
        name,
        f"grading takes more than {SECONDS} s or 1,500 MB, or others lose their marks",
        with_code("\n" + code),
        _check(name),
        alone=True,
        harmful=harmful,
    )
    for name, (code, harmful) in _CODE.items()
]
