"""Exponentially weighted averages: values by hand, and the laws of a weighted mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solutions.ewa import bias_corrected_ewa, bias_correction, effective_window, ewa, ewa_update, ewa_weights

VALUES = st.floats(-100, 100)
SERIES = arrays(float, st.integers(1, 20), elements=VALUES)
PAIRS = st.integers(1, 20).flatmap(lambda n: arrays(float, (2, n), elements=VALUES))
BETAS = st.floats(0, 0.999)


def test_three_days_by_hand() -> None:
    """London's first days, in degrees Fahrenheit, with beta = 0.9.

    v_1 = 0.9 * 0   + 0.1 * 40 = 4       v_1 / (1 - 0.9)   = 4 / 0.1       = 40
    v_2 = 0.9 * 4   + 0.1 * 49 = 8.5     v_2 / (1 - 0.81)  = 8.5 / 0.19    = 44.74
    v_3 = 0.9 * 8.5 + 0.1 * 45 = 12.15   v_3 / (1 - 0.729) = 12.15 / 0.271 = 44.83
    """
    days = [40, 49, 45]
    np.testing.assert_allclose(ewa(days, 0.9), [4, 8.5, 12.15])
    np.testing.assert_allclose(bias_corrected_ewa(days, 0.9), [40, 8.5 / 0.19, 12.15 / 0.271])


def test_weights_by_hand() -> None:
    np.testing.assert_allclose(ewa_weights(3, 0.9), [0.1, 0.09, 0.081])


@pytest.mark.parametrize(("beta", "days"), [(0, 1), (0.5, 2), (0.9, 10), (0.98, 50)])
def test_effective_window(beta: float, days: float) -> None:
    assert effective_window(beta) == pytest.approx(days)


@pytest.mark.parametrize("beta", [0.9, 0.98, 0.999])
def test_weight_falls_to_about_a_third_within_the_window(beta: float) -> None:
    """(1 - e)^(1/e) approaches 1/e = 0.368 from below as e falls."""
    share = beta ** effective_window(beta)
    assert np.exp(-1) - 0.02 < share < np.exp(-1)


@given(pair=PAIRS, beta=BETAS, a=VALUES, b=VALUES)
def test_average_is_linear(pair: np.ndarray, beta: float, a: float, b: float) -> None:
    first, second = pair
    for average in ewa, bias_corrected_ewa:
        combined = a * average(first, beta) + b * average(second, beta)
        np.testing.assert_allclose(average(a * first + b * second, beta), combined, rtol=1e-9, atol=1e-6)


@given(theta=SERIES, beta=BETAS)
def test_average_lies_between_the_extremes_and_zero(theta: np.ndarray, beta: float) -> None:
    averages = ewa(theta, beta)
    assert np.all(averages >= min(theta.min(), 0) - 1e-9)
    assert np.all(averages <= max(theta.max(), 0) + 1e-9)


@given(theta=SERIES, beta=BETAS)
def test_corrected_average_lies_between_the_extremes_so_far(theta: np.ndarray, beta: float) -> None:
    corrected = bias_corrected_ewa(theta, beta)
    assert np.all(corrected >= np.minimum.accumulate(theta) - 1e-9)
    assert np.all(corrected <= np.maximum.accumulate(theta) + 1e-9)


@given(constant=VALUES, n=st.integers(1, 50), beta=BETAS)
def test_corrected_average_of_a_constant_is_the_constant(constant: float, n: int, beta: float) -> None:
    np.testing.assert_allclose(bias_corrected_ewa(np.full(n, constant), beta), constant, rtol=1e-9)


@given(theta=SERIES)
def test_without_memory_the_average_is_the_series(theta: np.ndarray) -> None:
    np.testing.assert_array_equal(ewa(theta, 0), theta)
    np.testing.assert_array_equal(bias_corrected_ewa(theta, 0), theta)


@given(t=st.integers(1, 200), beta=BETAS)
def test_weights_fall_and_sum_to_one_minus_beta_to_the_t(t: int, beta: float) -> None:
    weights = ewa_weights(t, beta)
    assert weights.shape == (t,)
    assert weights[0] == 1 - beta
    np.testing.assert_allclose(weights[1:], beta * weights[:-1], atol=1e-300)
    assert weights.sum() == pytest.approx(1 - beta**t)


@given(theta=SERIES, beta=BETAS)
def test_last_average_is_the_weighted_sum_of_the_past(theta: np.ndarray, beta: float) -> None:
    newest_first = theta[::-1]
    np.testing.assert_allclose(ewa(theta, beta)[-1], ewa_weights(len(theta), beta) @ newest_first, atol=1e-9)


@given(theta=SERIES, beta=BETAS)
def test_later_values_do_not_change_earlier_averages(theta: np.ndarray, beta: float) -> None:
    np.testing.assert_array_equal(ewa(theta, beta)[:-1], ewa(theta[:-1], beta))


def test_one_update_works_element_by_element_and_leaves_its_input() -> None:
    """0.75 * [4, 8] + 0.25 * [8, 0] = [5, 6]."""
    average, value = np.array([4.0, 8.0]), np.array([8.0, 0.0])
    np.testing.assert_array_equal(ewa_update(average, value, 0.75), [5, 6])
    np.testing.assert_array_equal(average, [4, 8])
    np.testing.assert_array_equal(value, [8, 0])


def test_bias_correction_by_hand_leaves_its_input() -> None:
    """The weights of three updates with beta = 0.5 sum to 1 - 0.125 = 0.875."""
    average = np.array([0.875, 1.75])
    np.testing.assert_array_equal(bias_correction(average, 0.5, 3), [1, 2])
    np.testing.assert_array_equal(average, [0.875, 1.75])


def test_empty_series_has_no_averages() -> None:
    assert ewa([], 0.9).shape == bias_corrected_ewa([], 0.9).shape == (0,)


def test_series_is_untouched_and_keeps_its_precision() -> None:
    theta = np.array([1, 2, 4], dtype=np.float32)
    assert ewa(theta, 0.9).dtype == bias_corrected_ewa(theta, 0.9).dtype == np.float32
    np.testing.assert_array_equal(theta, [1, 2, 4])
    assert ewa([1, 2, 4], 0.9).dtype == bias_corrected_ewa([1, 2, 4], 0.9).dtype == np.float64
