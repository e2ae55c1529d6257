"""A small fully connected classifier: ReLU inside, softmax at the end, cross-entropy loss.

Parameters are {"W1": (n_1, n_0), "b1": (n_1, 1), ...}, gradients {"dW1": ..., "db1": ...}; examples are columns. The
layers are those of `course.layers`.
"""

from collections.abc import Sequence

import numpy as np

from course.layers import (
    Backward,
    BackwardToAll,
    cross_entropies,
    dense,
    first_dense,
    relu,
    softmax,
    softmax_cross_entropy,
)

Arrays = dict[str, np.ndarray]


def initialize_parameters(layer_sizes: Sequence[int], rng: np.random.Generator) -> Arrays:
    """Draw weights from a normal distribution of variance 2 / n_{l-1}; biases are zero.

    Args:
        layer_sizes: units of each layer, starting with the input: [n_0, n_1, ...].
        rng: draws the weights.

    Returns:
        {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.

    Source: He et al. (2015), Delving deep into rectifiers.
    """
    parameters = {}
    for layer, (fan_in, units) in enumerate(zip(layer_sizes, layer_sizes[1:], strict=False), start=1):
        parameters[f"W{layer}"] = rng.normal(scale=np.sqrt(2 / fan_in), size=(units, fan_in))
        parameters[f"b{layer}"] = np.zeros((units, 1))
    return parameters


def forward(parameters: Arrays, X: np.ndarray) -> list[np.ndarray]:
    """Return the activations of every layer for the examples X, shape (n_0, size).

    Returns:
        X, the hidden layers' activations, each (units, size), and last the probabilities, (classes, size).
    """
    activations, logits, _, _ = _pass_forward(parameters, X)
    return [*activations, softmax(logits)]


def losses(probabilities: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each example, shape (1, size).

    Args:
        probabilities: from `forward`, shape (classes, size). A probability that has underflowed to 0 counts as the
            smallest normal float, so that every loss is finite.
        Y: targets, columns that sum to 1, same shape.
    """
    return cross_entropies(np.log(np.maximum(probabilities, np.finfo(float).tiny)), Y)


def cost_and_gradients(parameters: Arrays, X: np.ndarray, Y: np.ndarray) -> tuple[float, Arrays]:
    """Return the mean cross-entropy on the examples and its gradients, by backpropagation.

    Args:
        parameters: {"W1": (n_1, n_0), "b1": (n_1, 1), ...}.
        X: inputs, shape (n_0, size).
        Y: targets, columns that sum to 1, shape (classes, size).

    Returns:
        The cost and {"dW1": (n_1, n_0), "db1": (n_1, 1), ...}.
    """
    _, logits, back_to_first, ways_back = _pass_forward(parameters, X)
    cost, back = softmax_cross_entropy(logits, Y)
    gradients, dZ = {}, back()
    for layer, (back_through_relu, back_through_dense) in reversed([*enumerate(ways_back, start=2)]):
        dA, gradients[f"dW{layer}"], gradients[f"db{layer}"] = back_through_dense(dZ)
        dZ = back_through_relu(dA)
    gradients["dW1"], gradients["db1"] = back_to_first(dZ)
    return cost, gradients


def accuracy(parameters: Arrays, X: np.ndarray, Y: np.ndarray) -> float:
    """Return the share of examples, from 0 to 1, whose most probable class is the right one."""
    return float(np.mean(forward(parameters, X)[-1].argmax(axis=0) == Y.argmax(axis=0)))


def _pass_forward(
    parameters: Arrays, X: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray, BackwardToAll, list[tuple[Backward, BackwardToAll]]]:
    """Return each layer's inputs, the last layer's Z, the first layer's way back, and those of the later layers."""
    Z, back_to_first = first_dense(X, parameters["W1"], parameters["b1"])
    inputs, ways_back = [X], []
    for layer in range(2, len(parameters) // 2 + 1):
        A, back_through_relu = relu(Z)
        Z, back_through_dense = dense(A, parameters[f"W{layer}"], parameters[f"b{layer}"])
        inputs.append(A)
        ways_back.append((back_through_relu, back_through_dense))
    return inputs, Z, back_to_first, ways_back
