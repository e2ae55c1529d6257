"""The small network's gradients, compared with finite differences; the data, compared with their description."""

import numpy as np
import pytest

from course import data, network
from course.landscapes import Valley


@pytest.mark.parametrize("layer_sizes", [(3, 2), (4, 5, 3), (3, 4, 4, 2)])
def test_gradients_agree_with_finite_differences(layer_sizes: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    parameters = network.initialize_parameters(layer_sizes, rng)
    parameters = {name: array + 0.1 * rng.normal(size=array.shape) for name, array in parameters.items()}
    X, Y = rng.normal(size=(layer_sizes[0], 7)), np.eye(layer_sizes[-1])[rng.integers(layer_sizes[-1], size=7)].T
    _, gradients = network.cost_and_gradients(parameters, X, Y)
    step = 1e-6
    for name, array in parameters.items():
        for index in np.ndindex(array.shape):
            shift = np.zeros(array.shape)
            shift[index] = step
            above, _ = network.cost_and_gradients({**parameters, name: array + shift}, X, Y)
            below, _ = network.cost_and_gradients({**parameters, name: array - shift}, X, Y)
            assert gradients[f"d{name}"][index] == pytest.approx((above - below) / (2 * step), abs=1e-7)


def test_losses_start_near_the_logarithm_of_the_number_of_classes() -> None:
    zero = {"W1": np.zeros((10, 64)), "b1": np.zeros((10, 1))}
    digits = data.digits()
    assert network.cost_and_gradients(zero, digits.X_train, digits.Y_train)[0] == pytest.approx(np.log(10))


def test_losses_are_exact_and_finite() -> None:
    probabilities, Y = np.array([[1e-30, 0.0, 1.0], [1.0, 1.0, 0.0]]), np.array([[1.0, 1, 1], [0, 0, 0]])
    expected = [-np.log(1e-30), -np.log(np.finfo(float).tiny), 0]
    assert network.losses(probabilities, Y) == pytest.approx(np.array([expected]))


def test_the_cost_of_a_confident_wrong_answer_is_exact() -> None:
    parameters = {"W1": np.array([[1000.0], [0.0]]), "b1": np.zeros((2, 1))}
    assert network.cost_and_gradients(parameters, np.ones((1, 1)), np.array([[0.0], [1.0]]))[0] == 1000


def test_the_cost_is_the_mean_of_the_losses() -> None:
    rng = np.random.default_rng(0)
    parameters = network.initialize_parameters((5, 6, 3), rng)
    X, Y = rng.normal(size=(5, 8)), rng.dirichlet(np.ones(3), size=8).T
    losses = network.losses(network.forward(parameters, X)[-1], Y)
    assert losses.shape == (1, 8)
    assert network.cost_and_gradients(parameters, X, Y)[0] == pytest.approx(losses.mean())


def test_the_valley_falls_along_its_gradient() -> None:
    valley, w = Valley(condition=9.0), np.array([3.0, -1.0])
    assert valley.loss(w) == 9.0
    assert np.array_equal(valley.gradient(w), [3.0, -9.0])


def test_digits_are_as_described() -> None:
    digits = data.digits()
    assert [array.shape for array in digits] == [(64, 1437), (10, 1437), (64, 360), (10, 360)]
    assert digits.X_train.min() == 0
    assert digits.X_train.max() == 1
    assert np.all(digits.Y_train.sum(axis=0) == 1)


def test_temperatures_are_as_described() -> None:
    dates, celsius = data.seattle_temperatures()
    assert len(dates) == len(celsius) == 1461
    assert np.all(np.diff(dates) == np.timedelta64(1, "D"))
    assert np.all(np.isfinite(celsius))
