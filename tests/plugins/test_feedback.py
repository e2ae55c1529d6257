"""Students see the message of a hidden test, but neither its text nor what it called their function with."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grading.execution.notebook import execute
from grading.plugins.feedback import HideTests

VISIBLE = "assert f(0) == 0"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
STUDENT = """
### BEGIN HIDDEN TESTS, said the student
def f(x):
    if x:
        raise ValueError(f"called with {x}")
    return 0
"""


def _shown(test: str, student: str = STUDENT) -> NotebookNode:
    """Run a test cell and return it as feedback shows it."""
    metadata = {"nbgrader": {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": "f_tests"}}
    notebook = new_notebook(cells=[new_code_cell(student), new_code_cell(test, metadata=metadata)])
    executed = execute(notebook).notebook
    # The tests' own words are there before, for the instructor to see.
    assert test == executed.cells[1].source
    return HideTests().preprocess(executed, {})[0].cells[1]


# Hidden test: (its text, what is told).
FAILING = {
    "an assertion": ("secret = 5772\nassert f(0) == secret", "AssertionError: a hidden test does not hold"),
    "with a message": ("secret = 5772\nassert f(0) == secret, 'f(0) is off'", "AssertionError: f(0) is off"),
    "in a helper": (
        "def secret(): assert f(0) == 5772, 'f(0) is off'\nsecret()",
        "AssertionError: f(0) is off",
    ),
    "an exception of the function": ("secret = f(5772)", "ValueError: raised in f"),
    "while another was handled": (
        "try:\n    secret = f(5772)\nexcept ValueError:\n    raise AssertionError('f fails') from None",
        "AssertionError: f fails",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_hidden_test_shows_only_its_message(name: str) -> None:
    test, told = FAILING[name]
    cell = _shown(f"{VISIBLE}\n{HIDDEN.format(test)}")
    assert cell.source == VISIBLE
    (output,) = cell.outputs
    assert f"{output.ename}: {output.evalue}" == told
    assert len(output.traceback) == 1
    assert "secret" not in str(cell) and "5772" not in str(cell)


def test_what_a_hidden_test_prints_is_shown() -> None:
    cell = _shown(HIDDEN.format("print('half of it')\n0.5"))
    assert [output.output_type for output in cell.outputs] == ["stream", "execute_result"]


def test_a_visible_test_keeps_its_traceback() -> None:
    cell = _shown("assert f(0) == 1")
    assert cell.source == "assert f(0) == 1"
    assert len(cell.outputs[0].traceback) > 1
