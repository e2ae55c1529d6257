"""Adam: steps by hand, the effect of the bias corrections, and the functions it builds on."""

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

from solutions import adam
from solutions.adam import initialize_adam, update_with_adam
from solutions.rmsprop import update_with_rmsprop

NEGLIGIBLE = 1e-30


def two_steps() -> list[float]:
    """Start at 1 with averages 0, and meet the gradients 2 and 5; return parameter, velocity, square of each step."""
    parameters = {"W1": np.array([[1.0]])}
    velocity, squares = initialize_adam(parameters)
    path = []
    for t, gradient in enumerate([2.0, 5.0], start=1):
        gradients = {"dW1": np.array([[gradient]])}
        parameters, velocity, squares = update_with_adam(
            parameters, gradients, velocity, squares, t, 0.1, beta1=0.5, beta2=0.75, epsilon=0.5
        )
        path += [parameters["W1"].item(), velocity["dW1"].item(), squares["dW1"].item()]
    return path


def test_two_steps_by_hand() -> None:
    """With alpha = 0.1, beta1 = 0.5, beta2 = 0.75, and an epsilon of 0.5, too large to overlook:

    t = 1   v := 0.5 * 0 + 0.5 * 2 = 1      corrected: 1 / (1 - 0.5)  = 2
            s := 0.75 * 0 + 0.25 * 4 = 1    corrected: 1 / (1 - 0.75) = 4
            W := 1 - 0.1 * 2 / (2 + 0.5) = 0.92
    t = 2   v := 0.5 * 1 + 0.5 * 5 = 3      corrected: 3 / (1 - 0.25)   = 4
            s := 0.75 * 1 + 0.25 * 25 = 7   corrected: 7 / (1 - 0.5625) = 16
            W := 0.92 - 0.1 * 4 / (4 + 0.5) = 0.92 - 0.4 / 4.5
    """
    assert two_steps() == pytest.approx([0.92, 1, 1, 0.92 - 0.4 / 4.5, 3, 7])


@given(network=networks())
def test_averages_start_at_zero_and_share_no_array(network: Network) -> None:
    velocity, squares = initialize_adam(network.parameters)
    for average in velocity, squares:
        assert_close(average, {name: np.zeros(array.shape) for name, array in network.gradients.items()}, atol=0)
    assert not any(np.shares_memory(velocity[name], squares[name]) for name in velocity)


@given(network=networks(), t=st.integers(1, 1000))
def test_defaults(network: Network, t: int) -> None:
    state = *network, t, 0.1
    for actual, expected in zip(
        update_with_adam(*state), update_with_adam(*state, beta1=0.9, beta2=0.999, epsilon=1e-8), strict=True
    ):
        assert_close(actual, expected, rtol=0, atol=0)


@given(network=networks(NOT_ZERO), alpha=RATES, beta1=DECAYS, beta2=DECAYS, steps=st.integers(1, 5))
def test_with_a_constant_gradient_every_step_is_alpha_times_its_sign(
    network: Network, alpha: float, beta1: float, beta2: float, steps: int
) -> None:
    parameters = network.parameters
    velocity, squares = initialize_adam(parameters)
    for t in range(1, steps + 1):
        parameters, velocity, squares = update_with_adam(
            parameters, network.gradients, velocity, squares, t, alpha, beta1, beta2, NEGLIGIBLE
        )
        signs = {name: t * alpha * np.sign(network.gradients[f"d{name}"]) for name in network.parameters}
        assert_close(parameters, {name: array - signs[name] for name, array in network.parameters.items()})


@given(network=networks(), t=st.integers(1, 1000), beta1=DECAYS, beta2=DECAYS)
def test_averages_come_back_uncorrected(network: Network, t: int, beta1: float, beta2: float) -> None:
    _, velocity, squares = update_with_adam(*network, t, 0.1, beta1, beta2)
    gradients = network.gradients
    assert_close(velocity, {name: beta1 * v + (1 - beta1) * gradients[name] for name, v in network.velocity.items()})
    assert_close(squares, {name: beta2 * s + (1 - beta2) * gradients[name] ** 2 for name, s in network.squares.items()})


