"""One training loop for all optimizers: mini-batches of the digits, a small network, its parameters in one vector."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.data import Digits
from course.descent import Update
from course.network import Arrays, accuracy, cost_and_gradients, initialize_parameters

Objective = Callable[[Arrays, np.ndarray, np.ndarray], tuple[float, Arrays]]


@dataclass(frozen=True)
class Training:
    """The record of one training run.

    Attributes:
        batch_costs: cost J^{t} of every mini-batch before its update, as the objective computes it, shape (updates,).
        epoch_costs: mean loss on the whole training set before the first epoch and after each epoch, of the network
            as it predicts, without penalty or dropout, shape (epochs + 1,).
        test_accuracy: share of the test examples that the trained network gets right, from 0 to 1.
        parameters: the trained network.
    """

    batch_costs: np.ndarray
    epoch_costs: np.ndarray
    test_accuracy: float
    parameters: Arrays


def train(
    update: Update,
    digits: Digits,
    *,
    epochs: int,
    batch_size: int = 64,
    hidden: tuple[int, ...] = (32,),
    seed: int = 0,
    objective: Objective = cost_and_gradients,
) -> Training:
    """Train a small classifier on mini-batches.

    Args:
        update: takes all parameters as one vector w, shape (n,), and their gradient dw on a mini-batch, and returns
            the new w.
        digits: the examples.
        epochs: passes over the training set, 0 or more.
        batch_size: examples in a mini-batch, 1 or more; the last one of an epoch may be smaller.
        hidden: units of each hidden layer.
        seed: of the initial weights and the order of the examples, so that runs with the same seed share both.
        objective: takes parameters, and X and Y of a mini-batch; returns the cost to minimize, and its gradients
            {"dW1": ..., "db1": ...}. The default is the mean cross-entropy.

    Returns:
        Costs, accuracy and parameters. A run that diverges has costs that are infinite or NaN.
    """
    rng = np.random.default_rng(seed)
    X, Y = digits.X_train, digits.Y_train
    parameters = initialize_parameters((X.shape[0], *hidden, Y.shape[0]), rng)
    w = flatten(parameters)
    batch_costs, epoch_costs = [], [cost_and_gradients(parameters, X, Y)[0]]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for _ in range(epochs):
            order = rng.permutation(X.shape[1])
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                cost, gradients = objective(unflatten(w, parameters), X[:, batch], Y[:, batch])
                w = update(w, flatten(gradients))
                batch_costs.append(cost)
            epoch_costs.append(cost_and_gradients(unflatten(w, parameters), X, Y)[0])
        parameters = unflatten(w, parameters)
        test_accuracy = accuracy(parameters, digits.X_test, digits.Y_test)
    return Training(np.array(batch_costs), np.array(epoch_costs), test_accuracy, parameters)


def flatten(arrays: Arrays) -> np.ndarray:
    """Return all numbers of a network, or of its gradients, as one vector, shape (n,): W1, b1, W2, b2, ..."""
    layers = range(1, len(arrays) // 2 + 1)
    prefix = "d" if "dW1" in arrays else ""
    return np.concatenate([arrays[f"{prefix}{kind}{layer}"].ravel() for layer in layers for kind in "Wb"])


def unflatten(vector: np.ndarray, like: Arrays) -> Arrays:
    """Return the numbers in `vector`, shape (n,), as a network with the shapes of `like`; the inverse of `flatten`."""
    arrays, start = {}, 0
    for name, array in like.items():
        arrays[name] = vector[start : start + array.size].reshape(array.shape)
        start += array.size
    return arrays
