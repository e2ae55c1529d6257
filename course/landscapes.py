"""Losses over two parameters, on which every optimizer can be watched."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Valley:
    """A quadratic valley along the first parameter: loss(w) = (w_1^2 + condition * w_2^2) / 2.

    Attributes:
        condition: how much steeper it is across than along; 1 is a round bowl.
    """

    condition: float = 25.0

    def loss(self, w: np.ndarray) -> np.ndarray:
        """Give the loss at the points `w`, shape (2, ...), as an array of shape (...)."""
        return (w[0] ** 2 + self.condition * w[1] ** 2) / 2

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Give the gradient at the points `w`, shape (2, ...), in the same shape."""
        return np.stack([w[0], self.condition * w[1]])
