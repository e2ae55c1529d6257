"""What a hidden test calls: `mark`, whose value is the cell's score, and `points`, the most that it can be."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from grading.assignments import QUESTIONS
from grading.marking.calling import Function
from grading.marking.judging import judge
from grading.marking.question import Question
from grading.marking.result import show

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
    """Test a student's function on hidden cases, and show what was met and what was not.

    Neither the hidden inputs nor the right answers are shown.

    Args:
        name: public name of the question, such as "update_with_momentum".
        function: the student's function.
        seed: of the hidden cases; by default the run's, or a fresh one.

    Returns:
        The points earned, from 0 to `points(name)`. As the last expression of a test cell it is the cell's score.

    Raises:
        ValueError: there is no question of that name.
    """
    result = judge(_find(name), function, _draw_seed(name) if seed is None else seed)
    show(result)
    return float(result.points)


def points(name: str) -> float:
    """Return the most points that a question can give.

    Args:
        name: public name of the question.

    Raises:
        ValueError: there is no question of that name.
    """
    return float(sum(criterion.points for criterion in _find(name).criteria))


def _draw_seed(name: str) -> int | list[int]:
    seed = _seed_of_the_run.get()
    return secrets.randbits(64) if seed is None else [seed, *name.encode()]


def _find(name: str) -> Question:
    if name not in QUESTIONS:
        raise ValueError(f"name must be one of {', '.join(QUESTIONS)}, got {name!r}")
    return QUESTIONS[name]
