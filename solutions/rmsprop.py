"""RMSProp: gradient descent with its own step size for every parameter.

s := beta2 * s + (1 - beta2) * gradient^2,   parameter := parameter - learning_rate * gradient / (sqrt(s) + epsilon)
"""

from collections.abc import Mapping

import numpy as np

from solutions._check import (
    require_arrays,
    require_decay,
    require_matching,
    require_not_negative,
    require_positive,
    require_squares,
)
from solutions.ewa import ewa_update

Arrays = Mapping[str, np.ndarray]


def initialize_squares(parameters: Arrays) -> dict[str, np.ndarray]:
    """Start the averaged square of every parameter's gradient at zero.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.

    Returns:
        {"dW1": zeros (n_1, n_0), "db1": zeros (n_1, 1), ...}, each with its parameter's shape and dtype.

    Raises:
        ValueError: `parameters` is not a dict of finite arrays.
    """
    require_arrays("parameters", parameters)
    return {f"d{name}": np.zeros_like(parameter) for name, parameter in parameters.items()}


def update_with_rmsprop(
    parameters: Arrays,
    gradients: Arrays,
    squares: Arrays,
    learning_rate: float,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Take one step of RMSProp, without bias correction.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.
        gradients: {"dW1": (n_1, n_0), "db1": (n_1, 1), ...}, of the current mini-batch.
        squares: averages of the squared gradients so far, same keys and shapes as `gradients`, 0 or more.
        learning_rate: alpha, 0 or more.
        beta2: averaging constant of the squares, in [0, 1).
        epsilon: added to the root of the squares, outside the root; above 0.

    Returns:
        (parameters, squares), new dicts of new arrays.

    Raises:
        ValueError: a key is missing or unknown, shapes differ, a value is not finite, or a constant is out of range.

    Source: Tieleman & Hinton (2012), Neural Networks for Machine Learning, lecture 6.5.
    """
    require_arrays("parameters", parameters)
    require_matching("gradients", gradients, parameters)
    require_squares(squares, parameters)
    require_not_negative("learning_rate", learning_rate)
    require_decay("beta2", beta2)
    require_positive("epsilon", epsilon)
    squares = {name: ewa_update(squares[name], gradient**2, beta2) for name, gradient in gradients.items()}
    parameters = {
        name: parameter - learning_rate * gradients[f"d{name}"] / (np.sqrt(squares[f"d{name}"]) + epsilon)
        for name, parameter in parameters.items()
    }
    return parameters, squares
