"""200 steps of PyTorch's optimizers, read from oracles/torch_trajectories.npz, against ours: equal within 1e-12.

After translation of two conventions: PyTorch's SGD has no factor (1 - beta), so it ran with the learning rate
alpha * (1 - beta); RMSprop's alpha is our beta2. The script beside the data holds the translation.
"""

from pathlib import Path

import numpy as np
import pytest
from oracles.problem import SETTINGS, STEPS, Arrays, gradients, loss, starting_parameters, trajectory

from solutions.adam import initialize_adam, update_with_adam
from solutions.momentum import initialize_velocity, update_with_momentum, update_with_nesterov
from solutions.rmsprop import initialize_squares, update_with_rmsprop

TORCH = np.load(Path(__file__).parent / "oracles" / "torch_trajectories.npz")
START = starting_parameters()


def assert_same(ours: np.ndarray, name: str) -> None:
    assert ours.shape == (STEPS + 1, 10)
    np.testing.assert_allclose(ours, TORCH[name], rtol=0, atol=1e-12)


def test_the_version_is_on_record() -> None:
    assert str(TORCH["made_with"]).startswith("PyTorch ")


@pytest.mark.parametrize("name", START)
def test_the_gradients_are_those_of_the_loss(name: str) -> None:
    """By central differences."""
    for index in np.ndindex(START[name].shape):
        shift = np.zeros_like(START[name])
        shift[index] = 1e-5
        rise = loss(START | {name: START[name] + shift}) - loss(START | {name: START[name] - shift})
        assert gradients(START)[f"d{name}"][index] == pytest.approx(rise / 2e-5, abs=1e-9)


def test_momentum() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays) -> tuple[Arrays, ...]:
        return update_with_momentum(parameters, gradients, velocity, **SETTINGS["momentum"])

    assert_same(trajectory(step, initialize_velocity(START)), "momentum")


def test_nesterov() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays) -> tuple[Arrays, ...]:
        return update_with_nesterov(parameters, gradients, velocity, **SETTINGS["nesterov"])

    assert_same(trajectory(step, initialize_velocity(START)), "nesterov")


def test_rmsprop() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        return update_with_rmsprop(parameters, gradients, squares, **SETTINGS["rmsprop"])

    assert_same(trajectory(step, initialize_squares(START)), "rmsprop")


def test_adam() -> None:
    def step(t: int, parameters: Arrays, gradients: Arrays, velocity: Arrays, squares: Arrays) -> tuple[Arrays, ...]:
        return update_with_adam(parameters, gradients, velocity, squares, t, **SETTINGS["adam"])

    assert_same(trajectory(step, *initialize_adam(START)), "adam")
