"""Checks of arguments, shared by every module of the reference package."""

from collections.abc import Mapping

import numpy as np


def require(condition: bool, argument: str, value: object, rule: str) -> None:
    """Raise a `ValueError` that names `argument`, the `rule` it breaks, and its `value`."""
    if not condition:
        raise ValueError(f"{argument} must be {rule}, got {value!r}")


def is_finite_number(value: object) -> bool:
    """Check whether `value` is a single finite real number; `True` and `False` do not count."""
    return (
        isinstance(value, int | float | np.integer | np.floating)
        and not isinstance(value, bool)
        and bool(np.isfinite(value))
    )


def is_count(value: object, least: int) -> bool:
    """Check whether `value` is a whole number, `least` or more; `True` and `False` do not count."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= least)


def require_decay(argument: str, beta: float) -> None:
    """Require an averaging constant: 0 <= beta < 1."""
    require(is_finite_number(beta) and 0 <= beta < 1, argument, beta, "a number in [0, 1)")


def require_positive(argument: str, value: float) -> None:
    """Require a finite number above zero."""
    require(is_finite_number(value) and value > 0, argument, value, "a finite number above 0")


def require_not_negative(argument: str, value: float) -> None:
    """Require a finite number, zero or more."""
    require(is_finite_number(value) and value >= 0, argument, value, "a finite number, 0 or more")


def require_count(argument: str, value: int, least: int = 1) -> None:
    """Require a whole number, `least` or more."""
    require(is_count(value, least), argument, value, f"a whole number, {least} or more")


def finite_array(argument: str, value: object) -> np.ndarray:
    """Return `value` as a floating-point array; float32 stays float32.

    Raises:
        ValueError: `value` has entries that are not numbers, or are NaN or infinite.
    """
    try:
        array = np.asarray(value)
        array = array if array.dtype.kind == "f" else array.astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"{argument} must be an array of numbers, got {value!r}") from None
    if not np.all(np.isfinite(array)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{argument} must be finite, got {array[where]} at index {where}")
    return array


def require_matching(argument: str, arrays: Mapping[str, np.ndarray], parameters: Mapping[str, np.ndarray]) -> None:
    """Require a dict with one finite array "dK" of K's shape for each parameter "K", and nothing else."""
    require(isinstance(arrays, Mapping), argument, arrays, "a dict of arrays")
    for name, parameter in parameters.items():
        require(f"d{name}" in arrays, argument, sorted(arrays), f"a dict with the key 'd{name}'")
        array = finite_array(f"{argument}['d{name}']", arrays[f"d{name}"])
        shape = np.shape(parameter)
        require(array.shape == shape, f"{argument}['d{name}']", array.shape, f"of shape {shape}, as {name!r} is")
    unknown = sorted(set(arrays) - {f"d{name}" for name in parameters})
    require(not unknown, argument, unknown, "free of keys that belong to no parameter")


def require_arrays(argument: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Require a dict of finite arrays."""
    require(isinstance(arrays, Mapping), argument, arrays, "a dict of arrays")
    for name, array in arrays.items():
        finite_array(f"{argument}[{name!r}]", array)


def require_squares(squares: Mapping[str, np.ndarray], parameters: Mapping[str, np.ndarray]) -> None:
    """Require averaged squares that match `parameters`, with no element below zero."""
    require_matching("squares", squares, parameters)
    for name, square in squares.items():
        require(not np.any(np.asarray(square) < 0), f"squares[{name!r}]", float(np.min(square)), "0 or more throughout")
