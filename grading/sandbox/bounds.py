"""How large a reply of the sandbox may be: several times what an honest one needs, and some more."""

from dataclasses import astuple
from typing import Any

from grading.marking.calling import Outcome
from grading.sandbox.inside.limits import LARGEST, Size
from grading.sandbox.inside.wire import measure

# Wrong answers are larger than right ones: lists for arrays, or a matrix for each vector.
FACTOR = 16

# A word that confirms a step.
STEP = Size(bytes=10_000, values=100, keys=20, elements=0, text=10_000)
# The outputs of a cell are text: a little more of it than a cell may put out (`Limits.cell_output_characters`).
OUTPUTS = Size(bytes=12 * 2**20, values=50_000, keys=10_000, elements=100, text=12 * 2**20)
# A plain value of the notebook, or the answer to a call, where nobody knows the right one.
VALUE = Size(bytes=8 * 2**20, values=200_000, keys=20_000, elements=2_000_000, text=2 * 2**20)

_BESIDE_AN_ANSWER = Size(bytes=2**20, values=4_000, keys=500, elements=100_000, text=8_000)


def bounds_of_answer(expected: Outcome) -> Size:
    """Return how large the answer to a hidden case may be.

    Args:
        expected: outcome of the reference. Its arguments count, because they come back with the answer.

    Raises:
        ValueError: no message can hold the right answer.
    """
    return _bounds((expected.value, expected.args, expected.kwargs), _BESIDE_AN_ANSWER)


def bounds_of_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Size:
    """Return how large the answer to any other call may be: `VALUE`, and more if the arguments are large.

    Args:
        args: positional arguments.
        kwargs: keyword arguments.

    Raises:
        ValueError: no message can hold the arguments.
    """
    return _bounds((args, kwargs), VALUE)


def _bounds(needed: Any, more: Size) -> Size:
    parts = zip(astuple(measure(needed)), astuple(more), astuple(LARGEST), strict=True)
    return Size(*(min(FACTOR * need + extra, largest) for need, extra, largest in parts))
