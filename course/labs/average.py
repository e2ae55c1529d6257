"""The average lab: one year of temperatures, and the exponentially weighted average that follows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class AverageLab(Lab):
    """An exponentially weighted average over a series of days, with the weight of each day in it.

    Attributes:
        celsius: temperature of each day, in °C.
        season: the value that the average should follow on each day, in °C.
        beta: share of the past that is kept, in [0, 1).
        correct: whether the average is corrected for its start at zero.
        day: the day whose weights are shown, counted from 1.
        challenge: the root-mean-square distance from the season, in °C, to get below.
    """

    tag = "average-lab"
    parts = ()

    celsius: Sequence[float]
    season: Sequence[float]
    beta: float = 0.9
    correct: bool = False
    day: int = 60
    challenge: Challenge | None = None
