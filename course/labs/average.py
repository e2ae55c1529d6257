"""The average lab: one year of temperatures, and the exponentially weighted average that follows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class AverageLab(Lab):
    """An exponentially weighted average over a series of days, with the weights that it gives to each of them.

    Attributes:
        celsius: temperature of each day.
        season: what the average should follow, a value for each day.
        beta: share of the past that is kept.
        correct: whether the start at zero is corrected.
        day: from which day the weights are seen, counted from 1.
        challenge: what the distance from the season (root mean square, °C) must come below.
    """

    tag = "average-lab"
    parts = ()

    celsius: Sequence[float]
    season: Sequence[float]
    beta: float = 0.9
    correct: bool = False
    day: int = 60
    challenge: Challenge | None = None
