"""Reference of the assignment `new-assignment`."""

import numpy as np


def new_assignment(values: np.ndarray) -> np.ndarray:
    """Subtract the mean from each value.

    Args:
        values: shape (n,), with n of at least 1.

    Returns:
        The values with mean 0, shape (n,).
    """
    return values - np.mean(values)
