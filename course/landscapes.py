"""Losses over two parameters, on which the path of any optimizer can be drawn."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Valley:
    """A quadratic valley along the first parameter: loss(w) = (w_1^2 + condition * w_2^2) / 2.

    Attributes:
        condition: how much steeper the valley is across than along, above 0; 1 is a round bowl.
    """

    condition: float = 25.0

    def loss(self, w: np.ndarray) -> np.ndarray:
        """Return the loss at the points `w`, shape (2, ...), as an array of shape (...)."""
        return (w[0] ** 2 + self.condition * w[1] ** 2) / 2

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the gradient at the points `w`, shape (2, ...), in the same shape."""
        return np.stack([w[0], self.condition * w[1]])


@dataclass(frozen=True)
class Saddle:
    """Two valleys with a pass between them: loss(w) = w_1^2 / 2 + (w_2^2 - 1)^2 / 4.

    The gradient is zero at the minima (0, 1) and (0, -1), where the loss is 0, and at the saddle point (0, 0), where
    the loss is 1/4 and the curvatures are 1 and -1.
    """

    def loss(self, w: np.ndarray) -> np.ndarray:
        """Return the loss at the points `w`, shape (2, ...), as an array of shape (...)."""
        return w[0] ** 2 / 2 + (w[1] ** 2 - 1) ** 2 / 4

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the gradient at the points `w`, shape (2, ...), in the same shape."""
        return np.stack([w[0], w[1] ** 3 - w[1]])


@dataclass(frozen=True)
class Rosenbrock:
    """A valley bent like a banana: loss(w) = (1 - w_1)^2 + 100 (w_2 - w_1^2)^2, lowest at (1, 1).

    Source: Rosenbrock (1960), An automatic method for finding the greatest or least value of a function.
    """

    def loss(self, w: np.ndarray) -> np.ndarray:
        """Return the loss at the points `w`, shape (2, ...), as an array of shape (...)."""
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the gradient at the points `w`, shape (2, ...), in the same shape."""
        bend = w[1] - w[0] ** 2
        return np.stack([-2 * (1 - w[0]) - 400 * w[0] * bend, 200 * bend])
