"""The visible checks of the assignments: they compare an answer with a worked example and say what went wrong."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class CheckFailed(AssertionError):
    """A visible check that failed. A notebook shows only its message, since the traceback would lead into this file."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[1;31m✗\x1b[0m {self}"]


def check(what: str, actual: Any, expected: ArrayLike, hints: Mapping[str, ArrayLike] | None = None) -> None:
    """Compare a student's result with the number or array of a worked example.

    Args:
        what: what is compared, in the student's words: "the velocity of W1".
        actual: the student's result, of any type.
        expected: the result in the worked example, of any shape.
        hints: {sentence: the value this mistake would give}; the message has the sentence of the first match.

    Raises:
        CheckFailed: the results differ. The message says how and, if a hint matches, why.
    """
    expected = np.asarray(expected)
    if actual is None:
        raise CheckFailed(f"{what} is None. Does your function end with `return`?")
    if not isinstance(actual, int | float | np.generic | np.ndarray | list | tuple):
        raise CheckFailed(f"{what} must be {_kind(expected)}, but it is a {type(actual).__name__}.")
    shape = np.shape(actual)
    if shape != expected.shape:
        raise CheckFailed(f"{what} must have the shape {expected.shape}, but its shape is {shape}.")
    if not _close(actual, expected):
        for sentence, value in (hints or {}).items():
            if np.shape(value) == shape and _close(actual, value):
                raise CheckFailed(f"{what}: {sentence}")
        raise CheckFailed(f"{what} should be\n{expected}\nbut it is\n{np.asarray(actual)}")
    print(f"✓ {what}")


def check_that(claim: bool, advice: str) -> None:
    """Check a property that cannot be stated as a number.

    Args:
        claim: whether the property holds.
        advice: what to change if it doesn't.

    Raises:
        CheckFailed: the claim is false; the message is the advice.
    """
    if not claim:
        raise CheckFailed(advice)


def _kind(expected: np.ndarray) -> str:
    return "an array" if expected.ndim else "a number"


def _close(actual: ArrayLike, expected: ArrayLike) -> bool:
    try:
        return np.allclose(actual, expected, rtol=1e-6, atol=1e-9)
    except TypeError:
        return False
