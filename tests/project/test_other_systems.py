"""Every command starts on macOS and Windows, where Linux's own names are missing; only grading refuses, in a sentence.

Python's own library and the packages are imported first: they have their ways of doing without these names.
"""

import json
import subprocess
import sys
from typing import Any

import nbformat
import pytest

from tests.released import ASSIGNMENT, answered

ABSENT = {
    "darwin": {
        "os": "sched_getaffinity sched_setaffinity pidfd_open memfd_create O_TMPFILE O_PATH posix_fadvise",
        "signal": "pidfd_send_signal sigtimedwait",
        "socket": "SOCK_SEQPACKET SOCK_CLOEXEC",
        "select": "epoll",
    },
    "win32": {
        "os": """
            sched_getaffinity sched_setaffinity pidfd_open memfd_create O_TMPFILE O_PATH posix_fadvise fork forkpty wait
            waitid setsid killpg getpgid getuid geteuid getgid setuid getgroups uname nice mkfifo mknod chown lchown
            chroot set_blocking sysconf O_NOFOLLOW O_DIRECTORY O_NONBLOCK O_NOCTTY O_CLOEXEC
        """,
        "signal": """
            pidfd_send_signal sigtimedwait SIGKILL SIGALRM SIGUSR1 SIGUSR2 SIGHUP SIGCHLD alarm setitimer
        """,
        "socket": "SOCK_SEQPACKET SOCK_CLOEXEC AF_UNIX send_fds recv_fds socketpair",
        "select": "epoll poll",
        "": "fcntl resource pwd grp termios pty tty readline syslog",
    },
}

# Imports all of the grader's side twice: as it is here, then as on the other system.
PRETEND = """
import importlib, os, pkgutil, sys

def import_everything():
    import grading
    names = [module.name for module in pkgutil.walk_packages(grading.__path__, "grading.")]
    # Inside the sandbox it is always Linux, and the template's imports don't exist yet.
    for name in names:
        if not name.startswith(("grading.sandbox.inside.", "grading.assignment_template.")) and "_config" not in name:
            importlib.import_module(name)

system, absent = sys.argv[1], eval(sys.argv[2])
import_everything()
for name in [name for name in sys.modules if name.partition(".")[0] in ("grading", "solutions", "course")]:
    del sys.modules[name]
for module, names in absent.items():
    for name in names.split():
        if not module:
            sys.modules[name] = None
        elif hasattr(importlib.import_module(module), name):
            delattr(sys.modules[module], name)
if system == "win32":
    os.O_BINARY = 0
    os.supports_dir_fd = set()
sys.platform = system
import_everything()
"""

LOOK = f"""{PRETEND}
import json
from pathlib import Path
from click.testing import CliRunner
from grading.__main__ import main
from grading.intake.reading import Refused, read_submission
steps, notebooks, folder = json.loads(sys.argv[3])
commands = [["--help"], *([step, "--help"] for step in main.commands)]
commands += [["--classroom", folder, step] for step in steps]
ran = {{" ".join(command[-2:]): CliRunner().invoke(main, command) for command in commands}}
print(json.dumps({{
    "steps": {{command: [run.exit_code, run.output] for command, run in ran.items()}},
    "refused": [isinstance(read_submission(Path(notebook)), Refused) for notebook in notebooks],
}}))
"""
REFUSING = ("grade", "doctor")


@pytest.fixture(scope="module", params=ABSENT)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What becomes of all commands, and of four files that are handed in, on the other system."""
    folder = tmp_path_factory.mktemp("handed-in")
    notebook, link = folder / f"{ASSIGNMENT}.ipynb", folder / "link.ipynb"
    nbformat.write(answered(), notebook)
    link.symlink_to(notebook)
    files = [str(path) for path in (notebook, link, folder, folder / "missing.ipynb")]
    asked = json.dumps([REFUSING, files, str(folder)])
    run = subprocess.run(
        [sys.executable, "-c", LOOK, request.param, repr(ABSENT[request.param]), asked],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_every_command_starts(seen: dict[str, Any]) -> None:
    helped = {command: run for command, run in seen["steps"].items() if command.endswith("--help")}
    assert {"release --help", "collect --help", "feedback --help", "marks --help", "report --help"} <= set(helped)
    assert {command: said for command, (code, said) in helped.items() if code != 0 or "Usage:" not in said} == {}


@pytest.mark.parametrize("step", REFUSING)
def test_grading_refuses_in_a_sentence(seen: dict[str, Any], step: str) -> None:
    ((code, said),) = [run for command, run in seen["steps"].items() if command.endswith(step)]
    assert code == 1
    assert "Grading needs Linux" in said
    assert "Traceback" not in said


def test_a_notebook_is_read_and_a_link_is_not(seen: dict[str, Any]) -> None:
    assert seen["refused"] == [False, True, True, True]
