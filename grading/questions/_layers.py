"""Random dictionaries of layers: the hidden inputs of the optimizers' questions, and how a step from them is judged."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from grading.questions import Trial, agree, each

Arrays = dict[str, np.ndarray]

LEAST_STEP = 1e-6


def random_parameters(rng: np.random.Generator, layers: int) -> Arrays:
    """Make {"W1": (n_1, n_0), "b1": (n_1, 1), ...} with up to 4 layers of 2 to 6 units."""
    # No two layers are of one size, so that an array that is transposed or of the wrong layer shows.
    sizes = rng.choice(np.arange(2, 7), size=layers + 1, replace=False)
    parameters = {}
    for layer in range(1, layers + 1):
        parameters[f"W{layer}"] = rng.normal(size=(sizes[layer], sizes[layer - 1]))
        parameters[f"b{layer}"] = rng.normal(size=(sizes[layer], 1))
    return parameters


def random_gradients(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Make gradients, or a velocity, for these parameters: away from zero, of either sign."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) for name, parameter in parameters.items()}


def random_squares(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Make averaged squares for these parameters, above zero."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) ** 2 for name, parameter in parameters.items()}


def zeros(parameters: Arrays) -> Arrays:
    """Make the state before the first step."""
    return {f"d{name}": np.zeros(parameter.shape) for name, parameter in parameters.items()}


def with_a_flat_row(arrays: Arrays) -> Arrays:
    """Set the first row of every array to zero: there the gradient, and each average of it, has always been zero."""
    return {name: np.vstack([np.zeros_like(array[:1]), array[1:]]) for name, array in arrays.items()}


def elements(arrays: Arrays) -> np.ndarray:
    """Put all elements into one vector, layer after layer; "W1" in the place of "dW1"."""
    return np.concatenate([np.ravel(arrays[name]) for name in sorted(arrays)])


def steps(trial: Trial) -> np.ndarray:
    """Give what the student's function subtracted from each parameter, as one vector."""
    return elements(trial.case.args[0]) - elements(trial.outcome.value[0])


def takes(trial: Trial, step: Arrays) -> bool:
    """Judge that `step`, {"W1": ..., "b1": ...}, was subtracted, and that it is one: who stands still has taken none.

    Where averages of the student's make NaN of the step, NaN is right: the average is to blame, not the step.
    """
    parameters, new_parameters = trial.case.args[0], trial.outcome.value[0]
    taken = {name: parameters[name] - array for name, array in new_parameters.items()}
    in_shape = all(array.shape == parameters[name].shape for name, array in new_parameters.items())
    return in_shape and agree(taken, step) and bool(np.any(np.abs(elements(taken)) > LEAST_STEP))


def stays_where_flat(trial: Trial) -> bool:
    """Judge that the parameters whose gradient is zero are where they were; NaN is not."""
    parameters, gradients = trial.case.args[:2]
    flat = {name: gradients[f"d{name}"] == 0 for name in parameters}
    return all(agree(trial.outcome.value[0][name][flat[name]], parameters[name][flat[name]]) for name in parameters)


def all_are(vector: np.ndarray, number: float) -> bool:
    """Judge that every element is this number, as far as elements could be computed."""
    computed = vector[~np.isnan(vector)]
    return computed.size > 0 and agree(computed, np.full(computed.shape, number))


def each_pair(check: Callable[[Trial, Trial], bool], labels: tuple[str, str]) -> Callable[[Sequence[Trial]], bool]:
    """Make a criterion's judge: `check` is true of each case with the first label and its partner with the second.

    Partners differ in one argument, and what that changed is judged. So nothing else that is wrong loses the criterion.
    """

    def judge(trials: Sequence[Trial]) -> bool:
        ones, others = ([trial for trial in trials if trial.case.label == label] for label in labels)
        return all(each(partial(check, one))([other]) for one, other in zip(ones, others, strict=True))

    return judge


def _away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    # A mistake must show in every element, so that no wrong answer is right by luck.
    return rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
