"""Random dictionaries of layers, the hidden inputs of the optimizers' questions, and checks of the steps they take."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from grading.questions import Trial, agree, all_of, each, labeled

Arrays = dict[str, np.ndarray]

LEAST_STEP = 1e-6


def random_parameters(rng: np.random.Generator, layers: int) -> Arrays:
    """Draw {"W1": (n_1, n_0), "b1": (n_1, 1), ...} with up to 4 layers of 2 to 6 units, each of another size."""
    # An array that is transposed, or taken from the wrong layer, has the wrong shape.
    return _parameters(rng, rng.choice(np.arange(2, 7), size=layers + 1, replace=False).tolist())


def square_parameters(rng: np.random.Generator, layers: int, units: int) -> Arrays:
    """Draw {"W1": (n, n), "b1": (n, 1), ...} with the same number of units in every layer.

    Only its values show here that an array is transposed, taken from the wrong layer, or multiplied as a matrix.
    """
    return _parameters(rng, [units] * (layers + 1))


def optimizer_parameters(rng: np.random.Generator, layers: Sequence[int]) -> list[Arrays]:
    """Draw the parameters of an optimizer's hidden cases: networks of so many layers each, and one that is square."""
    units = int(rng.integers(3, 6))
    return [*(random_parameters(rng, number) for number in layers), square_parameters(rng, 2, units)]


def _parameters(rng: np.random.Generator, sizes: Sequence[int]) -> Arrays:
    parameters = {}
    for layer in range(1, len(sizes)):
        parameters[f"W{layer}"] = rng.normal(size=(sizes[layer], sizes[layer - 1]))
        parameters[f"b{layer}"] = rng.normal(size=(sizes[layer], 1))
    return parameters


def random_gradients(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Draw gradients, or a velocity, for these parameters: away from zero, with either sign."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) for name, parameter in parameters.items()}


def random_squares(rng: np.random.Generator, parameters: Arrays) -> Arrays:
    """Draw averaged squares for these parameters, above zero."""
    return {f"d{name}": _away_from_zero(rng, parameter.shape) ** 2 for name, parameter in parameters.items()}


def zeros(parameters: Arrays) -> Arrays:
    """Return the state before the first step."""
    return {f"d{name}": np.zeros(parameter.shape) for name, parameter in parameters.items()}


def with_a_flat_row(arrays: Arrays) -> Arrays:
    """Return the arrays with a first row of zeros, where the gradient and each average of it have always been zero."""
    return {name: np.vstack([np.zeros_like(array[:1]), array[1:]]) for name, array in arrays.items()}


def names_of_arrays(arrays: Arrays) -> list[str]:
    """Return the names, sorted.

    Raises:
        AttributeError: it is no dictionary.
        ValueError: a name stands for nothing.
    """
    if any(array is None or np.size(array) == 0 for array in arrays.values()):
        raise ValueError("a name stands for nothing")
    return sorted(arrays)


def elements(arrays: Arrays) -> np.ndarray:
    """Return all elements as one vector, sorted by the names of the arrays."""
    return np.concatenate([np.ravel(arrays[name]) for name in sorted(arrays)])


def steps(trial: Trial) -> np.ndarray:
    """Return what the student's function subtracted from each parameter, as one vector."""
    step: np.ndarray = elements(trial.case.args[0]) - elements(trial.outcome.value[0])
    return step


def takes(trial: Trial, step: Arrays) -> bool:
    """Check whether `step`, {"W1": ..., "b1": ...}, was subtracted and is not zero everywhere.

    Where the student's own averages turn the step into NaN, NaN is right: the average is to blame, not the step.
    """
    parameters, new_parameters = trial.case.args[0], trial.outcome.value[0]
    # Shapes first: the difference of a row and a column is a matrix, and may be a large one.
    if _shapes(new_parameters) != _shapes(parameters):
        return False
    taken = {name: parameters[name] - array for name, array in new_parameters.items()}
    return agree(taken, step) and bool(np.any(np.abs(elements(taken)) > LEAST_STEP))


def _shapes(arrays: Arrays) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def stays_where_flat(trial: Trial) -> bool:
    """Check whether parameters whose gradient is zero kept their values; NaN counts as a change."""
    parameters, gradients = trial.case.args[:2]
    flat = {name: gradients[f"d{name}"] == 0 for name in parameters}
    return all(agree(trial.outcome.value[0][name][flat[name]], parameters[name][flat[name]]) for name in parameters)


def all_are(vector: np.ndarray, number: float) -> bool:
    """Check whether every element is this number, apart from NaN, and whether there is any."""
    computed = vector[~np.isnan(vector)]
    return computed.size > 0 and agree(computed, np.full(computed.shape, number))


def each_pair(check: Callable[[Trial, Trial], bool], labels: tuple[str, str]) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: `check` is true of each case with one label and its partner with the other.

    Partners differ in one argument, and `check` looks at what that changed, so no other mistake loses the criterion.
    """

    def holds(trials: Sequence[Trial]) -> bool:
        ones, others = (labeled(trials, label) for label in labels)
        return all(each(partial(check, one))([other]) for one, other in zip(ones, others, strict=True))

    return holds


def depends_on_inputs(
    part: Callable[[Trial], np.ndarray], one: str, same: str, other: str
) -> Callable[[Sequence[Trial]], bool]:
    """Return a criterion's condition: part of the answer is the same for partners, and another for other partners.

    A step that agrees with a state of the student's own says nothing if that state is always ones, or drawn by lot.

    Args:
        part: returns what is compared.
        one: label of cases.
        same: label of their partners with the same inputs, as far as the part depends on them.
        other: label of their partners with other inputs.
    """

    def compare(one: Trial, other: Trial) -> bool:
        return agree(part(one), part(other))

    return all_of(
        each_pair(compare, (one, same)), each_pair(lambda first, second: not compare(first, second), (one, other))
    )


def _away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    # A mistake must show in every element, so that no wrong answer is right by chance.
    drawn: np.ndarray = rng.uniform(0.2, 2.0, size=shape) * rng.choice([-1.0, 1.0], size=shape)
    return drawn
