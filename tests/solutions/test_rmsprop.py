"""RMSProp: steps by hand, its indifference to the gradients' scale, and the function it builds on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layers import (
    DECAYS,
    NOT_ZERO,
    RATES,
    Network,
    assert_close,
    assert_inputs_untouched,
    assert_shapes_and_dtype,
    networks,
)

from solutions import rmsprop
from solutions.rmsprop import initialize_squares, update_with_rmsprop

NEGLIGIBLE = 1e-30


def two_steps() -> list[float]:
    """Start at 1 with square 0, and meet the gradients 3 and 1.5; return the parameter and square of each step."""
    parameters, squares = {"W1": np.array([[1.0]])}, {"dW1": np.array([[0.0]])}
    path = []
    for gradient in 3.0, 1.5:
        gradients = {"dW1": np.array([[gradient]])}
        parameters, squares = update_with_rmsprop(parameters, gradients, squares, 0.1, beta2=0.75, epsilon=0.5)
        path += [parameters["W1"].item(), squares["dW1"].item()]
    return path


def test_two_steps_by_hand() -> None:
    """With alpha = 0.1, beta2 = 0.75, and an epsilon of 0.5, too large to overlook:

    s := 0.75 * 0    + 0.25 * 9    = 2.25   W := 1    - 0.1 * 3   / (1.5 + 0.5) = 0.85
    s := 0.75 * 2.25 + 0.25 * 2.25 = 2.25   W := 0.85 - 0.1 * 1.5 / (1.5 + 0.5) = 0.775
    """
    assert two_steps() == pytest.approx([0.85, 2.25, 0.775, 2.25])


@given(network=networks())
def test_squares_start_at_zero_and_the_parameters_are_left_alone(network: Network) -> None:
    squares = initialize_squares(network.parameters)
    assert_close(squares, {name: np.zeros(array.shape) for name, array in network.gradients.items()}, atol=0)
    assert not any(np.shares_memory(squares[f"d{name}"], array) for name, array in network.parameters.items())


@given(network=networks())
def test_defaults(network: Network) -> None:
    state = network.parameters, network.gradients, network.squares, 0.1
    for actual, expected in zip(
        update_with_rmsprop(*state), update_with_rmsprop(*state, beta2=0.999, epsilon=1e-8), strict=True
    ):
        assert_close(actual, expected, rtol=0, atol=0)


@given(network=networks(), scale=st.floats(1e-3, 1e3), beta2=DECAYS)
def test_steps_do_not_depend_on_the_scale_of_the_gradients(network: Network, scale: float, beta2: float) -> None:
    """Scaling all gradients, including the past ones in the squares, changes the steps only through epsilon."""
    large_gradients = {name: scale * array for name, array in network.gradients.items()}
    large_squares = {name: scale**2 * array for name, array in network.squares.items()}
    settings = {"learning_rate": 0.1, "beta2": beta2, "epsilon": NEGLIGIBLE}
    parameters, squares = update_with_rmsprop(network.parameters, network.gradients, network.squares, **settings)
    same, large = update_with_rmsprop(network.parameters, large_gradients, large_squares, **settings)
    assert_close(same, parameters)
    assert_close(large, {name: scale**2 * array for name, array in squares.items()})


@given(network=networks(NOT_ZERO), alpha=RATES)
def test_without_memory_every_step_has_the_length_alpha(network: Network, alpha: float) -> None:
    parameters, _ = update_with_rmsprop(
        network.parameters, network.gradients, network.squares, alpha, beta2=0, epsilon=NEGLIGIBLE
    )
    signs = {name: array - alpha * np.sign(network.gradients[f"d{name}"]) for name, array in network.parameters.items()}
    assert_close(parameters, signs)


@given(network=networks(NOT_ZERO), beta2=DECAYS, steps=st.integers(1, 5))
def test_there_is_no_bias_correction(network: Network, beta2: float, steps: int) -> None:
    """With a constant gradient, s is (1 - beta2^t) * gradient^2, and step t is alpha / sqrt(1 - beta2^t) long."""
    parameters, squares = network.parameters, initialize_squares(network.parameters)
    for _ in range(steps):
        parameters, squares = update_with_rmsprop(parameters, network.gradients, squares, 0.1, beta2, NEGLIGIBLE)
    path = sum(0.1 / np.sqrt(1 - beta2**t) for t in range(1, steps + 1))
    assert_close(
        parameters,
        {name: array - path * np.sign(network.gradients[f"d{name}"]) for name, array in network.parameters.items()},
    )


def test_a_gradient_that_was_always_zero_takes_no_step() -> None:
    parameters, squares = {"W1": np.array([[1.0]])}, {"dW1": np.array([[0.0]])}
    updated, _ = update_with_rmsprop(parameters, {"dW1": np.array([[0.0]])}, squares, 0.1)
    assert updated["W1"].item() == 1.0


@given(network=networks(), beta2=DECAYS)
def test_inputs_are_untouched(network: Network, beta2: float) -> None:
    assert_inputs_untouched(
        update_with_rmsprop, network.parameters, network.gradients, network.squares, 0.1, beta2, 1e-8
    )
    assert_inputs_untouched(update_with_rmsprop, network.parameters, network.gradients, network.squares, 0, 0, 1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_precision_are_kept(dtype: type) -> None:
    @given(network=networks(dtype=dtype))
    def check(network: Network) -> None:
        squares = initialize_squares(network.parameters)
        outputs = update_with_rmsprop(network.parameters, network.gradients, squares, 0.1)
        assert_shapes_and_dtype(outputs, network.parameters, dtype)

    check()


def test_it_is_built_on_the_average_of_ewa(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an "average" that is always 6.25 the root is 2.5, and the steps 0.1 * 3 / 3 and 0.1 * 1.5 / 3."""
    monkeypatch.setattr(rmsprop, "ewa_update", lambda average, value, beta: np.full_like(value, 6.25))
    assert two_steps() == pytest.approx([0.9, 6.25, 0.85, 6.25])
