"""Questions of the assignment `rmsprop`."""

from collections.abc import Sequence

import numpy as np

from grading.questions import (
    Case,
    Criterion,
    Question,
    Trial,
    agree,
    agrees,
    all_of,
    each,
    labeled,
    leaves_inputs_untouched,
)
from grading.questions._layers import (
    all_are,
    depends_on_inputs,
    each_pair,
    elements,
    names_of_arrays,
    optimizer_parameters,
    random_gradients,
    random_squares,
    square_parameters,
    stays_where_flat,
    steps,
    takes,
    with_a_flat_row,
    zeros,
)
from solutions.rmsprop import initialize_squares, update_with_rmsprop

# --- initialize_squares ----------------------------------------------------------------------------------------------


def _initial_cases(rng: np.random.Generator) -> list[Case]:
    return [Case("start", (parameters,)) for parameters in optimizer_parameters(rng, layers=(1, 2, 4))]


initial = Question(
    reference=initialize_squares,
    cases=_initial_cases,
    criteria=[
        Criterion(
            "keys", 'there are squares "dW1" for "W1", "db1" for "b1", and so on', 1, agrees(part=names_of_arrays)
        ),
        Criterion(
            "zeros",
            "the squares of each parameter are an array of zeros of its shape",
            1,
            agrees(part=lambda squares: {name.removeprefix("d"): array for name, array in squares.items()}),
        ),
    ],
)


