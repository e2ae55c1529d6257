"""What nbgrader's API says about a step, as a sentence: it catches everything, Ctrl-C included, into a text."""

import re
from typing import Any

_ERROR = re.compile(r"^(?:\w+\.)*(?P<kind>\w+): (?P<why>.+)$", re.MULTILINE)
_DATABASE = re.compile(r"^sqlalchemy\.exc\.OperationalError: \(\S+\) (?P<why>.+)$", re.MULTILINE)


class StepFailed(Exception):
    """A step of nbgrader has failed; the message is a sentence."""


def succeeded(result: dict[str, Any], doing: str) -> str:
    """Give the log of a step that nbgrader has taken.

    Args:
        result: of a method of `nbgrader.apps.NbGraderAPI`.
        doing: what it was, for the sentence.

    Raises:
        StepFailed: it was not done.
        KeyboardInterrupt: it was interrupted.
    """
    log = result.get("log", "")
    if result["success"]:
        return log
    error = result.get("error", "")
    if error.rstrip().endswith("KeyboardInterrupt"):
        raise KeyboardInterrupt
    if locked := _DATABASE.search(log + error):
        raise StepFailed(f"{doing}: the gradebook cannot be used ({locked['why']}).")
    # The first in the log tells the cause; what nbgrader raises in the end points there.
    found = _ERROR.search(log) or _ERROR.search(error)
    raise StepFailed(f"{doing}: {found['why'].rstrip('.') if found else 'nbgrader could not do it'}.")
