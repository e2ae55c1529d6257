"""A process's own zygote, and what happens when somebody ends it."""

import os
import signal

from nbgrader.utils import determine_grade

from grading.execution.notebook import execute
from grading.intake.canonical import canonical
from grading.intake.source import Source
from grading.sandbox.shared import close_shared_zygote, shared_zygote
from tests.hostile.attack import TESTS
from tests.processes import descendants
from tests.released import answered, find, short_source


def test_a_lost_zygote_is_replaced_even_before_bubblewrap_has_noticed() -> None:
    bubblewrap = shared_zygote()._process.pid
    os.kill(bubblewrap, signal.SIGSTOP)
    (zygote,) = [
        pid for pid, command in descendants(bubblewrap).items() if "zygote.py" in " ".join(command.split()[2:3])
    ]
    os.kill(zygote, signal.SIGKILL)
    try:
        source = short_source()
        executed = execute(canonical(Source(source), answered(source)).notebook)
        assert determine_grade(find(executed.notebook, TESTS))[0] == 5
    finally:
        close_shared_zygote()
