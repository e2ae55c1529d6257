"""The labs' numbers are those of the reference package: same optimizers, schedules, averages, step by step."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from course.labs import AverageLab, BatchLab, Challenge, PathLab, ScheduleLab
from course.labs.lab import Lab, engine
from course.landscapes import Rosenbrock, Saddle, Valley
from solutions.adam import initialize_adam, update_with_adam
from solutions.decay import exponential_decay, inverse_time_decay, manual_schedule, sqrt_decay, staircase_decay
from solutions.ewa import bias_corrected_ewa, ewa, ewa_weights
from solutions.minibatch import mini_batch_cost, updates_per_epoch
from solutions.momentum import initialize_velocity, update_with_momentum, update_with_nesterov
from solutions.rmsprop import initialize_squares, update_with_rmsprop

STEPS = 200
SETTINGS = {
    "gradient descent": {"alpha": 0.001},
    "momentum": {"alpha": 0.002, "beta": 0.8},
    "nesterov": {"alpha": 0.002, "beta": 0.85},
    "rmsprop": {"alpha": 0.002, "beta2": 0.95, "epsilon": 1e-3},
    "adam": {"alpha": 0.03, "beta1": 0.7, "beta2": 0.98, "epsilon": 1e-6},
}
LANDSCAPES = {
    "bowl": (Valley(1), (4, -3)),
    "valley": (Valley(40), (-9, 2)),
    "saddle": (Saddle(), (1.5, 1e-3)),
    "rosenbrock": (Rosenbrock(), (-0.5, 0.6)),
}


def _view(lab: Lab) -> dict:
    """Return what the lab shows at first, computed by V8."""
    with engine(lab.tag, lab.parts) as v8:
        v8.eval("const viewed = (name, options) => JSON.stringify(LABS[name].view(LABS[name].start(options)))")
        return json.loads(v8.call("viewed", lab.tag, lab.options()))


def _reference(name: str, gradient: Callable[[np.ndarray, int], np.ndarray], start: tuple[float, float]) -> np.ndarray:
    """Take the same steps with the reference package; the two parameters are one layer's weights."""
    settings = {("learning_rate" if key == "alpha" else key): value for key, value in SETTINGS[name].items()}
    parameters = {"W1": np.array([start], dtype=float)}
    memory = {
        "rmsprop": lambda: (initialize_squares(parameters),),
        "adam": lambda: initialize_adam(parameters),
    }.get(name, lambda: (initialize_velocity(parameters),))()
    path = [parameters["W1"][0]]
    for t in range(1, STEPS + 1):
        gradients = {"dW1": gradient(parameters["W1"][0], t)[np.newaxis]}
        if name == "adam":
            parameters, *memory = update_with_adam(parameters, gradients, *memory, t, **settings)
        elif name == "rmsprop":
            parameters, *memory = update_with_rmsprop(parameters, gradients, *memory, **settings)
        elif name == "nesterov":
            parameters, *memory = update_with_nesterov(parameters, gradients, *memory, **settings)
        else:
            plain = {"beta": 0.0} if name == "gradient descent" else {}
            parameters, *memory = update_with_momentum(parameters, gradients, *memory, **settings, **plain)
        path.append(parameters["W1"][0])
    return np.array(path)


@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_paths_and_losses_are_the_references(landscape: str) -> None:
    ground, start = LANDSCAPES[landscape]
    runs = _view(PathLab(landscape, start, SETTINGS, steps=STEPS, condition=40))["runs"]
    assert [run["name"] for run in runs] == list(SETTINGS)
    for run in runs:
        expected = _reference(run["name"], lambda w, t: ground.gradient(w), start)
        assert len(run["path"]) == STEPS + 1
        np.testing.assert_allclose(run["path"], expected, rtol=0, atol=1e-9)
        np.testing.assert_allclose(run["losses"], ground.loss(expected.T), rtol=0, atol=1e-9)


def test_a_noisy_path_is_the_references_on_the_same_noise() -> None:
    lab = PathLab("noisy bowl", (-9, 4), SETTINGS, steps=STEPS, condition=4, noise=1.5)
    with engine(lab.tag, lab.parts) as v8:
        v8.eval("const drawn = (count) => JSON.stringify(normals(1, count))")
        noise = np.reshape(json.loads(v8.call("drawn", 2 * STEPS)), (STEPS, 2))
    assert abs(noise.mean()) < 0.15
    assert 0.9 < noise.std() < 1.1
    for run in _view(lab)["runs"]:
        expected = _reference(run["name"], lambda w, t: Valley(4).gradient(w) + 1.5 * noise[t - 1], (-9, 4))
        np.testing.assert_allclose(run["path"], expected, rtol=0, atol=1e-9)


def test_a_path_that_diverges_says_so() -> None:
    view = _view(PathLab("valley", (-9, 2), {"gradient descent": {"alpha": 0.1}}, condition=25))
    assert "diverged at step" in view["table"]["rows"][0][1]


