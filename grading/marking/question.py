"""A question: the reference, the hidden cases, the criteria with their points, and the mistakes people make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grading.marking.calling import Case, Function, Outcome
from grading.marking.comparing import agree


@dataclass(frozen=True)
class Trial:
    """One hidden case, what the student's function made of it, and what the reference did."""

    case: Case
    outcome: Outcome
    expected: Outcome


@dataclass(frozen=True)
class Criterion:
    """One thing asked of a function.

    Attributes:
        key: short name, by which mistakes say what they break.
        sentence: what is asked, as a student reads it in the feedback.
        points: what it is worth.
        holds: judges the trials.
        pays_alone: whether it is worth its points even when no other criterion is met. Restraint, such as leaving
            the inputs untouched, does not: a function that does nothing has it.
    """

    key: str
    sentence: str
    points: int
    holds: Callable[[Sequence[Trial]], bool]
    pays_alone: bool = True


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation that people often write, the advice that helps them, and the criteria it breaks."""

    function: Function
    advice: str
    breaks: frozenset[str]


def observe_outcome(trial: Trial) -> Any:
    """Observe everything about a trial: by this a student's function is compared with the common mistakes."""
    return trial.outcome.value, trial.outcome.error, trial.outcome.args, trial.outcome.kwargs


@dataclass
class Question:
    """A function that students write, and all that is known about right and wrong ways to write it.

    Attributes:
        reference: the right answer, from `solutions`; the question bears its name.
        cases: makes the hidden cases from a generator, afresh for each run.
        criteria: what is asked, in the order of the feedback.
        observe: what of a trial tells one mistake from another; for random results, a description of the result.
    """

    reference: Function
    cases: Callable[[np.random.Generator], list[Case]]
    criteria: Sequence[Criterion]
    observe: Callable[[Trial], Any] = observe_outcome
    mistakes: list[Mistake] = field(default_factory=list)
    right_ways: list[Function] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the function that students write."""
        return self.reference.__name__

    def mistake(self, advice: str, breaks: Sequence[str]) -> Callable[[Function], Function]:
        """Register the decorated function as a common mistake that breaks exactly the criteria of these keys."""

        def register(function: Function) -> Function:
            self.mistakes.append(Mistake(function, advice, frozenset(breaks)))
            return function

        return register

    def right_way(self, function: Function) -> Function:
        """Register the decorated function as another right way, worth every point."""
        self.right_ways.append(function)
        return function


def each(check: Callable[[Trial], bool], on: Sequence[str] = ()) -> Callable[[Sequence[Trial]], bool]:
    """Make a criterion's judge: on every case with these labels the call returned and `check` is true of it.

    Args:
        check: judges one trial. A value of the wrong type or with missing keys may make it fail: then it is not true.
        on: labels of cases; none means all.
    """

    def judge(trial: Trial) -> bool:
        try:
            return trial.outcome.error is None and bool(check(trial))
        except (TypeError, LookupError, ValueError, AttributeError, ArithmeticError):
            return False

    return lambda trials: all(judge(trial) for trial in trials if not on or trial.case.label in on)


def agrees(
    on: Sequence[str] = (), part: Callable[[Any], Any] = lambda value: value
) -> Callable[[Sequence[Trial]], bool]:
    """Make a criterion's judge: on the cases with these labels, `part` of the value is what it is in the reference's.

    Args:
        on: labels of cases; none means all.
        part: picks what is compared out of the value, such as the first of two results.
    """
    return each(lambda trial: agree(part(trial.outcome.value), part(trial.expected.value)), on)


def refuses(on: Sequence[str]) -> Callable[[Sequence[Trial]], bool]:
    """Make a criterion's judge: each case with one of these labels raises a `ValueError`."""
    return lambda trials: all(trial.outcome.error == "ValueError" for trial in trials if trial.case.label in on)


def leaves_inputs_untouched(trials: Sequence[Trial]) -> bool:
    """Judge that every call returned, or refused as it should, with its arguments as they were."""
    return all(
        trial.outcome.error in (None, trial.expected.error)
        and agree(trial.outcome.args, trial.case.args)
        and agree(trial.outcome.kwargs, trial.case.kwargs)
        for trial in trials
    )
