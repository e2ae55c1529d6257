"""The instructor's command as a person runs it, and as a test does that has no time for a new process."""

import os
import subprocess
import sys

from click.testing import CliRunner, Result

from grading.__main__ import main
from grading.classroom import ROOT, Classroom


def start(classroom: Classroom, *arguments: str) -> subprocess.Popen:
    """Start the command line in a process group of its own, as a terminal does."""
    command = [sys.executable, "-m", "grading", "--classroom", str(classroom.directory), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, cwd=ROOT, text=True, start_new_session=True, **pipes)


def step(classroom: Classroom, *arguments: str) -> Result:
    """Take a step in this process."""
    result = CliRunner().invoke(main, ["--classroom", str(classroom.directory), *arguments])
    assert isinstance(result.exception, (SystemExit, type(None))), result.exception
    return result
