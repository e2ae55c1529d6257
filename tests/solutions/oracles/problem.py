"""The problem on which optimizers are compared: a small tanh network learns a sine wave.

Gradients are computed here, in NumPy, for every side of a comparison, each at its own trajectory.
So nothing but the update rules is compared. This module needs NumPy alone.
"""

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]

STEPS = 200
# epsilon is far above its usual 1e-8, so that its place in the formula shows in every step. RMSProp's is larger still:
# with 1e-3 its steps end up jumping to and fro, and grow a rounding error of 1e-16 to 1e-3.
SETTINGS = {
    "momentum": {"learning_rate": 0.3, "beta": 0.9},
    "nesterov": {"learning_rate": 0.3, "beta": 0.9},
    "rmsprop": {"learning_rate": 0.01, "beta2": 0.9, "epsilon": 1e-2},
    "adam": {"learning_rate": 0.02, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-3},
}

X = np.linspace(-1, 1, 11).reshape(1, -1)
Y = np.sin(3 * X)


def starting_parameters() -> Arrays:
    """Return the parameters of one input, three hidden units and one output: ten numbers."""
    return {
        "W1": np.array([[0.5], [-1.0], [1.5]]),
        "b1": np.array([[0.1], [0.0], [-0.2]]),
        "W2": np.array([[0.3, -0.4, 0.2]]),
        "b2": np.array([[0.5]]),
    }


def loss(parameters: Arrays) -> float:
    """Half the mean squared error over all examples."""
    hidden = np.tanh(parameters["W1"] @ X + parameters["b1"])
    return float(np.mean((parameters["W2"] @ hidden + parameters["b2"] - Y) ** 2) / 2)


def gradients(parameters: Arrays) -> Arrays:
    """Return the gradient of `loss`, {"dW1": ..., "db1": ..., "dW2": ..., "db2": ...}."""
    hidden = np.tanh(parameters["W1"] @ X + parameters["b1"])
    dZ2 = (parameters["W2"] @ hidden + parameters["b2"] - Y) / X.shape[1]
    dZ1 = parameters["W2"].T @ dZ2 * (1 - hidden**2)
    return {
        "dW1": dZ1 @ X.T,
        "db1": dZ1.sum(axis=1, keepdims=True),
        "dW2": dZ2 @ hidden.T,
        "db2": dZ2.sum(axis=1, keepdims=True),
    }


def trajectory(step: Callable, *state: Arrays) -> np.ndarray:
    """Follow an optimizer from the starting parameters.

    Args:
        step: called as step(t, parameters, gradients, *state) for t = 1 ... STEPS; returns (parameters, *state).
        state: what the optimizer remembers, before the first step.

    Returns:
        The parameters before the first step and after each, shape (STEPS + 1, 10).
    """
    parameters = starting_parameters()
    points = [_flat(parameters)]
    for t in range(1, STEPS + 1):
        parameters, *state = step(t, parameters, gradients(parameters), *state)
        points.append(_flat(parameters))
    return np.array(points)


def _flat(parameters: Arrays) -> np.ndarray:
    return np.concatenate([parameter.ravel() for parameter in parameters.values()])
