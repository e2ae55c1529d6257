"""Every layer's way back, compared with finite differences, and what else layers promise."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import check_grad

from course import layers, network

SHAPE = (4, 7)


def _dropped(A: np.ndarray) -> tuple:
    return layers.dropout(A, 0.6, np.random.default_rng(1))


CASES = {
    "dense": (layers.dense, [SHAPE, (3, 4), (3, 1)]),
    "relu": (layers.relu, [SHAPE]),
    "tanh": (layers.tanh, [SHAPE]),
    "sigmoid": (layers.sigmoid, [SHAPE]),
    "dropout": (_dropped, [SHAPE]),
    "batch_norm": (layers.batch_norm, [SHAPE, (4, 1), (4, 1)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_way_back_agrees_with_finite_differences(case: str) -> None:
    layer, shapes = CASES[case]
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=shape) for shape in shapes]
    out, backward = layer(*inputs)
    # Every output has its own weight in the cost, so an error in one of them can't hide behind the others.
    weights = rng.normal(size=out.shape)
    gradients = backward(weights)
    for position, gradient in enumerate(gradients if isinstance(gradients, tuple) else [gradients]):

        def cost(vector: np.ndarray, position: int = position) -> float:
            shifted = [*inputs]
            shifted[position] = vector.reshape(shapes[position])
            return float(np.sum(weights * layer(*shifted)[0]))

        assert gradient.shape == shapes[position]
        error = check_grad(cost, lambda _, g=gradient: g.ravel(), inputs[position].ravel())
        assert error < 1e-6 * np.linalg.norm(gradient)


def test_the_way_back_from_cross_entropy_agrees_with_finite_differences() -> None:
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=SHAPE), np.eye(4)[rng.integers(4, size=7)].T

    def cost(vector: np.ndarray) -> float:
        return layers.softmax_cross_entropy(vector.reshape(SHAPE), Y)[0]

    assert check_grad(cost, lambda z: layers.softmax_cross_entropy(z.reshape(SHAPE), Y)[1]().ravel(), Z.ravel()) < 1e-7
    assert cost(Z.ravel()) == pytest.approx(float(np.mean(network.losses(layers.softmax(Z), Y))))


def test_the_first_layer_has_the_same_gradients_as_any_other() -> None:
    rng = np.random.default_rng(0)
    inputs, dZ = [rng.normal(size=shape) for shape in (SHAPE, (3, 4), (3, 1))], rng.normal(size=(3, 7))
    (Z, back), (first_Z, first_back) = layers.dense(*inputs), layers.first_dense(*inputs)
    np.testing.assert_array_equal(first_Z, Z)
    for gradient, expected in zip(first_back(dZ), back(dZ)[1:], strict=True):
        np.testing.assert_array_equal(gradient, expected)


@given(arrays(float, (3, 4), elements=st.floats(-1e300, 1e300)))
def test_log_softmax_is_the_logarithm_of_softmax(Z: np.ndarray) -> None:
    logarithms = layers.log_softmax(Z)
    assert np.all(np.isfinite(logarithms))
    assert np.exp(logarithms) == pytest.approx(layers.softmax(Z), rel=1e-9, abs=1e-300)


@given(arrays(float, (3, 4), elements=st.floats(-1e300, 1e300)))
def test_softmax_returns_probabilities_for_any_numbers(Z: np.ndarray) -> None:
    P = layers.softmax(Z)
    assert np.all((P >= 0) & (P <= 1))
    assert P.sum(axis=0) == pytest.approx(1)


@pytest.mark.parametrize("activation", [layers.sigmoid, layers.tanh, layers.relu])
def test_activations_take_large_numbers(activation: Callable) -> None:
    with np.errstate(all="raise", under="ignore"):
        A, backward = activation(np.array([[-1e4, 0, 1e4]]))
        assert np.all(np.isfinite(A)) and np.all(np.isfinite(backward(np.ones((1, 3)))))


def test_the_cost_of_a_confident_wrong_answer_is_large_and_finite() -> None:
    assert layers.softmax_cross_entropy(np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]))[0] == 1000


def test_dropout_keeps_the_expected_value() -> None:
    A, _ = layers.dropout(np.ones((200, 500)), 0.8, np.random.default_rng(0))
    assert set(np.unique(A)) == {0, 1 / 0.8}
    assert A.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("keep", [0, -0.1, 1.1, float("nan")])
def test_dropout_names_an_impossible_share(keep: float) -> None:
    with pytest.raises(ValueError, match=f"keep .*{keep}"):
        layers.dropout(np.ones((2, 2)), keep, np.random.default_rng(0))


def test_batch_norm_has_the_requested_mean_and_deviation() -> None:
    Z = np.random.default_rng(0).normal(5, 3, size=(4, 1000))
    out, _ = layers.batch_norm(Z, gamma=np.full((4, 1), 2.0), beta=np.full((4, 1), -1.0))
    assert out.mean(axis=1) == pytest.approx(-1)
    assert out.std(axis=1) == pytest.approx(2, rel=1e-5)
