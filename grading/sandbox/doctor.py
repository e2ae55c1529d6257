"""Checks from inside, before each grading, whether the sandbox holds."""

import sys
from pathlib import Path

from grading.classroom import ROOT
from grading.sandbox.connection import Lost
from grading.sandbox.launch import SandboxError, Zygote, refusal
from grading.sandbox.limits import Limits
from grading.sandbox.session import Session

WRITTEN = ROOT / "written-by-the-doctor"
HOME = Path.home()
# If Python itself is in the home folder, that part of the folder is visible.
OF_PYTHON = {
    Path(prefix).relative_to(HOME).parts[0]
    for prefix in (sys.prefix, sys.base_prefix)
    if Path(prefix).is_relative_to(HOME)
}

# Each attempt must fail; if one succeeds, its sentence is reported.
PROBES = {
    "A submission could use the network.": """
import socket
with socket.create_server(('127.0.0.1', 0)) as server:
    socket.create_connection(server.getsockname(), 1)
""",
    "A submission could see the home folder.": f"""
import os
assert set(os.listdir({str(HOME)!r})) - set({sorted(OF_PYTHON)})
""",
    "A submission could read the course's folder.": f"import os; os.listdir({str(ROOT / 'grading')!r})",
    "A submission could import the reference solutions.": "import solutions",
    "A submission could import the questions.": "import grading",
    "A submission could write outside its sandbox.": f"""
import os
open({str(WRITTEN)!r}, 'w')
os.remove({str(WRITTEN)!r})
""",
    "A submission could see the computer's mounts and processors.": "open('/proc/self/mountinfo').close()",
    "A submission could hide the processor time that it uses.": """
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
""",
    "A submission could make namespaces.": "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "A submission could start processes without end.": """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(60)
""",
}


WHAT_TO_DO = (
    "Grade on Linux where bubblewrap may create user namespaces: Ubuntu 24.04 needs an AppArmor profile for bwrap "
    "that allows it, and a container needs the right to do it. Or, if you trust everybody whose work you grade, do "
    "without a sandbox: --trusted-submissions."
)


def complaints(start: type[Zygote] = Zygote) -> list[str]:
    """Probe the sandbox and return a sentence for each way in which it does not hold; none means that it does.

    Args:
        start: the kind of zygote to probe.
    """
    try:
        with start(warm=()) as zygote:
            return [complaint for complaint, attempt in PROBES.items() if _succeeds(zygote, attempt)]
    except (SandboxError, OSError) as error:
        return [refusal() or f"{error} {WHAT_TO_DO}"]


def _succeeds(zygote: Zygote, attempt: str) -> bool:
    with Session(zygote, Limits()) as session:
        try:
            outputs = session.run_cell(attempt, 1)
        except Lost:
            return False
    return not any(output["output_type"] == "error" for output in outputs)
