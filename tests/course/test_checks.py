"""The visible checks say in one sentence what is wrong."""

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.checks import CheckFailed, check, check_that

HINTS = {"its sign is reversed": [[-1.0, 2.0]]}


def test_a_right_result_is_confirmed(capsys: pytest.CaptureFixture) -> None:
    check("the velocity", np.array([[1.0, -2.0]]), [[1.0, -2.0]], HINTS)
    assert capsys.readouterr().out == "✓ the velocity\n"


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        (None, "the velocity is None. Does your function end with `return`?"),
        ({"dW1": 1}, "the velocity must be an array, but it is a dict."),
        (np.ones(2), r"the velocity must have the shape \(1, 2\), but its shape is \(2,\)."),
        (np.array([[-1.0, 2.0]]), "the velocity: its sign is reversed"),
        (np.array([[1.0, 3.0]]), "the velocity should be"),
        (np.array([[np.nan, -2.0]]), "the velocity should be"),
        (np.array([["a", "b"]]), "the velocity should be"),
    ],
)
def test_a_wrong_result_is_explained(actual: object, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check("the velocity", actual, [[1.0, -2.0]], HINTS)


def test_a_property_is_checked() -> None:
    check_that(True, "never said")
    with pytest.raises(CheckFailed, match="take new arrays"):
        check_that(False, "take new arrays")


def test_a_notebook_shows_the_message_without_a_traceback(capsys: pytest.CaptureFixture) -> None:
    shell = InteractiveShell()
    shell.run_cell("from course.checks import check_that\ncheck_that(False, 'take new arrays')")
    shown = "".join(capsys.readouterr())
    assert "take new arrays" in shown
    assert "Traceback" not in shown