def test_schedules_are_the_references() -> None:
    chosen = {
        "constant": {},
        "inverse time": {"decay_rate": 0.7},
        "exponential": {"base": 0.9},
        "square root": {"k": 1.5},
        "staircase": {"factor": 0.3, "every": 4},
        "by hand": {"epoch1": 5, "alpha1": 0.07, "epoch2": 12, "alpha2": 0.02},
    }
    expected = {
        "constant": lambda epoch: 0.15,
        "inverse time": lambda epoch: inverse_time_decay(0.15, epoch, 0.7),
        "exponential": lambda epoch: exponential_decay(0.15, epoch, 0.9),
        "square root": lambda epoch: sqrt_decay(0.15, epoch + 1, 1.5),
        "staircase": lambda epoch: staircase_decay(0.15, epoch, 0.3, 4),
        "by hand": lambda epoch: manual_schedule(0.15, epoch, {5: 0.07, 12: 0.02}),
    }
    runs = {run["name"]: run for run in _view(ScheduleLab(chosen, alpha0=0.15, epochs=25))["runs"]}
    assert list(runs) == list(expected)
    for name, schedule in expected.items():
        np.testing.assert_allclose(runs[name]["alphas"], [schedule(epoch) for epoch in range(25)], rtol=0, atol=1e-12)


def test_each_epoch_is_trained_with_its_own_learning_rate() -> None:
    lab = ScheduleLab({"staircase": {"factor": 0.5, "every": 2}}, epochs=6, steps_per_epoch=3, start=(-9, 4), noise=0)
    (run,) = _view(lab)["runs"]
    w, path, losses = np.array([-9.0, 4.0]), [], []
    for epoch in range(6):
        for _ in range(3):
            w = w - staircase_decay(0.2, epoch, 0.5, 2) * Valley(4).gradient(w)
            path.append(w)
        losses.append(np.mean(Valley(4).loss(np.array(path[-3:]).T)))
    np.testing.assert_allclose(run["path"][1:], path, rtol=0, atol=1e-9)
    np.testing.assert_allclose(run["losses"], losses, rtol=0, atol=1e-9)


def test_a_constant_learning_rate_leaves_the_noise_that_theory_expects() -> None:
    view = _view(ScheduleLab({"constant": {}}, alpha0=0.2, epochs=60, condition=4, noise=1))
    expected = sum(curvature * 0.2 / (curvature * (2 - 0.2 * curvature)) / 2 for curvature in (1, 4))
    assert np.mean(view["runs"][0]["losses"][20:]) == pytest.approx(expected, rel=0.1)


def test_batches_take_the_references_steps_and_costs() -> None:
    view = _view(BatchLab(batch_size=48, alpha=0.2, epochs=3))
    chosen, whole = view["runs"]
    assert chosen["updates"] == updates_per_epoch(256, 48)
    assert whole["updates"] == 1
    X = np.array([example["x"] for example in view["data"]]).T
    y = np.array([example["y"] for example in view["data"]])

    def cost(w: np.ndarray) -> float:
        return mini_batch_cost((w @ X - y) ** 2 / 2, {}, 0.0)

    lowest = cost(np.linalg.lstsq(X.T, y)[0])
    for run in (chosen, whole):
        assert len(run["points"]) == 3 * run["updates"] + 1
        expected = [cost(np.array(w)) - lowest for w in run["points"]]
        np.testing.assert_allclose(run["excess"], expected, rtol=0, atol=1e-9)
    w = np.array([-2.5, 2.5])
    for point in whole["points"]:
        np.testing.assert_allclose(point, w, rtol=0, atol=1e-9)
        w = w - 0.2 * (X @ (w @ X - y)) / 256


def test_an_epoch_of_batches_sees_every_example_once() -> None:
    """The mean of an epoch's gradients at one point, taken with a vanishing step, is the gradient on the whole set."""
    view = _view(BatchLab(batch_size=32, alpha=1e-6, epochs=1))
    chosen, whole = (np.array(run["points"]) for run in view["runs"])
    np.testing.assert_allclose((chosen[-1] - chosen[0]) / 8, whole[-1] - whole[0], rtol=1e-4)


@pytest.mark.parametrize("correct", [False, True])
def test_averages_and_weights_are_the_references(correct: bool) -> None:
    celsius = np.random.default_rng(0).normal(10, 5, size=366).round(1)
    lab = AverageLab(celsius.tolist(), [10.0] * 366, beta=0.97, correct=correct, day=STEPS)
    view = _view(lab)
    expected = bias_corrected_ewa(celsius, 0.97) if correct else ewa(celsius, 0.97)
    np.testing.assert_allclose(view["series"], expected, rtol=0, atol=1e-9)
    weights = ewa_weights(STEPS, 0.97)[::-1]  # the lab shows the oldest day first
    np.testing.assert_allclose(view["weights"], weights / weights.sum() if correct else weights, rtol=0, atol=1e-9)


def test_without_a_number_of_steps_a_challenge_has_as_many_as_the_lab() -> None:
    lab = PathLab("bowl", (1, 1), {"gradient descent": {"alpha": 0.5}}, challenge=Challenge("Come down.", loss=1e-6))
    assert _view(lab)["verdict"] == {"met": True, "text": "Come down. Met: gradient descent is there after 10 steps."}
