"""Marking a function: points for each criterion met, and advice for a mistake that is recognised."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from grading.calling import Function, call
from grading.comparing import agree
from grading.question import Criterion, Mistake, Question, Trial
from grading.questions import QUESTIONS

_seed_of_the_run: ContextVar[int | None] = ContextVar("seed of the run", default=None)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let the hidden cases of all questions that are marked inside follow from one seed."""
    token = _seed_of_the_run.set(seed)
    try:
        yield
    finally:
        _seed_of_the_run.reset(token)


def mark(name: str, function: Function, seed: int | None = None) -> float:
    """Test a student's function on hidden cases and print, for the student, what was met and what was not.

    Neither the hidden inputs nor the right answers are printed.

    Args:
        name: public name of the question, such as "update_with_momentum".
        function: the student's function.
        seed: of the hidden cases; by default from that of the run, and without one afresh.

    Returns:
        The points earned, from 0 to `points(name)`. As the last expression of a test cell it is the cell's score.

    Raises:
        ValueError: there is no question of that name.
    """
    question = _find(name)
    trials = run_trials(question, function, _draw_seed(name) if seed is None else seed)
    met = criteria_met(question, trials)
    earned = sum(criterion.points for criterion in met)
    print(_report(question, trials, met, earned))
    return float(earned)


def points(name: str) -> float:
    """Tell the most points that the question of this public name can give.

    Raises:
        ValueError: there is no question of that name.
    """
    return float(sum(criterion.points for criterion in _find(name).criteria))


def run_trials(question: Question, function: Function, seed: int | Sequence[int]) -> list[Trial]:
    """Call the function and the reference on the hidden cases of this seed."""
    cases = question.cases(np.random.default_rng(seed))
    return [Trial(case, call(function, case), call(question.reference, case)) for case in cases]


def criteria_met(question: Question, trials: Sequence[Trial]) -> list[Criterion]:
    """Judge the trials by every criterion of the question."""
    met = [criterion for criterion in question.criteria if criterion.holds(trials)]
    return met if any(criterion.pays_alone for criterion in met) else []


def recognise(question: Question, trials: Sequence[Trial]) -> Mistake | None:
    """Find the common mistake that would have behaved exactly as the student's function did."""
    observed = [question.observe(trial) for trial in trials]
    for mistake in question.mistakes:
        mistaken = [Trial(trial.case, call(mistake.function, trial.case), trial.expected) for trial in trials]
        if agree(observed, [question.observe(trial) for trial in mistaken]):
            return mistake
    return None


def _draw_seed(name: str) -> int | list[int]:
    seed = _seed_of_the_run.get()
    return secrets.randbits(64) if seed is None else [seed, *name.encode()]


def _find(name: str) -> Question:
    if name not in QUESTIONS:
        raise ValueError(f"name must be one of {', '.join(QUESTIONS)}, got {name!r}")
    return QUESTIONS[name]


def _report(question: Question, trials: Sequence[Trial], met: Sequence[Criterion], earned: int) -> str:
    lines = [f"{question.name}: {earned:g} of {points(question.name):g} points"]
    for criterion in question.criteria:
        sign, got = ("✓", criterion.points) if criterion in met else ("✗", 0)
        lines.append(f"  {sign} {got:g}/{criterion.points:g}  {criterion.sentence}")
    if len(met) < len(question.criteria):
        lines += _advice(question, trials)
    return "\n".join(lines)


def _advice(question: Question, trials: Sequence[Trial]) -> list[str]:
    mistake = recognise(question, trials)
    if mistake:
        return [f"  → {mistake.advice}"]
    return [f"  → {sentence}" for sentence in _errors(trials)]


def _errors(trials: Sequence[Trial]) -> list[str]:
    unexpected = [
        trial.outcome.error for trial in trials if trial.outcome.error and trial.outcome.error != trial.expected.error
    ]
    if unexpected == ["NotImplementedError"] * len(trials):
        return ["This function is still to be written."]
    return [
        f"Your function raised {error} on {unexpected.count(error)} of {len(trials)} hidden cases."
        for error in sorted(set(unexpected))
    ]
