"""Mini-batches: partitioning the training set, the cost on one batch, and choosing the batch size."""

from collections.abc import Mapping

import numpy as np

from solutions._check import (
    finite_array,
    require,
    require_arrays,
    require_count,
    require_not_negative,
    require_positive,
)

SMALL_TRAINING_SET = 2000
SMALLEST_BATCH = 32
LARGEST_BATCH = 512


def random_mini_batches(
    X: np.ndarray, Y: np.ndarray, batch_size: int, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Shuffle the examples and partition X and Y together into mini-batches.

    Args:
        X: inputs, shape (n_x, m), one example per column.
        Y: targets, shape (n_y, m), in the same order as X.
        batch_size: examples in a mini-batch, 1 or more; the last one may be smaller.
        rng: the generator that shuffles; each call advances it, so that every epoch has its own order.

    Returns:
        [(X_t, Y_t), ...], ceil(m / batch_size) pairs of shapes (n_x, size) and (n_y, size), each example in one.

    Raises:
        ValueError: X or Y is not two-dimensional, they differ in m, m is 0, a value is not finite, `batch_size` is
            not a whole number of at least 1, or `rng` is not a NumPy generator.
    """
    X, Y = _examples("X", X), _examples("Y", Y)
    m = X.shape[1]
    require(Y.shape[1] == m, "Y", Y.shape, f"of {m} columns, as X has")
    require(m > 0, "X", X.shape, "a matrix with at least one column")
    require_count("batch_size", batch_size)
    require(isinstance(rng, np.random.Generator), "rng", rng, "a numpy.random.Generator")
    order = rng.permutation(m)
    return [
        (X[:, batch], Y[:, batch]) for batch in (order[start : start + batch_size] for start in range(0, m, batch_size))
    ]


def mini_batch_cost(losses: np.ndarray, weights: Mapping[str, np.ndarray], l2: float) -> float:
    """Return the cost J^{t} on one mini-batch: its mean loss plus the L2 penalty.

    Args:
        losses: one loss per example, shape (1, size) or (size,), at least one.
        weights: the weight matrices only, {"W1": (n_1, n_0), "W2": ...}; biases are not penalized.
        l2: lambda, 0 or more.

    Returns:
        sum(losses) / size + l2 / (2 * size) * sum over layers of ||W||_F^2.

    Raises:
        ValueError: `losses` is empty, a value is not finite, `weights` holds a bias, or `l2` is negative.
    """
    losses = finite_array("losses", losses)
    require(losses.size > 0, "losses", losses, "at least one loss")
    require_arrays("weights", weights)
    biases = sorted(name for name in weights if not name.startswith("W"))
    require(not biases, "weights", biases, "weight matrices alone, named 'W1', 'W2', ...")
    require_not_negative("l2", l2)
    size = losses.size
    penalty = sum(np.sum(np.square(W)) for W in weights.values())
    return float(np.sum(losses) / size + l2 / (2 * size) * penalty)


def updates_per_epoch(m: int, batch_size: int) -> int:
    """Return the number of gradient descent steps in one pass over the training set.

    Args:
        m: number of examples, 1 or more.
        batch_size: examples in a mini-batch, 1 or more.

    Returns:
        ceil(m / batch_size): the last mini-batch may be smaller.

    Raises:
        ValueError: `m` or `batch_size` is not a whole number of at least 1.
    """
    require_count("m", m)
    require_count("batch_size", batch_size)
    return -(-m // batch_size)


def choose_batch_size(m: int, bytes_per_example: float, memory_bytes: float) -> int:
    """Choose a first batch size to try, by the usual rules of thumb.

    Args:
        m: number of examples, 1 or more.
        bytes_per_example: memory that one example needs during a step, in bytes, above 0.
        memory_bytes: memory available for a mini-batch, in bytes, above 0.

    Returns:
        m, the whole set, if m <= 2000 and it fits; otherwise the largest power of two from 32 to 512 that fits.

    Raises:
        ValueError: an argument is out of range, or not even the smallest batch (m, or 32) fits into memory.
    """
    require_count("m", m)
    require_positive("bytes_per_example", bytes_per_example)
    require_positive("memory_bytes", memory_bytes)
    if m <= SMALL_TRAINING_SET and m * bytes_per_example <= memory_bytes:
        return m
    least = min(m, SMALLEST_BATCH)
    require(
        least * bytes_per_example <= memory_bytes,
        "memory_bytes",
        memory_bytes,
        f"at least {least * bytes_per_example}, for {least} examples of {bytes_per_example} bytes",
    )
    size = LARGEST_BATCH
    while size * bytes_per_example > memory_bytes:
        size //= 2
    return size


def _examples(argument: str, matrix: np.ndarray) -> np.ndarray:
    shape = finite_array(argument, matrix).shape
    require(len(shape) == 2, argument, shape, "two-dimensional, one example per column")
    return np.asarray(matrix)
