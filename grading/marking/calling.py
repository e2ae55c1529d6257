"""Calling a student's function: on copies, silently, and with every failure caught."""

import copy
import copyreg
import itertools
import warnings
from abc import ABC, abstractmethod
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
    """The outcome of a call: its value or the name of its error, and its arguments as they were afterwards.

    The names are those of the classes in `TOLD`.
    """

    value: Any
    error: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class AnswerTooLarge(Exception):
    """A function's answer is far larger than an honest one could be."""


# What is told of an exception: enough to find the fault. Every other name would be a sign by which a function could
# tell its author what it was called with.
TOLD: tuple[type[BaseException], ...] = (
    *(AnswerTooLarge, AssertionError, AttributeError, FloatingPointError, ImportError, IndexError, KeyError),
    *(MemoryError, NameError, NotImplementedError, OSError, OverflowError, RecursionError, RuntimeError, SystemError),
    *(SystemExit, TimeoutError, TypeError, ValueError, ZeroDivisionError, Exception),
)


def nearest_told(kind: type[BaseException]) -> type[BaseException]:
    """Return the nearest base of a class of exceptions that is in `TOLD`; Exception if there is none."""
    return next((base for base in kind.__mro__ if base in TOLD), Exception)


class IsolatedFunction(ABC):
    """A function that runs in another process, on copies of its arguments."""

    @abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and return its value."""

    @abstractmethod
    def answer(self, case: Case, expected: Outcome | None) -> Outcome:
        """Return the outcome of a call with the case's arguments, whatever the function raises.

        Args:
            case: the call.
            expected: outcome of the reference, if it is known. It tells how large an answer may be.
        """


def call(function: Function, case: Case, expected: Outcome | None = None) -> Outcome:
    """Call `function` with copies of the case's arguments.

    Nothing that the function prints, plots or warns about gets out, because it may contain the hidden inputs.

    Args:
        function: a student's function, the reference, or a common mistake.
        case: the hidden call.
        expected: outcome of the reference, if it is known: an isolated function may answer with a good deal more, but
            not without end.

    Returns:
        The outcome. An iterator becomes a list of its items, an exception the name of the nearest class in `TOLD`.

    Raises:
        KeyboardInterrupt: the call was interrupted, as it is when the cell runs out of time.
    """
    if isinstance(function, IsolatedFunction):
        return function.answer(case, expected)
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
            error = nearest_told(type(exception)).__name__
    return Outcome(value, error, args, kwargs)
