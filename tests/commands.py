"""The instructor's command, run in a new process as a person would, or in this one to save time."""

import signal
import subprocess
import sys
from functools import partial

from click.testing import CliRunner, Result

from grading.__main__ import main
from grading.classroom import ROOT, Classroom


def start(classroom: Classroom, *arguments: str, module: str = "grading") -> subprocess.Popen:
    """Start the command, or a module in its place, in its own process group, where Ctrl-C works, as in a terminal.

    Shells let background processes ignore Ctrl-C, and tests that run in the background would inherit that.
    """
    command = [sys.executable, "-m", module, "--classroom", str(classroom.directory), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509, no thread runs here
        **pipes,
    )


def step(classroom: Classroom, *arguments: str) -> Result:
    """Take a step in this process."""
    result = CliRunner().invoke(main, ["--classroom", str(classroom.directory), *arguments])
    assert isinstance(result.exception, (SystemExit, type(None))), result.exception
    return result
