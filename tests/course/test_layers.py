"""Every layer's way back, held against finite differences; what layers promise beyond it."""

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
def test_the_way_back_is_that_of_finite_differences(case: str) -> None:
    layer, shapes = CASES[case]
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=shape) for shape in shapes]
    out, backward = layer(*inputs)
    # A cost with another weight for each output: an error in one of them cannot hide behind the others.
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


def test_cross_entropy_goes_back_to_probabilities_less_targets() -> None:
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=SHAPE), np.eye(4)[rng.integers(4, size=7)].T

    def cost(vector: np.ndarray) -> float:
        return layers.softmax_cross_entropy(vector.reshape(SHAPE), Y)[0]

    assert check_grad(cost, lambda z: layers.softmax_cross_entropy(z.reshape(SHAPE), Y)[1]().ravel(), Z.ravel()) < 1e-7
    assert cost(Z.ravel()) == pytest.approx(float(np.mean(network.losses(layers.softmax(Z), Y))))


def test_a_network_of_layers_has_the_gradients_of_the_network() -> None:
    rng = np.random.default_rng(0)
    parameters = network.initialize_parameters((5, 6, 3), rng)
    X, Y = rng.normal(size=(5, 8)), np.eye(3)[rng.integers(3, size=8)].T
    Z1, back_to_first = layers.dense(X, parameters["W1"], parameters["b1"])
    A1, back_through_relu = layers.relu(Z1)
    Z2, back_to_second = layers.dense(A1, parameters["W2"], parameters["b2"])
    cost, back = layers.softmax_cross_entropy(Z2, Y)
    dA1, dW2, db2 = back_to_second(back())
    _, dW1, db1 = back_to_first(back_through_relu(dA1))
    expected_cost, expected = network.cost_and_gradients(parameters, X, Y)
    assert cost == pytest.approx(expected_cost)
    for name, gradient in {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}.items():
        assert gradient == pytest.approx(expected[name])


@given(arrays(float, (3, 4), elements=st.floats(-1e300, 1e300)))
def test_softmax_gives_probabilities_for_any_numbers(Z: np.ndarray) -> None:
    P = layers.softmax(Z)
    assert np.all((P >= 0) & (P <= 1))
    assert P.sum(axis=0) == pytest.approx(1)


@pytest.mark.parametrize("activation", [layers.sigmoid, layers.tanh, layers.relu])
def test_activations_take_large_numbers(activation: Callable) -> None:
    with np.errstate(all="raise", under="ignore"):
        A, backward = activation(np.array([[-1e4, 0, 1e4]]))
        assert np.all(np.isfinite(A)) and np.all(np.isfinite(backward(np.ones((1, 3)))))


def test_the_loss_of_a_sure_and_wrong_answer_is_large_and_finite() -> None:
    assert layers.softmax_cross_entropy(np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]))[0] == 1000


def test_dropout_keeps_the_expected_value() -> None:
    A, _ = layers.dropout(np.ones((200, 500)), 0.8, np.random.default_rng(0))
    assert set(np.unique(A)) == {0, 1 / 0.8}
    assert A.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("keep", [0, -0.1, 1.1, float("nan")])
def test_dropout_names_a_share_that_cannot_be(keep: float) -> None:
    with pytest.raises(ValueError, match=f"keep .*{keep}"):
        layers.dropout(np.ones((2, 2)), keep, np.random.default_rng(0))


def test_batch_norm_has_the_mean_and_deviation_that_it_is_given() -> None:
    Z = np.random.default_rng(0).normal(5, 3, size=(4, 1000))
    out, _ = layers.batch_norm(Z, gamma=np.full((4, 1), 2.0), beta=np.full((4, 1), -1.0))
    assert out.mean(axis=1) == pytest.approx(-1)
    assert out.std(axis=1) == pytest.approx(2, rel=1e-5)
