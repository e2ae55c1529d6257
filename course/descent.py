"""One descent loop for all optimizers, so that two paths differ only by their optimizers.

In this book an optimizer is an update function: it takes the parameters and their gradient, two arrays of the same
shape, and returns the new parameters. Whatever it has to remember between steps, it keeps to itself.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

Update = Callable[[np.ndarray, np.ndarray], np.ndarray]


def descend(update: Update, gradient: Callable[[np.ndarray], np.ndarray], start: ArrayLike, steps: int) -> np.ndarray:
    """Take `steps` steps from `start` and return every point on the way.

    Args:
        update: takes the parameters w and their gradient dw, and returns the new w.
        gradient: takes the parameters and returns the gradient there, in the same shape.
        start: the first point, shape (n,).
        steps: the number of updates, 0 or more.

    Returns:
        The path, shape (steps + 1, n), starting point first. A path that diverges ends in infinities or NaN.
    """
    w = np.array(start, dtype=float)
    path = [w]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            w = update(w, gradient(w))
            path.append(w)
    return np.array(path)
