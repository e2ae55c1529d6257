"""Whether the sandbox holds, asked from inside before each grading."""

from grading.classroom import ROOT
from grading.sandbox.launch import SandboxError, Zygote
from grading.sandbox.limits import Limits
from grading.sandbox.session import Lost, Session

# What each does must fail; the sentence is told where it does not.
PROBES = {
    "A submission could use the network.": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "A submission could see the home folder.": "import os; assert os.listdir(os.path.expanduser('~root'))",
    "A submission could read the course's folder.": f"import os; os.listdir({str(ROOT / 'grading')!r})",
    "A submission could import the reference solutions.": "import solutions",
    "A submission could import the questions.": "import grading",
    "A submission could write outside its sandbox.": "open('/opt/course/course/probe', 'w')",
    "A submission could make namespaces.": "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "A submission could start processes without end.": """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(60)
""",
}


def complaints() -> list[str]:
    """Probe the sandbox, and give a sentence for each way in which it does not hold; none means that it does."""
    try:
        with Zygote() as zygote:
            return [complaint for complaint, attempt in PROBES.items() if _succeeds(zygote, attempt)]
    except SandboxError as error:
        return [str(error)]


def _succeeds(zygote: Zygote, attempt: str) -> bool:
    with Session(zygote, Limits(cell_seconds=20)) as session:
        try:
            outputs = session.run_cell(attempt, 1)
        except Lost:
            return False
    return not any(output["output_type"] == "error" for output in outputs)
