"""Run a command for some seconds at most and write down the most memory that it took.

The system counts what a process was before it became the command, so a large process that starts the command itself
would find its own size. This small one stands between.
"""

import contextlib
import resource
import subprocess
import sys
from pathlib import Path

written, seconds, *command = sys.argv[1:]
code = 1
with contextlib.suppress(subprocess.TimeoutExpired):
    code = subprocess.run(command, timeout=float(seconds), start_new_session=True, check=False).returncode
Path(written).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
