"""Write keras_trajectories.npz: the optimizers of Keras 3 on the problem of `problem.py`.

Run by hand, in an environment with NumPy, Keras and JAX: python make_keras_trajectories.py

Keras runs on its JAX backend, which applies Keras's own update rules and, asked to, computes in float64
(the NumPy backend computes in float32 whatever the variables' type, the PyTorch backend has update rules of its own).
Its SGD averages without the factor (1 - beta), so its learning rate is ours times (1 - beta).
All other settings are passed on as they are: `test_keras.py` says where the conventions differ.
"""

import os

# Both are read when Keras is imported.
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

from collections.abc import Callable
from pathlib import Path

import jax
import keras
import numpy as np
from problem import SETTINGS, Arrays, starting_parameters, trajectory


def sgd(learning_rate: float, beta: float, nesterov: bool) -> keras.optimizers.Optimizer:
    return keras.optimizers.SGD(learning_rate * (1 - beta), momentum=beta, nesterov=nesterov)


def rmsprop(learning_rate: float, beta2: float, epsilon: float) -> keras.optimizers.Optimizer:
    return keras.optimizers.RMSprop(learning_rate, rho=beta2, epsilon=epsilon)


def adam(learning_rate: float, beta1: float, beta2: float, epsilon: float) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(learning_rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)


def follow(optimizer: Callable[..., keras.optimizers.Optimizer], **settings: float) -> np.ndarray:
    """Let Keras move the parameters; their gradients come from `problem.py`."""
    variables = {name: keras.Variable(value, dtype="float64") for name, value in starting_parameters().items()}
    descent = optimizer(**settings)

    def step(t: int, parameters: Arrays, gradients: Arrays) -> tuple[Arrays]:
        descent.apply([gradients[f"d{name}"] for name in variables], list(variables.values()))
        return ({name: keras.ops.convert_to_numpy(variable) for name, variable in variables.items()},)

    return trajectory(step)


if __name__ == "__main__":
    keras.config.set_floatx("float64")
    np.savez_compressed(
        Path(__file__).with_name("keras_trajectories.npz"),
        made_with=f"Keras {keras.__version__} on JAX {jax.__version__}, NumPy {np.__version__}",
        momentum=follow(sgd, **SETTINGS["momentum"], nesterov=False),
        nesterov=follow(sgd, **SETTINGS["nesterov"], nesterov=True),
        rmsprop=follow(rmsprop, **SETTINGS["rmsprop"]),
        adam=follow(adam, **SETTINGS["adam"]),
    )
