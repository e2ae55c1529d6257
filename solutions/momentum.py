"""Gradient descent with momentum, plain and Nesterov's, on dictionaries of layers.

v := beta * v + (1 - beta) * gradient,   parameter := parameter - learning_rate * v
"""

from collections.abc import Mapping

import numpy as np

from solutions._check import require_arrays, require_decay, require_matching, require_not_negative
from solutions.ewa import ewa_update

Arrays = Mapping[str, np.ndarray]


def initialize_velocity(parameters: Arrays) -> dict[str, np.ndarray]:
    """Start the velocity of every parameter at zero.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.

    Returns:
        {"dW1": zeros (n_1, n_0), "db1": zeros (n_1, 1), ...}, each with its parameter's shape and dtype.

    Raises:
        ValueError: `parameters` is not a dict of finite arrays.
    """
    require_arrays("parameters", parameters)
    return {f"d{name}": np.zeros_like(parameter) for name, parameter in parameters.items()}


def update_with_momentum(
    parameters: Arrays, gradients: Arrays, velocity: Arrays, learning_rate: float, beta: float = 0.9
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Take one step of gradient descent with momentum, without bias correction.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.
        gradients: {"dW1": (n_1, n_0), "db1": (n_1, 1), ...}, of the current mini-batch.
        velocity: averages of the gradients so far, same keys and shapes as `gradients`.
        learning_rate: alpha, 0 or more.
        beta: averaging constant, in [0, 1); 0 is plain gradient descent.

    Returns:
        (parameters, velocity), new dicts of new arrays.

    Raises:
        ValueError: a key is missing or unknown, shapes differ, a value is not finite, or a constant is out of range.

    Source: Polyak (1964), in the form with (1 - beta): alpha here is alpha / (1 - beta) in the form without.
    """
    _require_valid(parameters, gradients, velocity, learning_rate, beta)
    velocity = _updated_velocity(gradients, velocity, beta)
    parameters = {name: parameter - learning_rate * velocity[f"d{name}"] for name, parameter in parameters.items()}
    return parameters, velocity


def update_with_nesterov(
    parameters: Arrays, gradients: Arrays, velocity: Arrays, learning_rate: float, beta: float = 0.9
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Take one step of Nesterov's accelerated gradient, in the form that needs the gradient only where we stand.

    The velocity is momentum's. The step looks one average ahead:
    parameter - learning_rate * (beta * v + (1 - beta) * gradient), with the new v.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.
        gradients: {"dW1": (n_1, n_0), "db1": (n_1, 1), ...}, of the current mini-batch.
        velocity: averages of the gradients so far, same keys and shapes as `gradients`.
        learning_rate: alpha, 0 or more.
        beta: averaging constant, in [0, 1); 0 is plain gradient descent.

    Returns:
        (parameters, velocity), new dicts of new arrays.

    Raises:
        ValueError: a key is missing or unknown, shapes differ, a value is not finite, or a constant is out of range.

    Source: Nesterov (1983), in the form of Sutskever et al. (2013), section 2, after Bengio's change of variable.
    """
    _require_valid(parameters, gradients, velocity, learning_rate, beta)
    velocity = _updated_velocity(gradients, velocity, beta)
    lookahead = _updated_velocity(gradients, velocity, beta)
    parameters = {name: parameter - learning_rate * lookahead[f"d{name}"] for name, parameter in parameters.items()}
    return parameters, velocity


def _updated_velocity(gradients: Arrays, velocity: Arrays, beta: float) -> dict[str, np.ndarray]:
    return {name: ewa_update(velocity[name], gradient, beta) for name, gradient in gradients.items()}


def _require_valid(parameters: Arrays, gradients: Arrays, velocity: Arrays, learning_rate: float, beta: float) -> None:
    require_arrays("parameters", parameters)
    require_matching("gradients", gradients, parameters)
    require_matching("velocity", velocity, parameters)
    require_not_negative("learning_rate", learning_rate)
    require_decay("beta", beta)
