"""The landscapes' gradients, compared with finite differences; the descent loop and the training loop."""

import numpy as np
import pytest

from course.data import digits
from course.descent import Update, descend
from course.landscapes import Rosenbrock, Saddle, Valley
from course.network import cost_and_gradients, initialize_parameters
from course.training import flatten, train, unflatten


def _gradient_descent(alpha: float) -> Update:
    return lambda w, dw: w - alpha * dw


@pytest.mark.parametrize("landscape", [Valley(7), Saddle(), Rosenbrock()], ids=str)
def test_gradients_agree_with_finite_differences(landscape: Valley | Saddle | Rosenbrock) -> None:
    points = np.random.default_rng(0).normal(size=(2, 50))
    for direction, slope in zip(np.eye(2)[:, :, np.newaxis], landscape.gradient(points), strict=True):
        step = 1e-6 * direction
        measured = (landscape.loss(points + step) - landscape.loss(points - step)) / 2e-6
        np.testing.assert_allclose(slope, measured, atol=1e-5)


def test_descend_returns_the_start_and_every_later_point() -> None:
    path = descend(_gradient_descent(0.5), lambda w: w, start=[8, -4], steps=3)
    np.testing.assert_array_equal(path, [[8, -4], [4, -2], [2, -1], [1, -0.5]])


def test_descend_lets_a_path_diverge() -> None:
    path = descend(_gradient_descent(1e200), lambda w: w**3, start=[8.0], steps=5)
    assert path.shape == (6, 1)
    assert not np.isfinite(path[-1]).any()


def test_unflatten_inverts_flatten_and_gradients_line_up_with_parameters() -> None:
    parameters = initialize_parameters((3, 4, 2), np.random.default_rng(0))
    gradients = {f"d{name}": array for name, array in parameters.items()}
    shuffled = dict(reversed(gradients.items()))
    np.testing.assert_array_equal(flatten(parameters), flatten(shuffled))
    restored = unflatten(flatten(parameters), parameters)
    assert list(restored) == list(parameters)
    for name, array in parameters.items():
        np.testing.assert_array_equal(restored[name], array)


def test_training_lowers_the_cost_and_reports_every_update() -> None:
    run = train(_gradient_descent(0.3), digits(), epochs=2, batch_size=100)
    assert run.batch_costs.shape == (30,)
    assert run.epoch_costs.shape == (3,)
    assert run.epoch_costs[2] < run.epoch_costs[1] < run.epoch_costs[0]
    assert run.test_accuracy > 0.7
    cost, _ = cost_and_gradients(run.parameters, digits().X_train, digits().Y_train)
    assert cost == pytest.approx(run.epoch_costs[-1])


def test_runs_with_the_same_seed_share_start_and_batches() -> None:
    still, moving = (train(_gradient_descent(alpha), digits(), epochs=1, seed=3) for alpha in (0.0, 0.1))
    assert still.batch_costs[0] == moving.batch_costs[0]
    assert still.epoch_costs[0] == still.epoch_costs[1]
    other = train(_gradient_descent(0.0), digits(), epochs=1, seed=4)
    assert other.epoch_costs[0] != still.epoch_costs[0]
