"""Calling a student's function: on copies, silently, and with every failure caught."""

import copy
import copyreg
import itertools
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from IPython.utils.capture import capture_output

Function = Callable[..., Any]

# An iterator may be endless. The sandbox takes as many items.
MAX_ITERATOR_ITEMS = 100_000


def _as_dict(mapping: MappingProxyType[Any, Any]) -> tuple[Callable[..., Any], tuple[dict[Any, Any]]]:
    return dict, (dict(mapping),)


# Read-only dictionaries are answers like any other, but Python does not know how to copy them.
copyreg.pickle(MappingProxyType, _as_dict)


@dataclass(frozen=True)
class Case:
    """One hidden call: the arguments, and a label that criteria use to select their cases."""

    label: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call: its value or the name of its error, and its arguments as they were afterwards."""

    value: Any
    error: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def call(function: Function, case: Case) -> Outcome:
    """Call `function` with copies of the case's arguments.

    Nothing that the function prints, plots or warns about gets out, because it may contain the hidden inputs.

    Args:
        function: a student's function, the reference, or a common mistake.
        case: the hidden call.

    Returns:
        The outcome. An iterator becomes a list of its items, an exception the name of its built-in class.

    Raises:
        KeyboardInterrupt: the call was interrupted, as it is when the cell runs out of time.
    """
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    value, error = None, None
    with capture_output(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
            if isinstance(value, Iterator):
                value = list(itertools.islice(value, MAX_ITERATOR_ITEMS))
            value = copy.deepcopy(value)
        except KeyboardInterrupt:
            raise
        except BaseException as exception:  # noqa: BLE001, a student's `sys.exit()` must not end the grading
            error = next(kind.__name__ for kind in type(exception).__mro__ if kind.__module__ == "builtins")
    return Outcome(value, error, args, kwargs)
