"""Random dictionaries of layers: the hidden inputs of the optimizers' questions."""

import numpy as np

Arrays = dict[str, np.ndarray]


def random_parameters(rng: np.random.Generator, layers: int) -> Arrays:
    """Make {"W1": (n_1, n_0), "b1": (n_1, 1), ...} with layers of 2 to 5 units."""
    sizes = rng.integers(2, 6, size=layers + 1)
    parameters = {}
    for layer in range(1, layers + 1):
        parameters[f"W{layer}"] = rng.normal(size=(sizes[layer], sizes[layer - 1]))
        parameters[f"b{layer}"] = rng.normal(size=(sizes[layer], 1))
    return parameters


def random_gradients(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Make gradients, or a velocity, for these parameters: away from zero, of either sign."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) for name, parameter in parameters.items()}


def random_squares(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Make averaged squares for these parameters, above zero."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) ** 2 for name, parameter in parameters.items()}


def zeros(parameters: Arrays) -> Arrays:
    """Make the state before the first step."""
    return {f"d{name}": np.zeros(parameter.shape) for name, parameter in parameters.items()}


def _away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    # A mistake must show in every element, so that no wrong answer is right by luck.
    return rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
