"""The layers of a network, each a pure function that gives its output and the way back.

The way back is a function too: it takes the derivatives of the cost by the output and gives those by the inputs, in
the inputs' order. Examples are columns everywhere.

    Z, back = dense(A, W, b)
    dA, dW, db = back(dZ)
"""

from collections.abc import Callable

import numpy as np

Backward = Callable[[np.ndarray], np.ndarray]
BackwardToAll = Callable[[np.ndarray], tuple[np.ndarray, ...]]


def dense(A: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, BackwardToAll]:
    """Give W A + b, shape (units, size).

    Args:
        A: the layer's inputs, shape (fan-in, size).
        W: weights, shape (units, fan-in).
        b: biases, shape (units, 1).

    Returns:
        Z, and the way back from dZ to (dA, dW, db).
    """

    def backward(dZ: np.ndarray) -> tuple[np.ndarray, ...]:
        return W.T @ dZ, dZ @ A.T, dZ.sum(axis=1, keepdims=True)

    return W @ A + b, backward


def relu(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Give max(0, Z) by element, and the way back from dA to dZ; where Z is 0, the derivative is taken as 0."""
    return np.maximum(Z, 0), lambda dA: dA * (Z > 0)


def tanh(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Return the hyperbolic tangent of each element of Z, and the way back from dA to dZ."""
    A = np.tanh(Z)
    return A, lambda dA: dA * (1 - A**2)


def sigmoid(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Give 1 / (1 + exp(-Z)) by element, and the way back from dA to dZ; no Z is too large."""
    A = (1 + np.tanh(Z / 2)) / 2
    return A, lambda dA: dA * A * (1 - A)


def dropout(A: np.ndarray, keep: float, rng: np.random.Generator) -> tuple[np.ndarray, Backward]:
    """Set elements to 0 at random and divide the others by `keep`, so that the expected output is A.

    Args:
        A: activations, of any shape.
        keep: probability, above 0 and up to 1, that an element stays.
        rng: draws which elements stay.

    Raises:
        ValueError: if `keep` is not above 0 and up to 1.

    Source: Srivastava et al. (2014), Dropout; inverted, so that nothing is left to do at test time.
    """
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be above 0 and at most 1, not {keep}")
    mask = (rng.random(A.shape) < keep) / keep
    return A * mask, lambda dA: dA * mask


def batch_norm(
    Z: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 1e-5
) -> tuple[np.ndarray, BackwardToAll]:
    """Normalize each unit over the examples of the mini-batch, then scale by gamma and shift by beta.

    Args:
        Z: shape (units, size).
        gamma: the new standard deviations, shape (units, 1).
        beta: the new means, shape (units, 1).
        epsilon: added to the variance, inside the root.

    Returns:
        gamma * (Z - mean) / sqrt(variance + epsilon) + beta, and the way back to (dZ, dgamma, dbeta).

    Source: Ioffe & Szegedy (2015), Batch normalization, algorithm 1.
    """
    deviation = np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
    normalized = (Z - Z.mean(axis=1, keepdims=True)) / deviation

    def backward(dout: np.ndarray) -> tuple[np.ndarray, ...]:
        dgamma = np.sum(dout * normalized, axis=1, keepdims=True)
        dbeta = np.sum(dout, axis=1, keepdims=True)
        # Mean and deviation depend on every Z of the row: their share of the derivative is taken off again.
        dZ = gamma / deviation * (dout - (dbeta + normalized * dgamma) / Z.shape[1])
        return dZ, dgamma, dbeta

    return gamma * normalized + beta, backward


def softmax(Z: np.ndarray) -> np.ndarray:
    """Give the probabilities exp(Z) / sum of exp(Z) over each column, shape (classes, size); no Z is too large."""
    exponentials = np.exp(Z - Z.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, Callable[[], np.ndarray]]:
    """Give the mean cross-entropy of softmax(Z) and the targets.

    Args:
        Z: the last layer's output, shape (classes, size).
        Y: targets, columns that sum to 1, same shape.

    Returns:
        The cost, and the way back: a function of nothing that gives dZ = (softmax(Z) - Y) / size.
    """
    shifted = Z - Z.max(axis=0)
    # The logarithm of a sum, never that of a probability: it cannot be the logarithm of 0.
    losses = np.log(np.exp(shifted).sum(axis=0)) - np.sum(Y * shifted, axis=0)
    return float(losses.mean()), lambda: (softmax(Z) - Y) / Z.shape[1]
