"""Adam: the averages of momentum and of RMSProp, both bias-corrected.

v := beta1 * v + (1 - beta1) * gradient,   s := beta2 * s + (1 - beta2) * gradient^2
parameter := parameter - learning_rate * v / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + epsilon)
"""

from collections.abc import Mapping

import numpy as np

from solutions._check import (
    require_arrays,
    require_count,
    require_decay,
    require_matching,
    require_not_negative,
    require_positive,
    require_squares,
)
from solutions.ewa import bias_correction, ewa_update
from solutions.momentum import initialize_velocity
from solutions.rmsprop import initialize_squares

Arrays = Mapping[str, np.ndarray]


def initialize_adam(parameters: Arrays) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Start both of Adam's averages at zero.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.

    Returns:
        (velocity, squares), each {"dW1": zeros (n_1, n_0), "db1": zeros (n_1, 1), ...}; they share no array.

    Raises:
        ValueError: `parameters` is not a dict of finite arrays.
    """
    return initialize_velocity(parameters), initialize_squares(parameters)


def update_with_adam(
    parameters: Arrays,
    gradients: Arrays,
    velocity: Arrays,
    squares: Arrays,
    t: int,
    learning_rate: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Take one step of Adam.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.
        gradients: {"dW1": (n_1, n_0), "db1": (n_1, 1), ...}, of the current mini-batch.
        velocity: averages of the gradients so far, uncorrected, same keys and shapes as `gradients`.
        squares: averages of the squared gradients so far, uncorrected, same keys and shapes, 0 or more.
        t: number of this step, counted from 1 across all epochs.
        learning_rate: alpha, 0 or more.
        beta1: averaging constant of the gradients, in [0, 1).
        beta2: averaging constant of their squares, in [0, 1).
        epsilon: added to the root of the corrected squares, outside the root; above 0.

    Returns:
        (parameters, velocity, squares), new dicts of new arrays; the averages are returned uncorrected.

    Raises:
        ValueError: a key is missing or unknown, shapes differ, a value is not finite, or a constant is out of range.

    Source: Kingma & Ba (2015), Adam, algorithm 1.
    """
    require_arrays("parameters", parameters)
    require_matching("gradients", gradients, parameters)
    require_matching("velocity", velocity, parameters)
    require_squares(squares, parameters)
    require_count("t", t)
    require_not_negative("learning_rate", learning_rate)
    require_decay("beta1", beta1)
    require_decay("beta2", beta2)
    require_positive("epsilon", epsilon)

    velocity = {name: ewa_update(velocity[name], gradient, beta1) for name, gradient in gradients.items()}
    squares = {name: ewa_update(squares[name], gradient**2, beta2) for name, gradient in gradients.items()}
    parameters = {
        name: parameter
        - learning_rate
        * bias_correction(velocity[f"d{name}"], beta1, t)
        / (np.sqrt(bias_correction(squares[f"d{name}"], beta2, t)) + epsilon)
        for name, parameter in parameters.items()
    }
    return parameters, velocity, squares