@given(network=networks(NOT_ZERO), scale=st.floats(1e-3, 1e3), beta1=DECAYS, beta2=DECAYS, t=st.integers(1, 1000))
def test_steps_do_not_depend_on_the_scale_of_the_gradients(
    network: Network, scale: float, beta1: float, beta2: float, t: int
) -> None:
    """Scaling all gradients, including the past ones in the averages, changes the steps only through epsilon."""
    parameters, *averages = network
    powers = scale, scale, scale**2
    large = [
        {name: power * array for name, array in average.items()}
        for power, average in zip(powers, averages, strict=True)
    ]
    settings = {"t": t, "learning_rate": 0.1, "beta1": beta1, "beta2": beta2, "epsilon": NEGLIGIBLE}
    assert_close(update_with_adam(parameters, *large, **settings)[0], update_with_adam(*network, **settings)[0])


@given(network=networks(NOT_ZERO), beta2=DECAYS, t=st.integers(1, 1000))
def test_without_momentum_it_is_rmsprop_with_a_corrected_root(network: Network, beta2: float, t: int) -> None:
    """Apart from epsilon, dividing s by 1 - beta2^t is the same as multiplying alpha by sqrt(1 - beta2^t)."""
    parameters, gradients, _, squares = network
    ours, _, _ = update_with_adam(*network, t, 0.1, beta1=0, beta2=beta2, epsilon=NEGLIGIBLE)
    alpha = 0.1 * np.sqrt(1 - beta2**t)
    assert_close(ours, update_with_rmsprop(parameters, gradients, squares, alpha, beta2, NEGLIGIBLE)[0])


def test_a_gradient_that_was_always_zero_takes_no_step() -> None:
    parameters = {"W1": np.array([[1.0]])}
    updated, _, _ = update_with_adam(parameters, {"dW1": np.array([[0.0]])}, *initialize_adam(parameters), 1, 0.1)
    assert updated["W1"].item() == 1.0


@given(network=networks(), beta1=DECAYS, beta2=DECAYS)
def test_inputs_are_untouched(network: Network, beta1: float, beta2: float) -> None:
    assert_inputs_untouched(update_with_adam, *network, 3, 0.1, beta1, beta2)
    assert_inputs_untouched(update_with_adam, *network, 1, 0, 0, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_precision_are_kept(dtype: type) -> None:
    @given(network=networks(dtype=dtype))
    def check(network: Network) -> None:
        outputs = update_with_adam(network.parameters, network.gradients, *initialize_adam(network.parameters), 1, 0.1)
        assert_shapes_and_dtype(outputs, network.parameters, dtype)

    check()


def test_both_averages_use_ewa_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an "average" that adds up, v is 2, then 7, and s is 4, then 29; both are corrected as before."""
    monkeypatch.setattr(adam, "ewa_update", lambda average, value, beta: average + value)
    first = 1 - 0.1 * (2 / 0.5) / (np.sqrt(4 / 0.25) + 0.5)
    second = first - 0.1 * (7 / 0.75) / (np.sqrt(29 / 0.4375) + 0.5)
    assert two_steps() == pytest.approx([first, 2, 4, second, 7, 29])


def test_both_corrections_use_bias_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without correction: W := 1 - 0.1 * 1 / (1 + 0.5), then W := W - 0.1 * 3 / (sqrt(7) + 0.5)."""
    monkeypatch.setattr(adam, "bias_correction", lambda average, beta, t: average)
    first = 1 - 0.1 / 1.5
    assert two_steps() == pytest.approx([first, 1, 1, first - 0.3 / (np.sqrt(7) + 0.5), 3, 7])
