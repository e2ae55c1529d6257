"""Exponentially weighted averages, the basis of momentum, RMSProp and Adam.

v_0 = 0,   v_t = beta * v_{t-1} + (1 - beta) * theta_t
"""

import numpy as np
from numpy.typing import ArrayLike

from solutions._check import finite_array, require, require_count, require_decay


def ewa_update(average: np.ndarray, value: np.ndarray, beta: float) -> np.ndarray:
    """Take one step of the average: `beta * average + (1 - beta) * value`, element by element.

    Args:
        average: v_{t-1}, of any shape.
        value: theta_t, of the same shape.
        beta: share of the past that is kept, in [0, 1).

    Returns:
        v_t, a new array of the same shape.
    """
    return beta * average + (1 - beta) * value


def bias_correction(average: np.ndarray, beta: float, t: int | np.ndarray) -> np.ndarray:
    """Divide v_t by 1 - beta^t, the sum of its weights, which is below 1 because the average starts at zero.

    Args:
        average: v_t, of any shape, after `t` updates from v_0 = 0.
        beta: the averaging constant, in [0, 1).
        t: number of updates so far, counted from 1; or an array of such numbers, in the shape of `average`.

    Returns:
        The corrected average, a new array of the same shape.

    Source: Kingma & Ba (2015), Adam, section 3.
    """
    return average / (1 - beta**t)


def ewa(theta: ArrayLike, beta: float) -> np.ndarray:
    """Average a series exponentially, starting from v_0 = 0.

    Args:
        theta: the series theta_1 ... theta_n, shape (n,).
        beta: share of the past that is kept, in [0, 1); about 1 / (1 - beta) values are averaged.

    Returns:
        v_1 ... v_n, shape (n,). The early averages are too close to zero; see `bias_corrected_ewa`.

    Raises:
        ValueError: `theta` is not one-dimensional or not finite, or `beta` is outside [0, 1).
    """
    theta = _series(theta)
    require_decay("beta", beta)
    averages = np.empty_like(theta)
    average = theta.dtype.type(0)
    for i, value in enumerate(theta):
        average = averages[i] = ewa_update(average, value, beta)
    return averages


def bias_corrected_ewa(theta: ArrayLike, beta: float) -> np.ndarray:
    """Average a series exponentially, with each v_t divided by 1 - beta^t.

    Args:
        theta: the series theta_1 ... theta_n, shape (n,).
        beta: share of the past that is kept, in [0, 1).

    Returns:
        v_t / (1 - beta^t) for t = 1 ... n, shape (n,): true weighted means from the first value on.

    Raises:
        ValueError: `theta` is not one-dimensional or not finite, or `beta` is outside [0, 1).
    """
    averages = ewa(theta, beta)
    corrected = bias_correction(averages, beta, np.arange(1, len(averages) + 1))
    return corrected.astype(averages.dtype)


def ewa_weights(t: int, beta: float) -> np.ndarray:
    """Return the weight of each past value in v_t.

    Args:
        t: number of values averaged, 1 or more.
        beta: share of the past that is kept, in [0, 1).

    Returns:
        (1 - beta) * beta^k for the value k = 0 ... t-1 steps ago, newest first, shape (t,). Their sum is 1 - beta^t.

    Raises:
        ValueError: `t` is not a whole number of at least 1, or `beta` is outside [0, 1).
    """
    require_count("t", t)
    require_decay("beta", beta)
    return (1 - beta) * float(beta) ** np.arange(t)


def effective_window(beta: float) -> float:
    """Return over about how many values an average with this `beta` extends.

    Args:
        beta: share of the past that is kept, in [0, 1).

    Returns:
        1 / (1 - beta): the age at which a weight has fallen to about 1/e of the newest.

    Raises:
        ValueError: `beta` is outside [0, 1).
    """
    require_decay("beta", beta)
    return 1 / (1 - beta)


def _series(theta: ArrayLike) -> np.ndarray:
    theta = finite_array("theta", theta)
    require(theta.ndim == 1, "theta", theta.shape, "one-dimensional, of shape (n,)")
    return theta
