"""Running submissions without a sandbox, for those who trust them: in a process of their own and with limits, no more.

The hidden tests stay on the instructor's side, but a submission runs with the instructor's rights: it can read and
write whatever the instructor can.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from grading.classroom import ROOT
from grading.sandbox.launch import ENVIRONMENT, HERE, Child, Zygote, font_list
from grading.sandbox.usage import Processes
from grading.virtual_environment import derive

WARNING = "Without a sandbox, submissions can do anything on this machine that you can."


class TrustedChild(Child):
    """A process group for one submission."""

    def interrupt(self) -> None:
        """Interrupt whatever is running."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill the submission's processes; one that has left their group lives on."""
        self._signal(signal.SIGKILL)
        super().kill()

    def _processes(self, proc: int) -> Processes:
        return Processes(proc, ancestor=self.pid)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


class TrustedZygote(Zygote):
    """A warm interpreter without bubblewrap around it."""

    child_class = TrustedChild

    def _start(self, control: socket.socket, log: IO[bytes], warm: str) -> subprocess.Popen[bytes]:
        self._folder = Path(tempfile.mkdtemp(prefix="submissions-"))
        # Only `course`, as in the sandbox, and nothing of what lies beside it.
        (self._folder / "importable").mkdir()
        (self._folder / "importable" / "course").symlink_to(ROOT / "course")
        name, fonts = font_list()
        (self._folder / "matplotlib").mkdir()
        (self._folder / "matplotlib" / name).write_bytes(fonts)
        environment = {key: value.replace("/scratch", str(self._folder)) for key, value in ENVIRONMENT.items()}
        environment["PATH"] = os.environ["PATH"]
        del environment["PYTHONPATH"]
        python = derive(self._folder / "python", self._folder / "importable")
        program = str(HERE / "inside" / "zygote.py")
        return subprocess.Popen(
            [python, "-B", program, str(control.fileno()), warm, "trusted"],
            pass_fds=(control.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=self._folder,
            start_new_session=True,
        )

    def close(self) -> None:
        """End the zygote, and delete whatever the submissions left in their folder."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)
