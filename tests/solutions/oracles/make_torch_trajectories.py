"""Write torch_trajectories.npz: PyTorch's optimizers on the problem of `problem.py`.

Run by hand, in an environment with NumPy and PyTorch: python make_torch_trajectories.py

The settings are translated into PyTorch's conventions:
- Its SGD averages without the factor (1 - beta), so its learning rate is ours times (1 - beta).
- Its RMSprop calls beta2 alpha. Its epsilon stands outside the root, in RMSprop and in Adam, as ours does.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from problem import SETTINGS, Arrays, starting_parameters, trajectory


def sgd(tensors: list[torch.Tensor], learning_rate: float, beta: float, nesterov: bool) -> torch.optim.Optimizer:
    return torch.optim.SGD(tensors, lr=learning_rate * (1 - beta), momentum=beta, nesterov=nesterov)


def rmsprop(tensors: list[torch.Tensor], learning_rate: float, beta2: float, epsilon: float) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(tensors, lr=learning_rate, alpha=beta2, eps=epsilon)


def adam(
    tensors: list[torch.Tensor], learning_rate: float, beta1: float, beta2: float, epsilon: float
) -> torch.optim.Optimizer:
    return torch.optim.Adam(tensors, lr=learning_rate, betas=(beta1, beta2), eps=epsilon)


def follow(optimizer: Callable[..., torch.optim.Optimizer], **settings: float) -> np.ndarray:
    """Let PyTorch move the parameters; their gradients come from `problem.py`."""
    tensors = {name: torch.tensor(value) for name, value in starting_parameters().items()}
    descent = optimizer(list(tensors.values()), **settings)

    def step(t: int, parameters: Arrays, gradients: Arrays) -> tuple[Arrays]:
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[f"d{name}"])
        descent.step()
        return ({name: tensor.numpy().copy() for name, tensor in tensors.items()},)

    return trajectory(step)


if __name__ == "__main__":
    np.savez_compressed(
        Path(__file__).with_name("torch_trajectories.npz"),
        made_with=f"PyTorch {torch.__version__}, NumPy {np.__version__}",
        momentum=follow(sgd, **SETTINGS["momentum"], nesterov=False),
        nesterov=follow(sgd, **SETTINGS["nesterov"], nesterov=True),
        rmsprop=follow(rmsprop, **SETTINGS["rmsprop"]),
        adam=follow(adam, **SETTINGS["adam"]),
    )
