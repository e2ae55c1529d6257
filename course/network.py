"""A small fully connected classifier: ReLU inside, softmax at the end, cross-entropy loss.

Parameters are {"W1": (n_1, n_0), "b1": (n_1, 1), ...}, gradients {"dW1": ..., "db1": ...}, examples are columns.
"""

from collections.abc import Sequence

import numpy as np

from course.layers import softmax

Arrays = dict[str, np.ndarray]


def initialize_parameters(layer_sizes: Sequence[int], rng: np.random.Generator) -> Arrays:
    """Draw weights from a normal distribution of variance 2 / n_{l-1}; biases are zero.

    Args:
        layer_sizes: units of the layers, the input's first: [n_0, n_1, ...].
        rng: draws the weights.

    Source: He et al. (2015), Delving deep into rectifiers.
    """
    parameters = {}
    for layer, (fan_in, units) in enumerate(zip(layer_sizes, layer_sizes[1:], strict=False), start=1):
        parameters[f"W{layer}"] = rng.normal(scale=np.sqrt(2 / fan_in), size=(units, fan_in))
        parameters[f"b{layer}"] = np.zeros((units, 1))
    return parameters


def forward(parameters: Arrays, X: np.ndarray) -> list[np.ndarray]:
    """Give the activations of every layer, X first; the last are probabilities, shape (classes, size)."""
    activations = [X]
    layers = len(parameters) // 2
    for layer in range(1, layers + 1):
        Z = parameters[f"W{layer}"] @ activations[-1] + parameters[f"b{layer}"]
        activations.append(softmax(Z) if layer == layers else np.maximum(Z, 0))
    return activations


def losses(probabilities: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Give the cross-entropy of each example, shape (1, size)."""
    return -np.log(np.sum(Y * probabilities, axis=0, keepdims=True) + 1e-12)


def cost_and_gradients(parameters: Arrays, X: np.ndarray, Y: np.ndarray) -> tuple[float, Arrays]:
    """Give the mean loss on these examples and its gradients, by backpropagation."""
    activations = forward(parameters, X)
    size = X.shape[1]
    gradients = {}
    dZ = activations[-1] - Y
    for layer in range(len(parameters) // 2, 0, -1):
        gradients[f"dW{layer}"] = dZ @ activations[layer - 1].T / size
        gradients[f"db{layer}"] = np.sum(dZ, axis=1, keepdims=True) / size
        if layer > 1:
            dZ = (parameters[f"W{layer}"].T @ dZ) * (activations[layer - 1] > 0)
    return float(np.mean(losses(activations[-1], Y))), gradients


def accuracy(parameters: Arrays, X: np.ndarray, Y: np.ndarray) -> float:
    """Give the share of examples whose most probable class is the right one."""
    return float(np.mean(forward(parameters, X)[-1].argmax(axis=0) == Y.argmax(axis=0)))
