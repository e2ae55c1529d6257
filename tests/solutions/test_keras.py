"""200 steps of Keras's optimizers, read from oracles/keras_trajectories.npz, against ours.

- SGD with momentum, plain and Nesterov's: equal within 1e-12, once the learning rate is translated. Keras writes
  velocity := beta * velocity - rate * gradient, parameter := parameter + velocity, without a factor (1 - beta); it ran
  with the rate alpha * (1 - beta).
- RMSprop: another convention. Keras has epsilon inside the root, gradient / sqrt(s + epsilon); ours is outside.
- Adam: another convention. Keras takes the form with one corrected learning rate,
  alpha * sqrt(1 - beta2^t) / (1 - beta1^t) * v / (sqrt(s) + epsilon): epsilon meets the uncorrected root,
  so it is ours times sqrt(1 - beta2^t).

With either convention put into ours, the last two agree within 1e-12 as well; without, the paths part.
"""

from pathlib import Path

import numpy as np
from oracles.problem import SETTINGS, Arrays, starting_parameters, trajectory

from solutions.adam import initialize_adam, update_with_adam
from solutions.momentum import initialize_velocity, update_with_momentum, update_with_nesterov
from solutions.rmsprop import initialize_squares, update_with_rmsprop

KERAS = np.load(Path(__file__).parent / "oracles" / "keras_trajectories.npz")
START = starting_parameters()


def distance(ours: np.ndarray, name: str) -> float:
    """Return the largest distance between the two paths in any parameter."""
    return np.max(np.abs(ours - KERAS[name]))


def test_the_version_is_on_record() -> None:
    assert str(KERAS["made_with"]).startswith("Keras 3.")


def test_momentum_agrees() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays) -> tuple[Arrays, ...]:
        return update_with_momentum(parameters, gradients, velocity, **SETTINGS["momentum"])

    assert distance(trajectory(step, initialize_velocity(START)), "momentum") < 1e-12


def test_nesterov_agrees() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays) -> tuple[Arrays, ...]:
        return update_with_nesterov(parameters, gradients, velocity, **SETTINGS["nesterov"])

    assert distance(trajectory(step, initialize_velocity(START)), "nesterov") < 1e-12


def test_rmsprop_differs_by_the_place_of_epsilon() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        return update_with_rmsprop(parameters, gradients, squares, **SETTINGS["rmsprop"])

    assert distance(trajectory(step, initialize_squares(START)), "rmsprop") > 0.1


def test_rmsprop_agrees_with_epsilon_brought_inside_the_root() -> None:
    """Squares that enter as s + epsilon / beta2 leave as beta2 * s + (1 - beta2) * gradient^2 + epsilon."""
    settings = SETTINGS["rmsprop"]
    inside = settings["epsilon"]

    def step(t: int, parameters: Arrays, gradients: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        raised = {name: square + inside / settings["beta2"] for name, square in squares.items()}
        parameters, raised = update_with_rmsprop(parameters, gradients, raised, **settings | {"epsilon": 1e-30})
        return parameters, {name: np.maximum(square - inside, 0) for name, square in raised.items()}

    assert distance(trajectory(step, initialize_squares(START)), "rmsprop") < 1e-12


def test_adam_differs_by_the_place_of_epsilon() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        return update_with_adam(parameters, gradients, velocity, squares, t, **SETTINGS["adam"])

    assert distance(trajectory(step, *initialize_adam(START)), "adam") > 0.1


def test_adam_agrees_with_epsilon_rescaled_at_every_step() -> None:
    settings = SETTINGS["adam"]

    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        epsilon = settings["epsilon"] / np.sqrt(1 - settings["beta2"] ** t)
        return update_with_adam(parameters, gradients, velocity, squares, t, **settings | {"epsilon": epsilon})

    assert distance(trajectory(step, *initialize_adam(START)), "adam") < 1e-12
