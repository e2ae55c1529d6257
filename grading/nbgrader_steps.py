"""Errors from nbgrader's API as sentences. The API turns every error, even Ctrl-C, into the text of a log."""

import re
from typing import Any

_ERROR = re.compile(r"^(?:\w+\.)*(?P<kind>\w+): (?P<why>.+)$", re.MULTILINE)
_DATABASE = re.compile(r"^sqlalchemy\.exc\.OperationalError: \(\S+\) (?P<why>.+)$", re.MULTILINE)


class StepFailed(Exception):
    """A step of nbgrader failed; the message is a sentence."""


def succeeded(result: dict[str, Any], doing: str) -> str:
    """Return the log of a step of nbgrader, if it succeeded.

    Args:
        result: what a method of `nbgrader.apps.NbGraderAPI` returned.
        doing: what could not be done if it failed, as the beginning of the sentence.

    Raises:
        StepFailed: the step failed.
        KeyboardInterrupt: the step was interrupted.
    """
    log: str = result.get("log", "")
    if result["success"]:
        return log
    error = result.get("error", "")
    if error.rstrip().endswith("KeyboardInterrupt"):
        raise KeyboardInterrupt
    if locked := _DATABASE.search(log + error):
        raise StepFailed(f"{doing}: the gradebook cannot be used ({locked['why']}).")
    # The first error in the log is the cause; the one that nbgrader raises in the end only points there.
    found = _ERROR.search(log) or _ERROR.search(error)
    raise StepFailed(f"{doing}: {found['why'].rstrip('.') if found else 'nbgrader could not do it'}.")
