"""What the graded notebooks say: which mistakes were recognized, and which cells and functions did not finish.

Results of marking are read from the instructor's test cells only. A student's cell cannot carry one that counts.
"""

from collections.abc import Iterator

from nbformat import NotebookNode

from grading.intake.cells import grade_id, is_test
from grading.marking.score import MEDIA_TYPE, Result, UnknownSchema, what_happened

UNEXPLAINED = "Points are lost in a way that no known mistake explains."

_STOPPED = {"CellStopped", "KeyboardInterrupt"}
_UNFINISHED = {"TimeoutError": "ran out of time", "SystemError": "ended its process"}


def remarks(notebook: NotebookNode) -> dict[str, list[str]]:
    """Return, for each test cell, why points were lost.

    Args:
        notebook: autograded.

    Returns:
        {grade id: sentences}, empty for full marks: the advice on a recognized mistake, the errors that were raised,
        that nothing is written yet, or that it is none of these.
    """
    found = {}
    for cell in filter(is_test, notebook.cells):
        results, _ = _results(cell)
        reasons = [reason for result in results for reason in _reasons(result)]
        found[cell.metadata.nbgrader.grade_id] = list(dict.fromkeys(reasons))
    return found


def stops(notebook: NotebookNode) -> Iterator[str]:
    """Yield a sentence for each cell, test and function that did not finish, and for each result nobody can read.

    Args:
        notebook: autograded.
    """
    for cell in notebook.cells:
        errors = [output for output in cell.get("outputs", ()) if output.output_type == "error"]
        name = grade_id(cell)
        what = f'The cell "{name}"' if name else "A cell of the student's own"
        if any(error.ename in _STOPPED for error in errors):
            yield f"{what} was stopped."
        elif errors and is_test(cell):
            yield f'The test "{name}" ended with an error.'
    for cell in filter(is_test, notebook.cells):
        name = cell.metadata.nbgrader.grade_id
        results, readable = _results(cell)
        for error, what in _UNFINISHED.items():
            if any(error in result.failures for result in results):
                yield f'A function that "{name}" called {what}.'
        if not readable:
            yield f'The test "{name}" was marked by another version of this project: grade it again.'


def _reasons(result: Result) -> list[str]:
    if result.points == result.most_points:
        return []
    if result.explanation is not None:
        return [result.explanation]
    return [f"The function {what_happened(error)}." for error in sorted(result.failures)] or [UNEXPLAINED]


def _results(cell: NotebookNode) -> tuple[list[Result], bool]:
    """Return the results that a test cell carries, and whether all of them could be read."""
    carried = [output.data[MEDIA_TYPE] for output in cell.outputs if MEDIA_TYPE in output.get("data", {})]
    try:
        return [Result.from_json(data) for data in carried], True
    except UnknownSchema:
        return [], False
