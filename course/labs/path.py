"""The path lab: optimizers side by side on a landscape."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class PathLab(Lab):
    """Optimizers on a loss over two parameters, with a start to drag and a slider for every setting.

    Attributes:
        landscape: "bowl", "valley", "saddle", "rosenbrock" or "noisy bowl"; see course.landscapes.
        start: the point where all paths begin, (w_1, w_2).
        optimizers: those switched on at first, {"gradient descent": {"alpha": ...}, "momentum": {"alpha": ...,
            "beta": ...}, "nesterov": ..., "rmsprop": {"alpha": ..., "beta2": ..., "epsilon": ...}, "adam": ...};
            settings left out have their usual values.
        steps: the number of steps.
        condition: how much steeper the valley, or the noisy bowl, is across than along.
        noise: standard deviation of the noise on each element of the gradient; for the noisy bowl only.
        challenge: the loss to get below.
    """

    tag = "path-lab"
    parts = ("optimizers.js", "landscapes.js")

    landscape: str
    start: tuple[float, float]
    optimizers: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: {"gradient descent": {}})
    steps: int = 60
    condition: float = 25
    noise: float = 1
    challenge: Challenge | None = None
