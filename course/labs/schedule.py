"""The schedule lab: falling learning rates, and their effect in a noisy bowl."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class ScheduleLab(Lab):
    """Gradient descent with a noisy gradient, under several learning-rate schedules; the mean of 20 runs.

    Attributes:
        schedules: those switched on at first, {"constant": {}, "inverse time": {"decay_rate": ...},
            "exponential": {"base": ...}, "square root": {"k": ...}, "staircase": {"factor": ..., "every": ...},
            "by hand": {"epoch1": ..., "alpha1": ..., "epoch2": ..., "alpha2": ...}}; each may have its own "alpha0".
        alpha0: learning rate of epoch 0, where a schedule has none of its own.
        start: the point where all runs begin, (w_1, w_2).
        epochs: the number of epochs.
        steps_per_epoch: mini-batches in an epoch.
        condition: how much steeper the bowl is across than along.
        noise: standard deviation of the noise on each element of the gradient.
        challenge: the mean loss of the last epoch to get below.
    """

    tag = "schedule-lab"
    parts = ("optimizers.js", "landscapes.js", "schedules.js")

    schedules: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"constant": {}})
    alpha0: float = 0.2
    start: tuple[float, float] = (-9, 4)
    epochs: int = 30
    steps_per_epoch: int = 10
    condition: float = 4
    noise: float = 1
    challenge: Challenge | None = None
