"""A question: the reference, the hidden cases, the criteria with their points, and the mistakes people make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grading.marking.calling import Case, Function, Outcome
from grading.marking.comparing import agree


@dataclass(frozen=True)
class Trial:
    """One hidden case, with the outcomes of the student's function and of the reference."""

    case: Case
    outcome: Outcome
    expected: Outcome


@dataclass(frozen=True)
class Criterion:
    """One thing asked of a function.

    Attributes:
        key: short name, which mistakes use to say what they break.
        sentence: what is asked, as students read it in the feedback.
        points: what it is worth.
        holds: the condition, checked on all trials.
        pays_alone: whether it earns its points even if no other criterion is met. One that a function which does
            nothing would meet, such as leaving the inputs untouched, should not.
    """

    key: str
    sentence: str
    points: int
    holds: Callable[[Sequence[Trial]], bool]
    pays_alone: bool = True


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation that people often write, advice on it, and the keys of the criteria that it breaks."""

    function: Function
    advice: str
    breaks: frozenset[str]


def observe_outcome(trial: Trial) -> Any:
    """Return everything about a trial that can tell a student's function from the common mistakes."""
    return trial.outcome.value, trial.outcome.error, trial.outcome.args, trial.outcome.kwargs


@dataclass
class Question:
    """A function that students write, and everything we know about right and wrong ways to write it.

    Attributes:
        reference: the right answer, from `solutions`; the question has the same name.
        cases: draws the hidden cases from a generator, new ones for each run.
        criteria: what is asked, in the order of the feedback.
        observe: returns what tells one mistake from another in a trial, by default everything; if results are random,
            a description of them. A mistake is recognized when all its trials agree with the student's in this.
        mistakes: common wrong ways; `mistake` adds to them.
        right_ways: other right ways, which earn every point; `right_way` adds to them.
    """

    reference: Function
    cases: Callable[[np.random.Generator], list[Case]]
    criteria: Sequence[Criterion]
    observe: Callable[[Trial], Any] = observe_outcome
    mistakes: list[Mistake] = field(default_factory=list)
    right_ways: list[Function] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The public name, by which `mark` finds the question."""
        return self.reference.__name__

    def mistake(self, advice: str, breaks: Sequence[str]) -> Callable[[Function], Function]:
        """Register the decorated function as a common mistake that breaks exactly the criteria of these keys."""

        def register(function: Function) -> Function:
            self.mistakes.append(Mistake(function, advice, frozenset(breaks)))
            return function

        return register

    def right_way(self, function: Function) -> Function:
        """Register the decorated function as another right way, which must earn every point."""
        self.right_ways.append(function)
        return function


def each(check: Callable[[Trial], bool], on: Sequence[str] = ()) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: every call on cases with these labels returned, and `check` is true of it.

    Args:
        check: checks one trial. If a value of the wrong type or with missing keys makes it raise, it is not true.
        on: labels of cases; by default all cases.
    """

    def holds(trial: Trial) -> bool:
        try:
            return trial.outcome.error is None and bool(check(trial))
        except (TypeError, LookupError, ValueError, AttributeError, ArithmeticError):
            return False

    return lambda trials: all(holds(trial) for trial in trials if not on or trial.case.label in on)


def agrees(
    on: Sequence[str] = (), part: Callable[[Any], Any] = lambda value: value
) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: on cases with these labels, the value agrees with the reference's value.

    Args:
        on: labels of cases; by default all cases.
        part: returns the part of a value that is compared, such as the first of two results; by default all of it.
    """
    return each(lambda trial: agree(part(trial.outcome.value), part(trial.expected.value)), on)


def refuses(on: Sequence[str]) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: every call on cases with these labels raises a `ValueError`."""
    return lambda trials: all(trial.outcome.error == "ValueError" for trial in trials if trial.case.label in on)


def leaves_inputs_untouched(trials: Sequence[Trial]) -> bool:
    """Check whether every call returned, or refused as it should, and left its arguments as they were."""
    return all(
        trial.outcome.error in (None, trial.expected.error)
        and agree(trial.outcome.args, trial.case.args)
        and agree(trial.outcome.kwargs, trial.case.kwargs)
        for trial in trials
    )
