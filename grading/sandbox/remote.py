"""A student's function on the grader's side: called like any function, executed in the sandbox."""

import builtins
from dataclasses import dataclass
from typing import Any

from grading.marking.calling import AnswerTooLarge, Case, IsolatedFunction, Outcome, nearest_told
from grading.sandbox.bounds import bounds_of_answer, bounds_of_call
from grading.sandbox.calls import CallFailed, Calls
from grading.sandbox.inside.limits import MAX_ERROR_CHARACTERS, TOO_LARGE, Size
from grading.sandbox.inside.wire import TooLarge


@dataclass(frozen=True)
class _Answer:
    """What a call came to: a value or an error, and the arguments as they were afterwards."""

    value: Any
    error: BaseException | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class RemoteFunction(IsolatedFunction):
    """Calls a function of the notebook by name.

    The arguments go out as copies, and nothing that the function does changes those here.

    An exception is raised again as the nearest class of `grading.marking.calling.TOLD`, with the name of the function
    as `raised_in`. A call that does not end raises TimeoutError, and one that ends its process raises SystemError. An
    answer larger than `grading.sandbox.bounds` allows raises AnswerTooLarge.

    Args:
        name: of the function in the notebook.
        calls: of the question.
    """

    def __init__(self, name: str, calls: Calls) -> None:
        self.__name__ = name
        self._calls = calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and return its value."""
        answer = self._ask(args, kwargs, bounds_of_call(args, kwargs))
        if answer.error is not None:
            raise answer.error
        return answer.value

    def answer(self, case: Case, expected: Outcome | None) -> Outcome:
        """Return the outcome of a call, which is an error if the answer is far larger than the right one."""
        largest = bounds_of_answer(expected) if expected else bounds_of_call(case.args, case.kwargs)
        answer = self._ask(case.args, case.kwargs, largest)
        error = None if answer.error is None else nearest_told(type(answer.error)).__name__
        return Outcome(answer.value, error, answer.args, answer.kwargs)

    def _ask(self, args: tuple[Any, ...], kwargs: dict[str, Any], largest: Size) -> _Answer:
        def failure(kind: type[Exception], message: str) -> _Answer:
            return _Answer(None, kind(f"{self.__name__}: {message}"), args, kwargs)

        try:
            reply = self._calls.call(self.__name__, args, kwargs, largest)
        except TooLarge:
            return failure(AnswerTooLarge, "too large an answer")
        except CallFailed as failed:
            return failure(TimeoutError if failed.late else SystemError, str(failed))
        match reply:
            case {"error": str(name)} if name == TOO_LARGE:
                return failure(AnswerTooLarge, "too large an answer")
            case {
                "value": value,
                "error": None | str() as name,
                "text": str(text),
                "args": tuple() as args_after,
                "kwargs": dict() as kwargs_after,
            } if len(args_after) == len(args) and kwargs_after.keys() == kwargs.keys():
                error = None if name is None else self._exception(name, text)
                return _Answer(value, error, args_after, kwargs_after)
        return failure(SystemError, "its process broke the rules of the wire")

    def _exception(self, name: str, text: str) -> BaseException:
        kind = getattr(builtins, name, None)
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            kind = Exception
        error = nearest_told(kind)(text[:MAX_ERROR_CHARACTERS])
        error.__dict__["raised_in"] = self.__name__
        return error
