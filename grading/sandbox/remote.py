"""A student's function on the grader's side: called like any function, executed in the sandbox."""

import builtins
from typing import Any

import numpy as np

from grading.sandbox.calls import CallFailed, Calls


class RemoteInterrupt(KeyboardInterrupt):
    """A student's function raised KeyboardInterrupt, which must not look like the grader's own Ctrl-C."""


class RemoteFunction:
    """Calls a function of the notebook by name.

    The arguments go out as copies. Whatever the function changes in them is then changed in the arguments here, so that
    a test can check whether they were left untouched. An exception is raised again as its built-in class, with the name
    of the function as `raised_in`. A call that does not end raises TimeoutError, and one that ends its process raises
    SystemError.

    Args:
        name: of the function in the notebook.
        calls: of the question.
    """

    def __init__(self, name: str, calls: Calls) -> None:
        self.__name__ = name
        self._calls = calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and return its value."""
        try:
            reply = self._calls.call(self.__name__, args, kwargs)
        except CallFailed as failure:
            raise (TimeoutError if failure.late else SystemError)(f"{self.__name__}: {failure}") from None
        if not (isinstance(reply, dict) and reply.keys() == {"value", "error", "text", "args", "kwargs"}):
            raise SystemError(f"{self.__name__}: its process broke the rules of the wire")
        _put_back(args, reply["args"])
        _put_back(kwargs, reply["kwargs"])
        if reply["error"] is not None:
            error = _exception(reply["error"], reply["text"])
            error.__dict__["raised_in"] = self.__name__
            raise error
        return reply["value"]


def _exception(name: Any, text: Any) -> BaseException:
    kind = getattr(builtins, name, None) if isinstance(name, str) else None
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return SystemError("its process broke the rules of the wire")
    if issubclass(kind, KeyboardInterrupt):
        kind = RemoteInterrupt
    try:
        return kind(str(text))
    except TypeError:  # a class that takes more than a message, such as UnicodeDecodeError
        return kind.__new__(kind)


def _put_back(original: Any, after: Any) -> Any:
    """Make `original` what it is after the call, in place if possible, and return what stands for it now."""
    match original:
        case np.ndarray() if isinstance(after, np.ndarray) and after.dtype == original.dtype:
            if after.shape != original.shape:
                original.resize(after.shape, refcheck=False)
            if original.flags.writeable:
                original[...] = after
            return original
        case dict() if isinstance(after, dict):
            changed = {key: _put_back(original.get(key), value) for key, value in after.items()}
            original.clear()
            original.update(changed)
            return original
        case list() if isinstance(after, list):
            pairs = zip(original, after, strict=False)
            original[:] = [*(_put_back(*pair) for pair in pairs), *after[len(original) :]]
            return original
        case tuple() if isinstance(after, tuple) and len(after) == len(original):
            return tuple(map(_put_back, original, after))
        case np.random.Generator() if isinstance(after, np.random.Generator):
            if type(after.bit_generator) is type(original.bit_generator):
                original.bit_generator.state = after.bit_generator.state
            return original
    return after
