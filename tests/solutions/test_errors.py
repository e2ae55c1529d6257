"""Bad input raises `ValueError`, with a sentence that names the argument and shows its value."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solutions import adam, decay, ewa, minibatch, momentum, rmsprop

NAN = float("nan")
INFINITY = float("inf")

NO_NUMBER = [NAN, INFINITY, True, "0.5", None]
NO_COUNT = [1.5, 2.0, NAN, True, "1", None]
NO_DICT = [None, np.array([1.0]), 3]

# Wrong values of an argument, by what it ought to be.
NO_DECAY = [-0.1, 1, 1.0, 1.5, *NO_NUMBER]
NOT_POSITIVE = [0, -1.0, *NO_NUMBER]
NEGATIVE = [-1e-9, *NO_NUMBER]
NO_SHARE = [0, -0.5, 1.5, *NO_NUMBER]
NOT_FROM_ZERO = [-1, *NO_COUNT]
NOT_FROM_ONE = [0, *NOT_FROM_ZERO]

SHAPE = (2, 1)
ONES = np.ones(SHAPE)
STATE = {"dW1": ONES, "db1": ONES}
PARAMETERS = {"W1": ONES, "b1": ONES}

# For each function, a call that succeeds.
GOOD: dict[Callable, dict[str, Any]] = {
    minibatch.random_mini_batches: {
        "X": np.ones((2, 3)), "Y": np.ones((1, 3)), "batch_size": 2, "rng": np.random.default_rng(0)
    },
    minibatch.mini_batch_cost: {"losses": np.ones(3), "weights": {"W1": ONES}, "l2": 0.1},
    minibatch.updates_per_epoch: {"m": 10, "batch_size": 3},
    minibatch.choose_batch_size: {"m": 10, "bytes_per_example": 1, "memory_bytes": 100},
    ewa.ewa: {"theta": [1, 2], "beta": 0.9},
    ewa.bias_corrected_ewa: {"theta": [1, 2], "beta": 0.9},
    ewa.ewa_weights: {"t": 3, "beta": 0.9},
    ewa.effective_window: {"beta": 0.9},
    momentum.initialize_velocity: {"parameters": PARAMETERS},
    momentum.update_with_momentum: {
        "parameters": PARAMETERS, "gradients": STATE, "velocity": STATE, "learning_rate": 0.1, "beta": 0.9
    },
    momentum.update_with_nesterov: {
        "parameters": PARAMETERS, "gradients": STATE, "velocity": STATE, "learning_rate": 0.1, "beta": 0.9
    },
    rmsprop.initialize_squares: {"parameters": PARAMETERS},
    rmsprop.update_with_rmsprop: {
        "parameters": PARAMETERS, "gradients": STATE, "squares": STATE,
        "learning_rate": 0.1, "beta2": 0.999, "epsilon": 1e-8,
    },
    adam.initialize_adam: {"parameters": PARAMETERS},
    adam.update_with_adam: {
        "parameters": PARAMETERS, "gradients": STATE, "velocity": STATE, "squares": STATE,
        "t": 1, "learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
    },
    decay.inverse_time_decay: {"alpha0": 0.1, "epoch": 3, "decay_rate": 1},
    decay.exponential_decay: {"alpha0": 0.1, "epoch": 3, "base": 0.95},
    decay.sqrt_decay: {"alpha0": 0.1, "step": 3, "k": 1},
    decay.staircase_decay: {"alpha0": 0.1, "epoch": 3, "factor": 0.5, "every": 2},
    decay.manual_schedule: {"alpha0": 0.1, "epoch": 3, "milestones": {2: 0.01}},
}  # fmt: skip

# Numbers mean the same wherever they go by the same name.
BAD_NUMBERS = {
    "batch_size": NOT_FROM_ONE,
    "m": NOT_FROM_ONE,
    "t": NOT_FROM_ONE,
    "step": NOT_FROM_ONE,
    "every": NOT_FROM_ONE,
    "epoch": NOT_FROM_ZERO,
    "bytes_per_example": NOT_POSITIVE,
    "memory_bytes": NOT_POSITIVE,
    "epsilon": NOT_POSITIVE,
    "alpha0": NOT_POSITIVE,
    "k": NOT_POSITIVE,
    "learning_rate": NEGATIVE,
    "decay_rate": NEGATIVE,
    "l2": NEGATIVE,
    "beta": NO_DECAY,
    "beta1": NO_DECAY,
    "beta2": NO_DECAY,
    "base": NO_SHARE,
    "factor": NO_SHARE,
    "rng": [None, 0, "seed"],
}

# Arrays and dicts: argument, wrong value, what the message names, what it shows.
BAD_SERIES = [
    ("theta", 3.0, "theta", "()"),
    ("theta", np.ones((2, 3)), "theta", "(2, 3)"),
    ("theta", [1, NAN], "theta", "nan at index (1,)"),
    ("theta", [INFINITY, 1], "theta", "inf at index (0,)"),
    ("theta", ["warm"], "theta", "['warm']"),
    ("theta", [1, None], "theta", "nan at index (1,)"),
]
BAD_PARAMETERS = [
    *[("parameters", value, "parameters", repr(value)) for value in NO_DICT],
    ("parameters", {"W1": np.array([[NAN], [1]]), "b1": ONES}, "parameters['W1']", "nan at index (0, 0)"),
    ("parameters", {"W1": ONES, "b1": "zero"}, "parameters['b1']", "'zero'"),
]


def bad_state(argument: str) -> list[tuple[str, Any, str, str]]:
    """List wrong values of a dict that must match the parameters."""
    return [
        *[(argument, value, argument, repr(value)) for value in NO_DICT],
        (argument, {"dW1": ONES}, argument, "['dW1']"),
        (argument, STATE | {"dW2": ONES}, argument, "['dW2']"),
        (argument, {"W1": ONES, "b1": ONES}, argument, "['W1', 'b1']"),
        (argument, STATE | {"dW1": np.ones((1, 2))}, f"{argument}['dW1']", "(1, 2)"),
        (argument, STATE | {"db1": np.ones(2)}, f"{argument}['db1']", "(2,)"),
        (argument, STATE | {"db1": np.array([[1], [NAN]])}, f"{argument}['db1']", "nan at index (1, 0)"),
        (argument, STATE | {"db1": np.array([[-INFINITY], [1]])}, f"{argument}['db1']", "-inf at index (0, 0)"),
    ]


BAD_MOMENTUM = [*BAD_PARAMETERS, *bad_state("gradients"), *bad_state("velocity")]
BAD_SQUARES = [*bad_state("squares"), ("squares", STATE | {"dW1": -2 * ONES}, "squares['dW1']", "-2.0")]
BAD_ARRAYS = {
    minibatch.random_mini_batches: [
        ("X", np.ones(3), "X", "(3,)"),
        ("X", np.ones((2, 3, 1)), "X", "(2, 3, 1)"),
        ("X", np.array([[1, 2, NAN]]), "X", "nan at index (0, 2)"),
        ("X", [[1, 2], [3]], "X", "[[1, 2], [3]]"),
        ("Y", np.ones((1, 4)), "Y", "(1, 4)"),
        ("Y", np.ones(3), "Y", "(3,)"),
        ("Y", np.array([[INFINITY, 1, 2]]), "Y", "inf at index (0, 0)"),
    ],
    minibatch.mini_batch_cost: [
        ("losses", np.array([]), "losses", "array([], dtype=float64)"),
        ("losses", [1, NAN], "losses", "nan at index (1,)"),
        *[("weights", value, "weights", repr(value)) for value in NO_DICT],
        ("weights", {"W1": ONES, "b1": ONES}, "weights", "['b1']"),
        ("weights", {"W1": np.array([NAN])}, "weights['W1']", "nan at index (0,)"),
    ],
    ewa.ewa: BAD_SERIES,
    ewa.bias_corrected_ewa: BAD_SERIES,
    momentum.initialize_velocity: BAD_PARAMETERS,
    momentum.update_with_momentum: BAD_MOMENTUM,
    momentum.update_with_nesterov: BAD_MOMENTUM,
    rmsprop.initialize_squares: BAD_PARAMETERS,
    rmsprop.update_with_rmsprop: [*BAD_PARAMETERS, *bad_state("gradients"), *BAD_SQUARES],
    adam.initialize_adam: BAD_PARAMETERS,
    adam.update_with_adam: [*BAD_MOMENTUM, *BAD_SQUARES],
    decay.manual_schedule: [
        ("milestones", None, "milestones", "None"),
        ("milestones", [2, 0.1], "milestones", "[2, 0.1]"),
        ("milestones", {-1: 0.1}, "milestones", "{-1: 0.1}"),
        ("milestones", {1.5: 0.1}, "milestones", "{1.5: 0.1}"),
        ("milestones", {2: 0.1, 3: 0}, "milestones", "{3: 0}"),
        ("milestones", {2: NAN}, "milestones", "{2: nan}"),
    ],
}

CASES = [
    *[
        (function, argument, value, argument, repr(value))
        for function, arguments in GOOD.items()
        for argument in arguments
        for value in BAD_NUMBERS.get(argument, [])
    ],
    *[(function, *case) for function, cases in BAD_ARRAYS.items() for case in cases],
]


@pytest.mark.parametrize(
    ("function", "argument", "value", "named", "shown"),
    CASES,
    ids=[f"{function.__name__}-{named}-{shown}" for function, _, _, named, shown in CASES],
)
def test_bad_input_is_refused_by_name_and_value(
    function: Callable, argument: str, value: object, named: str, shown: str
) -> None:
    message = f"{re.escape(named)} must be .+, got {re.escape(shown)}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        function(**GOOD[function] | {argument: value})


@pytest.mark.parametrize("X", [np.ones((2, 0)), np.ones((0, 0))])
def test_no_examples(X: np.ndarray) -> None:
    with pytest.raises(ValueError, match=re.escape(f"X must be a matrix with at least one column, got {X.shape}")):
        minibatch.random_mini_batches(X, X, 1, np.random.default_rng(0))


@pytest.mark.parametrize("function", GOOD)
def test_good_input_is_accepted(function: Callable) -> None:
    function(**GOOD[function])


@pytest.mark.parametrize("module", [minibatch, ewa, momentum, rmsprop, adam, decay])
def test_no_argument_is_forgotten(module: object) -> None:
    """Every argument of every function that promises a `ValueError` has bad values in the tables above."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and "ValueError:" in (function.__doc__ or ""):
            tried = {argument for tested, argument, *_ in CASES if tested is function}
            assert tried == set(inspect.signature(function).parameters), name
