"""A question: the reference, the hidden cases, the criteria with their points, and the mistakes people make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grading.marking.calling import Case, Function, Outcome
from grading.marking.comparing import agree

# What a value of the wrong type, of the wrong shape or with missing keys raises where it is looked at.
_WRONG_VALUE = (TypeError, LookupError, ValueError, AttributeError, ArithmeticError, MemoryError)


class UnknownLabel(Exception):
    """A criterion asks for cases that the question doesn't draw: an error of the question, not of a student."""


class PaysForNothing(Exception):
    """A criterion pays a function that returns nothing: an error of the question, not of a student."""


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
        points: what it is worth: a whole number of at least 1.
        holds: the condition, checked on all trials.
        pays_alone: whether it earns its points even if no other criterion is met. One that a function which does
            nothing would meet should not. Nor should leaving the inputs untouched, which is only the word of the
            student's own process: it is worth no more than a copy of the arguments in the function's first line.

    Raises:
        ValueError: the points are not a whole number of at least 1.
    """

    key: str
    sentence: str
    points: int
    holds: Callable[[Sequence[Trial]], bool]
    pays_alone: bool = True

    def __post_init__(self) -> None:
        if type(self.points) is not int or self.points < 1:
            raise ValueError(f"points of {self.key!r} must be a whole number of at least 1, got {self.points!r}")

    def is_met(self, trials: Sequence[Trial]) -> bool:
        """Check the condition. If it fails over a student's odd value, it is not met.

        Overflow and division by zero in a student's numbers are no warning to the instructor.

        Raises:
            UnknownLabel: it asks for cases that the question doesn't draw.
        """
        try:
            with np.errstate(all="ignore"):
                return bool(self.holds(trials))
        except _WRONG_VALUE:
            return False


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

    Raises:
        UnknownLabel: a criterion names a label that no case bears.
        PaysForNothing: a function that returns None would be paid.
    """

    reference: Function
    cases: Callable[[np.random.Generator], list[Case]]
    criteria: Sequence[Criterion]
    observe: Callable[[Trial], Any] = observe_outcome
    mistakes: list[Mistake] = field(default_factory=list)
    right_ways: list[Function] = field(default_factory=list)

    def __post_init__(self) -> None:
        for criterion in self.criteria:
            if criterion.is_met(self._unanswered()) and criterion.pays_alone:
                raise PaysForNothing(f"a function that returns None meets {criterion.key!r}, which must not pay alone")

    def _unanswered(self) -> list[Trial]:
        """Return the trials of a function that returns None, where every right answer is another."""
        return [
            Trial(case, Outcome(None, None, case.args, case.kwargs), Outcome(object(), None, case.args, case.kwargs))
            for case in self.cases(np.random.default_rng(0))
        ]

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


def labeled(trials: Sequence[Trial], *labels: str) -> list[Trial]:
    """Return the trials on cases with these labels, in their order; by default all of them.

    Raises:
        UnknownLabel: there is no such trial, so that whatever is said about each of them would be true.
    """
    known = {trial.case.label for trial in trials}
    if unknown := [label for label in labels if label not in known]:
        raise UnknownLabel(f"no case has the label {unknown[0]!r}; there are {', '.join(map(repr, sorted(known)))}")
    if not trials:
        raise UnknownLabel("the question draws no cases")
    return [trial for trial in trials if not labels or trial.case.label in labels]


def each(check: Callable[[Trial], bool], on: Sequence[str] = ()) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: every call on cases with these labels returned, and `check` is true of it.

    Args:
        check: checks one trial. If a value of the wrong type or with missing keys makes it raise, it is not true.
        on: labels of cases; by default all cases.
    """

    def holds(trial: Trial) -> bool:
        try:
            return trial.outcome.error is None and bool(check(trial))
        except _WRONG_VALUE:
            return False

    return lambda trials: all(map(holds, labeled(trials, *on)))


def all_of(*conditions: Callable[[Sequence[Trial]], bool]) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: each of these conditions is met."""
    # All are asked, so that a mistyped label shows even if an earlier condition is not met.
    return lambda trials: all([condition(trials) for condition in conditions])  # noqa: C419, see above


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
    return lambda trials: all(trial.outcome.error == "ValueError" for trial in labeled(trials, *on))


def leaves_inputs_untouched(trials: Sequence[Trial]) -> bool:
    """Check whether every call returned, or refused as it should, and left its arguments as they were."""
    return all(
        trial.outcome.error in (None, trial.expected.error)
        and agree(trial.outcome.args, trial.case.args)
        and agree(trial.outcome.kwargs, trial.case.kwargs)
        for trial in labeled(trials)
    )
