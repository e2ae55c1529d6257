"""Momentum, plain and Nesterov's: steps by hand, other ways to write them, and the function they build on."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from layers import (
    DECAYS,
    RATES,
    Arrays,
    Network,
    assert_close,
    assert_inputs_untouched,
    assert_shapes_and_dtype,
    networks,
)
from oracles.problem import gradients as gradients_at
from oracles.problem import starting_parameters

from solutions import momentum
from solutions.momentum import initialize_velocity, update_with_momentum, update_with_nesterov

UPDATES = pytest.mark.parametrize("update", [update_with_momentum, update_with_nesterov])


def two_steps(update: Callable, **settings: float) -> list[float]:
    """Start at 1 with velocity 0, and meet the gradients 2 and 4; return the parameter and velocity of each step."""
    parameters, velocity = {"W1": np.array([[1.0]])}, {"dW1": np.array([[0.0]])}
    path = []
    for gradient in 2.0, 4.0:
        parameters, velocity = update(parameters, {"dW1": np.array([[gradient]])}, velocity, 0.1, **settings)
        path += [parameters["W1"].item(), velocity["dW1"].item()]
    return path


def test_momentum_by_hand() -> None:
    """With alpha = 0.1 and the default beta = 0.9:

    v := 0.9 * 0   + 0.1 * 2 = 0.2    W := 1    - 0.1 * 0.2  = 0.98
    v := 0.9 * 0.2 + 0.1 * 4 = 0.58   W := 0.98 - 0.1 * 0.58 = 0.922
    """
    assert two_steps(update_with_momentum) == pytest.approx([0.98, 0.2, 0.922, 0.58])


def test_nesterov_by_hand() -> None:
    """With alpha = 0.1 and the default beta = 0.9; the velocity is momentum's, the step looks one average ahead:

    v := 0.2    ahead: 0.9 * 0.2  + 0.1 * 2 = 0.38    W := 1     - 0.1 * 0.38  = 0.962
    v := 0.58   ahead: 0.9 * 0.58 + 0.1 * 4 = 0.922   W := 0.962 - 0.1 * 0.922 = 0.8698
    """
    assert two_steps(update_with_nesterov) == pytest.approx([0.962, 0.2, 0.8698, 0.58])


@given(network=networks())
def test_velocity_starts_at_zero_and_the_parameters_are_left_alone(network: Network) -> None:
    velocity = initialize_velocity(network.parameters)
    assert_close(velocity, {name: np.zeros(array.shape) for name, array in network.gradients.items()}, atol=0)
    assert not any(np.shares_memory(velocity[f"d{name}"], array) for name, array in network.parameters.items())


@UPDATES
@given(network=networks(), alpha=RATES)
def test_without_memory_it_is_gradient_descent(update: Callable, network: Network, alpha: float) -> None:
    parameters, velocity = update(network.parameters, network.gradients, network.velocity, alpha, beta=0)
    descent = {name: array - alpha * network.gradients[f"d{name}"] for name, array in network.parameters.items()}
    assert_close(parameters, descent)
    assert_close(velocity, network.gradients)


@given(network=networks(), alpha=RATES, beta=DECAYS)
def test_form_without_one_minus_beta_rescales_alpha(network: Network, alpha: float, beta: float) -> None:
    """u := beta * u + gradient and W := W - alpha * (1 - beta) * u walk the same path; u is v / (1 - beta)."""
    ours, velocity = network.parameters, initialize_velocity(network.parameters)
    theirs, sums = network.parameters, initialize_velocity(network.parameters)
    for gradients in network.gradients, network.velocity, network.gradients:
        ours, velocity = update_with_momentum(ours, gradients, velocity, alpha, beta)
        sums = {name: beta * sums[name] + gradient for name, gradient in gradients.items()}
        theirs = {name: array - alpha * (1 - beta) * sums[f"d{name}"] for name, array in theirs.items()}
    assert_close(ours, theirs)
    assert_close(velocity, {name: (1 - beta) * array for name, array in sums.items()})


def test_nesterov_walks_on_the_points_where_sutskever_looks() -> None:
    """Two points per step: the gradient is that at theta + beta * u, ahead of theta (Sutskever et al., 2013, sec. 2).

    u := beta * u - alpha * (1 - beta) * gradient(theta + beta * u),   theta := theta + u
    Our parameters are the points ahead, and u is -alpha times our velocity.
    """
    alpha, beta = 0.3, 0.9
    parameters = theta = starting_parameters()
    velocity = initialize_velocity(parameters)
    u = {name: np.zeros_like(array) for name, array in theta.items()}
    for _ in range(50):
        parameters, velocity = update_with_nesterov(parameters, gradients_at(parameters), velocity, alpha, beta)
        gradients = gradients_at(_ahead(theta, u, beta))
        u = {name: beta * array - alpha * (1 - beta) * gradients[f"d{name}"] for name, array in u.items()}
        theta = {name: array + u[name] for name, array in theta.items()}
        assert_close(parameters, _ahead(theta, u, beta))
        assert_close(velocity, {f"d{name}": -array / alpha for name, array in u.items()})


def _ahead(theta: Arrays, u: Arrays, beta: float) -> Arrays:
    return {name: array + beta * u[name] for name, array in theta.items()}


@UPDATES
@given(network=networks())
def test_with_learning_rate_zero_the_velocity_alone_moves(update: Callable, network: Network) -> None:
    parameters, velocity = update(network.parameters, network.gradients, network.velocity, 0)
    assert_close(parameters, network.parameters, rtol=0, atol=0)
    expected = {name: 0.9 * v + 0.1 * network.gradients[name] for name, v in network.velocity.items()}
    assert_close(velocity, expected)


@UPDATES
@given(network=networks(), beta=DECAYS)
def test_inputs_are_untouched(update: Callable, network: Network, beta: float) -> None:
    assert_inputs_untouched(update, network.parameters, network.gradients, network.velocity, 0.1, beta)
    assert_inputs_untouched(update, network.parameters, network.gradients, network.velocity, 0, 0)


@UPDATES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_precision_are_kept(update: Callable, dtype: type) -> None:
    @given(network=networks(dtype=dtype))
    def check(network: Network) -> None:
        velocity = initialize_velocity(network.parameters)
        outputs = update(network.parameters, network.gradients, velocity, 0.1)
        assert_shapes_and_dtype(outputs, network.parameters, dtype)

    check()


@UPDATES
def test_it_is_built_on_the_average_of_ewa(update: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an "average" that is always 7, the velocity is 7 and the step 0.1 * 7."""
    monkeypatch.setattr(momentum, "ewa_update", lambda average, value, beta: np.full_like(value, 7))
    assert two_steps(update) == pytest.approx([0.3, 7, -0.4, 7])
