"""What the graded notebooks say: which mistakes the feedback recognised, and what did not run to its end.

Only sentences that this project wrote are taken over, from the outputs of the instructor's test cells; what students
print is not.
"""

import re
from collections.abc import Iterator
from typing import Any

from grading.assignments import QUESTIONS
from grading.intake.cells import grade_id

STILL_TO_BE_WRITTEN = "This function is still to be written."
UNEXPLAINED = "Points are lost in a way that no known mistake explains."

_HEADING = re.compile(r"(\w+): ([\d.]+) of ([\d.]+) points")
_RAISED = re.compile(r"Your function raised (\w{1,40}) on \d+ of \d+ hidden cases\.")
_STOPPED = {"CellStopped", "KeyboardInterrupt", "CellTimeoutError"}
_ENDED_CALLS = {"TimeoutError": "ran out of time", "SystemError": "ended its process"}

Notebook = dict[str, Any]


def remarks(notebook: Notebook) -> dict[str, list[str]]:
    """Find, for each question, what the feedback says about points that were lost.

    Args:
        notebook: autograded.

    Returns:
        {question: sentences}, empty for full marks: the advice of a known mistake, which error was raised, that nothing
        is written yet, or that it is none of these.
    """
    found: dict[str, list[str]] = {}
    for _, text in _tests(notebook):
        question, lost = None, False
        for line in text.splitlines():
            if heading := _HEADING.fullmatch(line):
                question, lost = heading[1], float(heading[2]) < float(heading[3])
                found[question] = [UNEXPLAINED] if lost else []
            elif question and lost and (remark := _remark(question, line)):
                found[question] = [*(known for known in found[question] if known != UNEXPLAINED), remark]
    return found


def stops(notebook: Notebook) -> Iterator[str]:
    """Tell which cells and tests did not come to their end.

    Args:
        notebook: autograded.
    """
    for cell in notebook["cells"]:
        errors = [output for output in cell.get("outputs", ()) if output["output_type"] == "error"]
        name = grade_id(cell)
        what = f'The cell "{name}"' if name else "A cell of the student's own"
        if any(error["ename"] in _STOPPED for error in errors):
            yield f"{what} was stopped."
        elif errors and _is_test(cell):
            yield f'The test "{name}" ended with an error.'
    for name, text in _tests(notebook):
        for kind in dict.fromkeys(_RAISED.findall(text)):
            if kind in _ENDED_CALLS:
                yield f'A function that "{name}" called {_ENDED_CALLS[kind]}.'


def _remark(question: str, line: str) -> str | None:
    sentence = line.strip().removeprefix("→").strip()
    known = QUESTIONS[question].mistakes if question in QUESTIONS else ()
    if sentence == STILL_TO_BE_WRITTEN or sentence in {mistake.advice for mistake in known}:
        return sentence
    if raised := _RAISED.fullmatch(sentence):
        return f"The function raised {raised[1]}."
    return None


def _tests(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Give the names of the test cells, and what each printed."""
    for cell in notebook["cells"]:
        if _is_test(cell):
            printed = [output["text"] for output in cell["outputs"] if output["output_type"] == "stream"]
            yield _nbgrader(cell)["grade_id"], "".join(map("".join, printed))


def _is_test(cell: dict[str, Any]) -> bool:
    of_nbgrader = _nbgrader(cell)
    return cell["cell_type"] == "code" and bool(of_nbgrader.get("grade")) and not of_nbgrader.get("solution")


def _nbgrader(cell: dict[str, Any]) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})