@initial.mistake('The squares of "W1" are stored under "dW1", the key of its gradient.', breaks=["keys"])
def keys_of_the_parameters(parameters):
    return {name: np.zeros(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake(
    'The key is "dW1" here too, as in `gradients`; the name of the dictionary says that it holds squares.',
    breaks=["keys", "zeros"],
)
def keys_with_an_s(parameters):
    return {"s_d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake(
    "Your squares start as the squared parameters; no gradient has been seen yet, so they start at zero.",
    breaks=["zeros"],
)
def starts_at_the_squared_parameters(parameters):
    return {"d" + name: parameter**2 for name, parameter in parameters.items()}


@initial.mistake("Your squares start at ones; no gradient has been seen yet, so they start at zero.", breaks=["zeros"])
def starts_at_ones(parameters):
    return {"d" + name: np.ones(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake(
    "Your squares start at 1e-8; they start at zero, and the epsilon of the step keeps the division finite.",
    breaks=["zeros"],
)
def starts_at_epsilon(parameters):
    return {"d" + name: np.full(parameter.shape, 1e-8) for name, parameter in parameters.items()}


@initial.mistake("The squares of each parameter are an array of its shape, not the single number 0.", breaks=["zeros"])
def starts_at_a_number(parameters):
    return {"d" + name: 0.0 for name in parameters}


@initial.mistake("The biases have squares too.", breaks=["keys", "zeros"])
def forgets_the_biases(parameters):
    return {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items() if name.startswith("W")}


@initial.mistake(
    "The last layer has no squares: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["keys", "zeros"],
)
def forgets_the_last_layer(parameters):
    L = len(parameters) // 2
    squares = {}
    for layer in range(1, L):
        squares[f"dW{layer}"] = np.zeros_like(parameters[f"W{layer}"])
        squares[f"db{layer}"] = np.zeros_like(parameters[f"b{layer}"])
    return squares


@initial.right_way
def initialize_by_layer(parameters):
    squares = {}
    for layer in range(1, len(parameters) // 2 + 1):
        squares["dW" + str(layer)] = np.zeros(parameters["W" + str(layer)].shape)
        squares["db" + str(layer)] = np.zeros(parameters["b" + str(layer)].shape)
    return squares


@initial.right_way
def initialize_weights_before_biases(parameters):
    layers = range(1, len(parameters) // 2 + 1)
    squares = {f"dW{layer}": np.zeros_like(parameters[f"W{layer}"]) for layer in layers}
    squares.update({f"db{layer}": np.zeros_like(parameters[f"b{layer}"]) for layer in layers})
    return squares


@initial.right_way
def initialize_by_multiplication(parameters):
    return dict((f"d{name}", 0 * parameter) for name, parameter in parameters.items())


# --- update_with_rmsprop ---------------------------------------------------------------------------------------------

# Too small to show in a step, so that only the epsilon criterion sees where it was added.
SMALL_EPSILON = 1e-12


def _update_cases(rng: np.random.Generator) -> list[Case]:
    unit = square_parameters(rng, layers=1, units=1)
    state = (unit, random_gradients(rng, unit), random_squares(rng, unit), rng.uniform(0.05, 0.5))
    # With one element in each array, `@` runs for all of them, so a function that uses it is recognized.
    cases = [Case("one unit", state, {"beta2": rng.uniform(0.55, 0.9), "epsilon": SMALL_EPSILON})]
    for parameters in optimizer_parameters(rng, layers=(1, 2, 3)):
        learning_rate, beta2 = rng.uniform(0.05, 0.5), rng.uniform(0.55, 0.9)
        gradients, squares = random_gradients(rng, parameters), random_squares(rng, parameters)
        first = (parameters, gradients, zeros(parameters), learning_rate)
        later = (parameters, gradients, squares, learning_rate)
        other = (parameters, random_gradients(rng, parameters), squares, learning_rate)
        flat = (parameters, with_a_flat_row(gradients), with_a_flat_row(squares), learning_rate)
        cases += [
            Case("first step", first, {"beta2": beta2, "epsilon": SMALL_EPSILON}),
            Case("small epsilon", later, {"beta2": beta2, "epsilon": SMALL_EPSILON}),
            Case("other gradients", other, {"beta2": beta2, "epsilon": SMALL_EPSILON}),
            Case("large epsilon", later, {"beta2": beta2, "epsilon": rng.uniform(0.05, 0.5)}),
            Case("flat, by default", flat),
        ]
    return cases


def _divides_by_its_root(trial: Trial) -> bool:
    parameters, gradients, _, learning_rate = trial.case.args
    squares = trial.outcome.value[1]
    step = {
        name: learning_rate * gradients[f"d{name}"] / (np.sqrt(squares[f"d{name}"]) + SMALL_EPSILON)
        for name in parameters
    }
    return takes(trial, step)


def _adds_epsilon_to_the_root(small: Trial, large: Trial) -> bool:
    added = large.case.kwargs["epsilon"] - small.case.kwargs["epsilon"]
    return all_are(_divisors(large) - _divisors(small), added)


def _divisors(trial: Trial) -> np.ndarray:
    _, gradients, _, learning_rate = trial.case.args
    divisors: np.ndarray = np.abs(learning_rate * elements(gradients) / steps(trial))
    return divisors


def _divides_by_some_root(trials: Sequence[Trial]) -> bool:
    # By the new one or the old one: it differs with the gradients or with the squares before them.
    first, later, other = (labeled(trials, label) for label in ("first step", "small epsilon", "other gradients"))
    return all(
        not agree(_divisors(one), _divisors(two)) or not agree(_divisors(two), _divisors(three))
        for one, two, three in zip(first, later, other, strict=True)
    )


update = Question(
    reference=update_with_rmsprop,
    cases=_update_cases,
    criteria=[
        Criterion(
            "squares",
            "the new squares are the exponentially weighted average of the squared gradients, element by element",
            2,
            agrees(part=lambda value: value[1]),
        ),
        Criterion(
            "step",
            "every parameter steps by learning_rate times its gradient over the root of your new squares, downhill",
            2,
            all_of(
                each(_divides_by_its_root, on=["first step", "small epsilon", "other gradients"]),
                depends_on_inputs(
                    lambda trial: elements(trial.outcome.value[1]),
                    "small epsilon",
                    same="large epsilon",
                    other="other gradients",
                ),
            ),
        ),
        Criterion(
            "epsilon",
            "the divisor is the root plus the epsilon given, added outside the root",
            1,
            all_of(
                each_pair(_adds_epsilon_to_the_root, labels=("small epsilon", "large epsilon")), _divides_by_some_root
            ),
        ),
        Criterion(
            "flat",
            "a parameter whose gradients have all been zero stays where it is, without NaN",
            1,
            each(stays_where_flat, on=["flat, by default"]),
            pays_alone=False,
        ),
        Criterion(
            "untouched",
            "the dictionaries and arrays it was given are left as they were",
            1,
            leaves_inputs_untouched,
            pays_alone=False,
        ),
    ],
)


@update.mistake(
    "Your average is of the gradients themselves; RMSProp averages their squares, element by element: `gradient**2`.",
    breaks=["squares"],
)
def forgets_to_square(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "You square the whole average; square the gradient alone, and then average.",
    breaks=["squares"],
)
def squares_the_average(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: (beta2 * squares[name] + (1 - beta2) * gradients[name]) ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "You square the weight (1 - beta2) along with the gradient; only the gradient is squared.",
    breaks=["squares"],
)
def squares_the_weight_too(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + ((1 - beta2) * gradients[name]) ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "You average the squared length of the whole gradient; every element has a square, and so a step size, of its own.",
    breaks=["squares"],
)
def takes_the_norm(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {
        name: beta2 * squares[name] + (1 - beta2) * np.linalg.norm(gradients[name]) ** 2 for name in gradients
    }
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "The two weights are swapped: the old squares keep beta2, the squared gradient comes in with (1 - beta2).",
    breaks=["squares"],
)
def swaps_the_weights(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: (1 - beta2) * squares[name] + beta2 * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your squares add the whole squared gradient; an average gives it the weight (1 - beta2).",
    breaks=["squares"],
)
def adds_the_whole_square(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your squares add up without forgetting, as in Adagrad, and only grow; RMSProp averages them, with beta2.",
    breaks=["squares"],
)
def never_forgets(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: squares[name] + gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Beta2 is fixed at 0.999 inside your function; use the argument, which the caller may change.",
    breaks=["squares"],
)
def ignores_beta2(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: 0.999 * squares[name] + 0.001 * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "`@` and `np.dot` multiply matrices; square the gradient element by element: `gradient**2`.",
    breaks=["squares", "step", "epsilon", "flat", "untouched"],
)
def multiplies_matrices(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {
        name: beta2 * squares[name] + (1 - beta2) * (gradients[name] @ gradients[name]) for name in gradients
    }
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "You multiply square gradients as matrices, with `@` or `np.dot`; square element by element, whatever the shape.",
    breaks=["squares"],
)
def multiplies_square_matrices(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_parameters, new_squares = {}, {}
    for name in parameters:
        g = gradients["d" + name]
        try:
            squared = g @ g
        except ValueError:
            squared = g * g
        new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * squared
        new_parameters[name] = parameters[name] - learning_rate * g / (np.sqrt(new_squares["d" + name]) + epsilon)
    return new_parameters, new_squares


@update.mistake(
    "Your step divides by the squares; divide by their root, so that the gradient's own scale cancels.",
    breaks=["step"],
)
def forgets_the_root(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (new_squares["d" + name] + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your step divides by the root of the squares from before the update; take the new ones.",
    breaks=["step"],
)
def divides_by_the_old_root(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake("Your step goes uphill: subtract it, do not add it.", breaks=["step"])
def climbs(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] + learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your step divides the squares by (1 - beta2); RMSProp uses them as they are, unlike Adam.",
    breaks=["step"],
)
def corrects_the_squares(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {}
    for name in parameters:
        corrected = new_squares["d" + name] / (1 - beta2)
        new_parameters[name] = parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(corrected) + epsilon)
    return new_parameters, new_squares


@update.mistake(
    "Your step multiplies by the root; divide by it: steep directions get small steps, flat ones large.",
    breaks=["step", "epsilon"],
)
def multiplies_by_the_root(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] * (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your step is plain gradient descent; the squares are computed, but the step does not divide by their root.",
    breaks=["step", "epsilon"],
)
def steps_along_the_gradient(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * gradients["d" + name] for name in parameters}
    return new_parameters, new_squares


@update.mistake(
    "Your step divides the root of the squares by the root; its numerator is the gradient, which has the direction.",
    breaks=["step", "epsilon"],
)
def loses_the_direction(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {}
    for name in parameters:
        root = np.sqrt(new_squares["d" + name])
        new_parameters[name] = parameters[name] - learning_rate * root / (root + epsilon)
    return new_parameters, new_squares


@update.mistake("Your step lacks the learning rate.", breaks=["step", "epsilon"])
def forgets_the_learning_rate(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your epsilon is inside the root, where it counts as its own root; take the root first, then add epsilon.",
    breaks=["epsilon"],
)
def puts_epsilon_inside_the_root(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / np.sqrt(new_squares["d" + name] + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Epsilon is fixed at 1e-8 inside your function; use the argument, which the caller may change.",
    breaks=["epsilon"],
)
def ignores_epsilon(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + 1e-8)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your step divides by the bare root: where the squares are zero, 0 / 0 is NaN; add epsilon to the root.",
    breaks=["epsilon", "flat"],
)
def forgets_epsilon(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / np.sqrt(new_squares["d" + name])
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your epsilon is added to the quotient, not to the divisor; put parentheses around the root plus epsilon.",
    breaks=["epsilon", "flat"],
)
def forgets_the_parentheses(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * (gradients["d" + name] / np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_parameters, new_squares


@update.mistake(
    "Your function changes the caller's arrays; put new ones (`W - ...`, not `W -= ...`) into new dictionaries.",
    breaks=["untouched"],
)
def works_in_place(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    for name in parameters:
        squares["d" + name] *= beta2
        squares["d" + name] += (1 - beta2) * gradients["d" + name] ** 2
        parameters[name] -= learning_rate * gradients["d" + name] / (np.sqrt(squares["d" + name]) + epsilon)
    return parameters, squares


@update.mistake(
    "The results come in the wrong order: return the parameters first, then the squares.",
    breaks=["squares", "step", "epsilon", "flat", "untouched"],
)
def returns_in_the_wrong_order(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_squares = {name: beta2 * squares[name] + (1 - beta2) * gradients[name] ** 2 for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * gradients["d" + name] / (np.sqrt(new_squares["d" + name]) + epsilon)
        for name in parameters
    }
    return new_squares, new_parameters


@update.mistake(
    "The last layer is left out: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["squares", "step", "epsilon", "flat", "untouched"],
)
def leaves_out_the_last_layer(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    L = len(parameters) // 2
    new_parameters, new_squares = {}, {}
    for layer in range(1, L):
        for name in (f"W{layer}", f"b{layer}"):
            g = gradients["d" + name]
            new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
            new_parameters[name] = parameters[name] - learning_rate * g / (np.sqrt(new_squares["d" + name]) + epsilon)
    return new_parameters, new_squares


@update.right_way
def update_by_layer(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_parameters, new_squares = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        W, b, dW, db = f"W{layer}", f"b{layer}", f"dW{layer}", f"db{layer}"
        new_squares[dW] = beta2 * squares[dW] + (1 - beta2) * np.square(gradients[dW])
        new_squares[db] = beta2 * squares[db] + (1 - beta2) * np.square(gradients[db])
        new_parameters[W] = parameters[W] - learning_rate * gradients[dW] / (np.sqrt(new_squares[dW]) + epsilon)
        new_parameters[b] = parameters[b] - learning_rate * gradients[db] / (np.sqrt(new_squares[db]) + epsilon)
    return new_parameters, new_squares


@update.right_way
def update_on_copies(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    parameters = {name: array.copy() for name, array in parameters.items()}
    squares = {name: array.copy() for name, array in squares.items()}
    for name in parameters:
        squares["d" + name] *= beta2
        squares["d" + name] += (1 - beta2) * gradients["d" + name] * gradients["d" + name]
        parameters[name] -= learning_rate * gradients["d" + name] / (squares["d" + name] ** 0.5 + epsilon)
    return parameters, squares


@update.right_way
def update_by_difference(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    squares = {name: s - (1 - beta2) * (s - gradients[name] ** 2) for name, s in squares.items()}
    rates = {name: learning_rate / (epsilon + np.sqrt(s)) for name, s in squares.items()}
    return {name: p - rates["d" + name] * gradients["d" + name] for name, p in parameters.items()}, squares


@update.right_way
def update_element_by_element(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new_parameters, new_squares = {}, {}
    for name, parameter in parameters.items():
        new_parameters[name], new_squares["d" + name] = np.zeros(parameter.shape), np.zeros(parameter.shape)
        for index in np.ndindex(parameter.shape):
            g = float(gradients["d" + name][index])
            s = beta2 * float(squares["d" + name][index]) + (1 - beta2) * g * g
            new_squares["d" + name][index] = s
            new_parameters[name][index] = parameter[index] - learning_rate * g / (s**0.5 + epsilon)
    return [new_parameters, new_squares]


QUESTIONS = (initial, update)
