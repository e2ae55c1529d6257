"""Judging a student's function by the criteria of a question."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from grading.marking.calling import Function, call
from grading.marking.comparing import agree
from grading.marking.criteria import Criterion, Mistake, Question, Trial
from grading.marking.score import JudgedCriterion, Result


def judge(question: Question, function: Function, seed: int | Sequence[int]) -> Result:
    """Call a function on the hidden cases of this seed and judge it by every criterion of the question."""
    trials = run_trials(question, function, seed)
    met = criteria_met(question, trials)
    mistake = recognize(question, trials) if len(met) < len(question.criteria) else None
    errors = [(trial.outcome.error, trial.expected.error) for trial in trials]
    failed = [error for error, expected in errors if error is not None and error != expected]
    return Result(
        question=question.name,
        criteria=tuple(
            JudgedCriterion(criterion.key, criterion.sentence, criterion.points, criterion in met)
            for criterion in question.criteria
        ),
        calls=len(trials),
        refusals=sum(error == expected for error, expected in errors if expected is not None),
        refusals_due=sum(expected is not None for _, expected in errors),
        failures=dict(Counter(failed)),
        advice=mistake.advice if mistake else None,
        written=failed != ["NotImplementedError"] * len(trials),
    )


def run_trials(question: Question, function: Function, seed: int | Sequence[int]) -> list[Trial]:
    """Call the function and the reference on the hidden cases of this seed."""
    trials = []
    for case in question.cases(np.random.default_rng(seed)):
        expected = call(question.reference, case)
        trials.append(Trial(case, call(function, case, expected), expected))
    return trials


def criteria_met(question: Question, trials: Sequence[Trial]) -> list[Criterion]:
    """Return the criteria that hold on these trials, or none if no criterion holds that pays alone."""
    met = [criterion for criterion in question.criteria if criterion.is_met(trials)]
    return met if any(criterion.pays_alone for criterion in met) else []


@np.errstate(all="ignore")
def recognize(question: Question, trials: Sequence[Trial]) -> Mistake | None:
    """Return the common mistake that behaves exactly as the student's function did; None if there is none."""
    try:
        observed = [question.observe(trial) for trial in trials]
    except Exception:  # noqa: BLE001, what cannot be observed is no common mistake
        return None
    for mistake in question.mistakes:
        mistaken = [Trial(trial.case, call(mistake.function, trial.case), trial.expected) for trial in trials]
        if agree(observed, [question.observe(trial) for trial in mistaken]):
            return mistake
    return None
