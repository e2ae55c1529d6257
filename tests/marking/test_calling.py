"""A call takes what a student's function returns as the sandbox does, and tells little of what it raises."""

import builtins
import itertools

import numpy as np
import pytest

from grading.marking import calling
from grading.marking.calling import TOLD, Case, IsolatedFunction, Outcome, call, nearest_told
from grading.sandbox.inside import limits


def test_an_endless_iterator_ends_where_the_sandbox_ends_it() -> None:
    outcome = call(itertools.count, Case("endless"))
    assert outcome.value == list(range(limits.MAX_ITERATOR_ITEMS))
    assert calling.MAX_ITERATOR_ITEMS == limits.MAX_ITERATOR_ITEMS


KINDS = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_is_told_as_the_nearest_class_of_the_list(kind: type[BaseException]) -> None:
    told = nearest_told(kind)
    assert told in TOLD
    assert told is kind or kind not in TOLD
    assert told is Exception or issubclass(kind, told)


def test_fewer_than_32_names_can_be_told_which_is_less_than_five_bits() -> None:
    assert len({nearest_told(kind).__name__ for kind in KINDS}) < 32


class _Told(np.linalg.LinAlgError, KeyError):
    """A student's own exception."""


@pytest.mark.parametrize(
    ("raised", "name"), [(_Told, "ValueError"), (StopIteration, "Exception"), (SystemExit, "SystemExit")]
)
def test_a_call_tells_the_name(raised: type[BaseException], name: str) -> None:
    def fail() -> None:
        raise raised("secret")

    assert call(fail, Case("raises")) == Outcome(None, name, (), {})


class _Isolated(IsolatedFunction):
    def __call__(self) -> None:
        raise NotImplementedError

    def answer(self, case: Case, expected: Outcome | None) -> Outcome:
        return Outcome((case.label, expected), None, case.args, case.kwargs)


def test_an_isolated_function_answers_by_itself_and_may_know_how_much_is_expected() -> None:
    expected = Outcome("the right answer", None, (), {})
    assert call(_Isolated(), Case("hidden"), expected).value == ("hidden", expected)
    assert call(_Isolated(), Case("hidden")).value == ("hidden", None)
