"""What a hidden test calls: `mark`, whose value is the cell's score, and `points`, the highest possible score.

A test with ordinary assertions asks `leaves_untouched`, because it cannot see what a function does to its arguments.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from grading.assignments import all_questions
from grading.marking.calling import Case, Function, call
from grading.marking.comparing import agree
from grading.marking.criteria import Question
from grading.marking.judging import judge
from grading.marking.score import show

_seed_of_the_run: ContextVar[int | None] = ContextVar("seed of the run", default=None)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw the hidden cases of all questions that are marked in this context from one seed.

    Raises:
        grading.assignments.BrokenQuestions: some questions cannot be used. Raised by `mark` in a test cell, it would
            cost the student the points.
    """
    all_questions()
    token = _seed_of_the_run.set(seed)
    try:
        yield
    finally:
        _seed_of_the_run.reset(token)


def mark(name: str, function: Function, seed: int | None = None) -> float:
    """Test a student's function on hidden cases and show which criteria it meets.

    The hidden inputs and the right answers are not shown.

    Args:
        name: public name of the question, such as "update_with_momentum".
        function: the student's function.
        seed: of the hidden cases; by default the run's, or a fresh one.

    Returns:
        The points earned, from 0 to `points(name)`. As the last expression of a test cell, this is the cell's score.

    Raises:
        ValueError: no question has that name.
    """
    result = judge(_find(name), function, _draw_seed(name) if seed is None else seed)
    show(result)
    return float(result.points)


def points(name: str) -> float:
    """Return the most points that a question is worth.

    Args:
        name: public name of the question.

    Raises:
        ValueError: no question has that name.
    """
    return float(sum(criterion.points for criterion in _find(name).criteria))


def leaves_untouched(function: Function, *args: Any, **kwargs: Any) -> bool:
    """Check whether a call of the student's function leaves its arguments as they are.

    The function is called with copies, so the arguments here never change, neither in the sandbox nor without it. In
    the sandbox, this is the word of the student's own process: a function that copies its arguments first is as good.

    Args:
        function: the student's function.
        *args: its positional arguments.
        **kwargs: its arguments by keyword.

    Returns:
        Whether it returned, and all its arguments are as before.
    """
    outcome = call(function, Case("", args, kwargs))
    return outcome.error is None and agree(outcome.args, args) and agree(outcome.kwargs, kwargs)


def _draw_seed(name: str) -> int | list[int]:
    seed = _seed_of_the_run.get()
    return secrets.randbits(64) if seed is None else [seed, *name.encode()]


def _find(name: str) -> Question:
    questions = all_questions()
    if name not in questions:
        raise ValueError(f"name must be one of {', '.join(questions)}, got {name!r}")
    return questions[name]
