"""Whether two values are the same, as far as floating point can tell."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-9


def agree(one: Any, other: Any) -> bool:
    """Check whether two values of plain data agree: numbers, arrays, dicts, lists and tuples of them, None, strings.

    Arrays must have the same shape; a number agrees with an array of shape (). A list agrees with a tuple of the same
    items, and a random generator with one in the same state. NaN agrees only with NaN, and an object of
    another type with nothing. Values that cannot be compared, such as lists that contain themselves, do not agree.
    """
    try:
        with np.errstate(all="ignore"):
            return _agree(one, other)
    except Exception:  # noqa: BLE001, no value that a function returns may end the grading
        return False


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_agree(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_agree, one, other))
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return type(one) is type(other) and one == other
    if isinstance(one, np.random.Generator) and isinstance(other, np.random.Generator):
        return _same_state(one.bit_generator.state, other.bit_generator.state)
    return _is_numeric(one) and _is_numeric(other) and _numbers_agree(np.asarray(one), np.asarray(other))


def _same_state(one: Any, other: Any) -> bool:
    # The state of some generators holds arrays, which `==` compares number by number.
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_state(one[key], other[key]) for key in one)
    return np.array_equal(one, other)


def _is_numeric(value: Any) -> bool:
    # An integer too large for a machine word becomes an array of objects.
    return isinstance(value, Real | np.ndarray) and np.asarray(value).dtype.kind in "biuf"


def _numbers_agree(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(
        np.allclose(one, other, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, equal_nan=True)
    )
