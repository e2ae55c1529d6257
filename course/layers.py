"""The layers of a network, each a pure function that returns its output and its way back.

The way back is a function, too: it takes the derivatives of the cost with respect to the output, and returns those with
respect to the inputs, in the order of the inputs. Examples are columns throughout.

    Z, back = dense(A, W, b)
    dA, dW, db = back(dZ)
"""

from collections.abc import Callable

import numpy as np

Backward = Callable[[np.ndarray], np.ndarray]
BackwardToAll = Callable[[np.ndarray], tuple[np.ndarray, ...]]


def dense(A: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, BackwardToAll]:
    """Return W A + b, shape (units, size).

    Args:
        A: the layer's inputs, shape (fan-in, size).
        W: weights, shape (units, fan-in).
        b: biases, shape (units, 1).

    Returns:
        Z, and the way back from dZ to (dA, dW, db).
    """
    Z, back_to_parameters = first_dense(A, W, b)
    return Z, lambda dZ: (W.T @ dZ, *back_to_parameters(dZ))


def first_dense(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, BackwardToAll]:
    """Return W X + b as `dense` does, for the first layer: no derivatives with respect to the examples are needed.

    Args:
        X: the examples, shape (fan-in, size).
        W: weights, shape (units, fan-in).
        b: biases, shape (units, 1).

    Returns:
        Z, and the way back from dZ to (dW, db).
    """
    return W @ X + b, lambda dZ: (dZ @ X.T, dZ.sum(axis=1, keepdims=True))


def relu(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Return max(0, Z), element by element, and the way back from dA to dZ. The derivative at 0 is taken as 0."""
    A = np.maximum(Z, 0)
    return A, lambda dA: dA * (A > 0)


def tanh(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Return the hyperbolic tangent of each element of Z, and the way back from dA to dZ."""
    A = np.tanh(Z)
    return A, lambda dA: dA * (1 - A**2)


def sigmoid(Z: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Return 1 / (1 + exp(-Z)), element by element, and the way back from dA to dZ; no Z is too large."""
    A = (1 + np.tanh(Z / 2)) / 2
    return A, lambda dA: dA * A * (1 - A)


def dropout(A: np.ndarray, keep: float, rng: np.random.Generator) -> tuple[np.ndarray, Backward]:
    """Set elements to 0 at random and divide the others by `keep`, so that the expected output is A.

    Args:
        A: activations, of any shape.
        keep: probability that an element stays, above 0 and at most 1.
        rng: draws which elements stay.

    Returns:
        The remaining activations, in the shape of A, and the way back to dA.

    Raises:
        ValueError: `keep` is not above 0 and at most 1.

    Source: Srivastava et al. (2014), Dropout; in its inverted form, which needs no change at test time.
    """
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be above 0 and at most 1, got {keep!r}")
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
        epsilon: added to the variance, inside the root; above 0.

    Returns:
        gamma * (Z - mean) / sqrt(variance + epsilon) + beta, and the way back to (dZ, dgamma, dbeta).

    Source: Ioffe & Szegedy (2015), Batch normalization, algorithm 1.
    """
    deviation = np.sqrt(Z.var(axis=1, keepdims=True) + epsilon)
    normalized = (Z - Z.mean(axis=1, keepdims=True)) / deviation

    def backward(dout: np.ndarray) -> tuple[np.ndarray, ...]:
        dgamma = np.sum(dout * normalized, axis=1, keepdims=True)
        dbeta = np.sum(dout, axis=1, keepdims=True)
        # The mean and the deviation depend on every Z in the row: the last term is their part of the derivative.
        dZ = gamma / deviation * (dout - (dbeta + normalized * dgamma) / Z.shape[1])
        return dZ, dgamma, dbeta

    return gamma * normalized + beta, backward


def softmax(Z: np.ndarray) -> np.ndarray:
    """Return the probabilities exp(Z) / sum of exp(Z) over each column, shape (classes, size); no Z is too large."""
    exponentials = np.exp(Z - Z.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def log_softmax(Z: np.ndarray) -> np.ndarray:
    """Return the logarithms of softmax(Z), shape (classes, size), finite also where a probability underflows to 0."""
    shifted = Z - Z.max(axis=0)
    # This sum has a term that is 1, so its logarithm is finite; a probability may be 0.
    return shifted - np.log(np.exp(shifted).sum(axis=0))


def cross_entropies(logarithms: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each example, shape (1, size).

    Args:
        logarithms: the logarithms of the predicted probabilities, shape (classes, size).
        Y: targets, columns that sum to 1, same shape.
    """
    return -np.sum(Y * logarithms, axis=0, keepdims=True)


def softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray) -> tuple[float, Callable[[], np.ndarray]]:
    """Return the mean cross-entropy of softmax(Z) and the targets.

    Args:
        Z: the last layer's output, shape (classes, size).
        Y: targets, columns that sum to 1, same shape.

    Returns:
        The cost, and the way back: a function without arguments that returns dZ = (softmax(Z) - Y) / size.
    """
    logarithms = log_softmax(Z)
    cost = float(cross_entropies(logarithms, Y).mean())
    return cost, lambda: (np.exp(logarithms) - Y) / Z.shape[1]
