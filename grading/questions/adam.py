"""Questions of the assignment `adam`."""

from collections.abc import Callable, Sequence

import numpy as np

from grading.questions import Case, Criterion, Question, Trial, agree, agrees, all_of, each, leaves_inputs_untouched
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
from solutions.adam import initialize_adam, update_with_adam

# --- initialize_adam -------------------------------------------------------------------------------------------------


def _initial_cases(rng: np.random.Generator) -> list[Case]:
    return [Case("start", (parameters,)) for parameters in optimizer_parameters(rng, layers=(1, 2, 4))]


initial = Question(
    reference=initialize_adam,
    cases=_initial_cases,
    criteria=[
        Criterion(
            "keys",
            'there are two dictionaries, each with a "dW1" for "W1", "db1" for "b1", and so on',
            1,
            agrees(part=lambda averages: [names_of_arrays(average) for average in averages]),
        ),
        Criterion(
            "zeros",
            "both averages of each parameter are arrays of zeros of its shape",
            1,
            agrees(
                part=lambda averages: [
                    {name.removeprefix("d"): array for name, array in average.items()} for average in averages
                ]
            ),
        ),
    ],
)


@initial.mistake('The averages of "W1" are stored under "dW1", the key of its gradient.', breaks=["keys"])
def keys_of_the_parameters(parameters):
    velocity = {name: np.zeros(parameter.shape) for name, parameter in parameters.items()}
    squares = {name: np.zeros(parameter.shape) for name, parameter in parameters.items()}
    return velocity, squares


@initial.mistake("Your averages start at ones; no gradient has been seen yet, so they start at zero.", breaks=["zeros"])
def starts_at_ones(parameters):
    velocity = {"d" + name: np.ones(parameter.shape) for name, parameter in parameters.items()}
    squares = {"d" + name: np.ones(parameter.shape) for name, parameter in parameters.items()}
    return velocity, squares


@initial.mistake(
    "Your squares start at 1e-8; they start at zero, and the epsilon of the step keeps the division finite.",
    breaks=["zeros"],
)
def starts_at_epsilon(parameters):
    velocity = {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items()}
    squares = {"d" + name: np.full(parameter.shape, 1e-8) for name, parameter in parameters.items()}
    return velocity, squares


@initial.mistake("The averages of each parameter are arrays of its shape, not the single number 0.", breaks=["zeros"])
def starts_at_a_number(parameters):
    return {"d" + name: 0.0 for name in parameters}, {"d" + name: 0.0 for name in parameters}


@initial.mistake(
    "Adam keeps two averages, of the gradients and of their squares; return a dictionary for each.",
    breaks=["keys", "zeros"],
)
def returns_one_dictionary(parameters):
    return {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake(
    "Return the two averages as two dictionaries, `velocity, squares`, not inside one.", breaks=["keys", "zeros"]
)
def returns_both_in_one_dictionary(parameters):
    velocity = {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items()}
    squares = {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items()}
    return {"velocity": velocity, "squares": squares}


@initial.mistake("The biases have averages too.", breaks=["keys", "zeros"])
def forgets_the_biases(parameters):
    velocity, squares = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        velocity[f"dW{layer}"] = np.zeros_like(parameters[f"W{layer}"])
        squares[f"dW{layer}"] = np.zeros_like(parameters[f"W{layer}"])
    return velocity, squares


@initial.mistake(
    "The last layer has no averages: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["keys", "zeros"],
)
def forgets_the_last_layer(parameters):
    L = len(parameters) // 2
    velocity, squares = {}, {}
    for layer in range(1, L):
        for name in (f"W{layer}", f"b{layer}"):
            velocity["d" + name] = np.zeros_like(parameters[name])
            squares["d" + name] = np.zeros_like(parameters[name])
    return velocity, squares


@initial.right_way
def initialize_by_layer(parameters):
    velocity, squares = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        for name in ("W" + str(layer), "b" + str(layer)):
            velocity["d" + name] = np.zeros(parameters[name].shape)
            squares["d" + name] = np.zeros(parameters[name].shape)
    return velocity, squares


@initial.right_way
def initialize_by_copying(parameters):
    velocity = {f"d{name}": 0 * parameter for name, parameter in parameters.items()}
    return [velocity, {name: array.copy() for name, array in velocity.items()}]


@initial.right_way
def initialize_weights_before_biases(parameters):
    names = sorted(parameters)
    return tuple({"d" + name: np.zeros_like(parameters[name]) for name in names} for _ in range(2))


# --- update_with_adam ------------------------------------------------------------------------------------------------

# Too small to show in a step, so that only the epsilon criterion sees where it was added.
SMALL_EPSILON = 1e-12

# So late that 1 - beta^t is 1 or nearly 1: an error here is not the correction's.
LATE = 100_000


def _update_cases(rng: np.random.Generator) -> list[Case]:
    unit = square_parameters(rng, layers=1, units=1)
    state = (unit, random_gradients(rng, unit), random_gradients(rng, unit), random_squares(rng, unit))
    # With one element in each array, `@` runs for all of them, so a function that uses it is recognized.
    cases = [Case("one unit", (*state, int(rng.integers(2, 8)), rng.uniform(0.05, 0.5)))]
    for parameters in optimizer_parameters(rng, layers=(1, 3)):
        gradients, velocity = random_gradients(rng, parameters), random_gradients(rng, parameters)
        squares = random_squares(rng, parameters)
        learning_rate, beta1, beta2 = rng.uniform(0.05, 0.5), rng.uniform(0.55, 0.8), rng.uniform(0.85, 0.95)
        t = int(rng.integers(2, 8))
        state = (parameters, gradients, velocity, squares)
        start = (parameters, gradients, zeros(parameters), zeros(parameters))
        others = (parameters, random_gradients(rng, parameters), velocity, random_squares(rng, parameters))
        flat = (parameters, *map(with_a_flat_row, state[1:]))
        both = {"beta1": beta1, "beta2": beta2, "epsilon": SMALL_EPSILON}
        # A beta of 0 needs no correction, so each average's correction is seen without the other's.
        velocity_alone, squares_alone = both | {"beta2": 0.0}, both | {"beta1": 0.0}
        # At t = 2 with a beta2 below a half, even a wrong correction leaves the squares above zero.
        small_epsilon = {"beta1": 0.0, "beta2": rng.uniform(0.2, 0.4), "epsilon": SMALL_EPSILON}
        large_epsilon = small_epsilon | {"epsilon": rng.uniform(0.05, 0.5)}
        cases += [
            Case("first step", (*start, 1, learning_rate), both),
            Case("early step", (*state, t, learning_rate), both),
            Case("late step", (*state, LATE, learning_rate), both),
            Case("early velocity", (*state, t, learning_rate), velocity_alone),
            Case("late velocity", (*state, LATE, learning_rate), velocity_alone),
            Case("early squares", (*state, t, learning_rate), squares_alone),
            Case("late squares", (*state, LATE, learning_rate), squares_alone),
            Case("small epsilon", (*state, 2, learning_rate), small_epsilon),
            Case("other state", (*others, 2, learning_rate), small_epsilon),
            Case("large epsilon", (*state, 2, learning_rate), large_epsilon),
            Case("flat, by default", (*flat, t, learning_rate)),
        ]
    return cases


def _steps_by_its_averages(trial: Trial) -> bool:
    parameters, _, _, _, _, learning_rate = trial.case.args
    _, velocity, squares = trial.outcome.value
    shapes = {f"d{name}": array.shape for name, array in parameters.items()}
    # A column over a row would be a matrix, and may be a large one.
    if any(array.shape != shapes[name] for arrays in (velocity, squares) for name, array in arrays.items()):
        return False
    step = {
        name: learning_rate * velocity[f"d{name}"] / (np.sqrt(squares[f"d{name}"]) + SMALL_EPSILON)
        for name in parameters
    }
    return takes(trial, step)


def _corrects_the_velocity(early: Trial, late: Trial) -> bool:
    return all_are(steps(early) / steps(late), 1 / (1 - early.case.kwargs["beta1"] ** early.case.args[4]))


def _corrects_the_squares(early: Trial, late: Trial) -> bool:
    return all_are(steps(early) / steps(late), np.sqrt(1 - early.case.kwargs["beta2"] ** early.case.args[4]))


def _adds_epsilon_to_the_root(small: Trial, large: Trial) -> bool:
    added = large.case.kwargs["epsilon"] - small.case.kwargs["epsilon"]
    return all_are(_divisors(large) - _divisors(small), added)


def _divisors(trial: Trial) -> np.ndarray:
    _, velocity, _ = trial.outcome.value
    learning_rate = trial.case.args[5]
    divisors: np.ndarray = np.abs(learning_rate * elements(velocity) / steps(trial))
    return divisors


def _is_of_the_gradients(place: int) -> Callable[[Sequence[Trial]], bool]:
    return depends_on_inputs(
        lambda trial: elements(trial.outcome.value[place]), "small epsilon", same="large epsilon", other="other state"
    )


# All of them say something only about a step that is not always the same.
_steps_differ = each_pair(lambda one, other: not agree(steps(one), steps(other)), ("small epsilon", "other state"))
_divisors_differ = each_pair(
    lambda one, other: not agree(_divisors(one), _divisors(other)), ("small epsilon", "other state")
)

update = Question(
    reference=update_with_adam,
    cases=_update_cases,
    criteria=[
        Criterion(
            "velocity",
            "the velocity returned is the exponentially weighted average of the gradients, with beta1, uncorrected",
            1,
            agrees(part=lambda value: value[1]),
        ),
        Criterion(
            "squares",
            "the squares returned are the exponentially weighted average of the gradients' element-wise squares, "
            "with beta2, uncorrected",
            1,
            agrees(part=lambda value: value[2]),
        ),
        Criterion(
            "step",
            "late in training, where the corrections have faded, every parameter steps by learning_rate times "
            "your new velocity over the root of your new squares, downhill",
            1,
            all_of(each(_steps_by_its_averages, on=["late step"]), _is_of_the_gradients(1), _is_of_the_gradients(2)),
        ),
        Criterion(
            "velocity correction",
            "early in training, the step divides the velocity by 1 - beta1^t",
            1,
            all_of(each_pair(_corrects_the_velocity, labels=("early velocity", "late velocity")), _steps_differ),
        ),
        Criterion(
            "squares correction",
            "early in training, the step divides the squares by 1 - beta2^t, under the root",
            1,
            all_of(each_pair(_corrects_the_squares, labels=("early squares", "late squares")), _steps_differ),
        ),
        Criterion(
            "epsilon",
            "the divisor is the root of the corrected squares plus the epsilon given, added outside the root",
            1,
            all_of(
                each_pair(_adds_epsilon_to_the_root, labels=("small epsilon", "large epsilon")),
                _divisors_differ,
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
    "Both averages start at zero; for the step, divide them by 1 - beta1**t and 1 - beta2**t.",
    breaks=["velocity correction", "squares correction"],
)
def skips_the_correction(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        new_parameters[name] = parameters[name] - learning_rate * v / (np.sqrt(s) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Only your velocity is corrected; the squares start at zero too, so divide them by 1 - beta2**t before the root.",
    breaks=["squares correction"],
)
def corrects_the_velocity_alone(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Only your squares are corrected; the velocity starts at zero too, so divide it by 1 - beta1**t.",
    breaks=["velocity correction"],
)
def corrects_the_squares_alone(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction multiplies beta by t; the t is a power: 1 - beta**t.",
    breaks=["step", "velocity correction", "squares correction"],
)
def multiplies_beta_by_t(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1 * t)
        s_hat = s / (1 - beta2 * t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction divides by 1 - beta at every step; it is 1 - beta**t, which fades as t grows.",
    breaks=["step", "velocity correction", "squares correction"],
)
def corrects_without_t(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1)
        s_hat = s / (1 - beta2)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction uses t + 1; t counts from 1 already, so take it as it is.",
    breaks=["velocity correction", "squares correction"],
)
def counts_t_one_too_high(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1 ** (t + 1))
        s_hat = s / (1 - beta2 ** (t + 1))
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction uses t - 1, which divides by zero at the first step; t counts from 1, so take it as it is.",
    breaks=["velocity correction", "squares correction"],
)
def counts_t_one_too_low(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1 ** (t - 1))
        s_hat = s / (1 - beta2 ** (t - 1))
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction multiplies by 1 - beta**t, which makes small averages smaller; divide by it.",
    breaks=["velocity correction", "squares correction"],
)
def multiplies_by_the_correction(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v * (1 - beta1**t)
        s_hat = s * (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your correction divides the root of the squares; divide the squares by 1 - beta2**t, then take the root.",
    breaks=["squares correction"],
)
def corrects_the_root(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s) / (1 - beta2**t) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "You return corrected averages, which the next step would correct again; correct for the step alone.",
    breaks=["velocity", "squares"],
)
def returns_the_corrected_averages(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = beta2 * squares["d" + name] + (1 - beta2) * g**2
        new_velocity["d" + name] = v / (1 - beta1**t)
        new_squares["d" + name] = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * new_velocity["d" + name] / (
            np.sqrt(new_squares["d" + name]) + epsilon
        )
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your betas are swapped: beta1 belongs to the velocity, beta2 to the squares.",
    breaks=["velocity", "squares", "velocity correction", "squares correction", "epsilon"],
)
def swaps_the_betas(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta2 * velocity["d" + name] + (1 - beta2) * g
        s = new_squares["d" + name] = beta1 * squares["d" + name] + (1 - beta1) * g**2
        v_hat = v / (1 - beta2**t)
        s_hat = s / (1 - beta1**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "You use beta1 for both averages; the squares and their correction use beta2.",
    breaks=["squares", "velocity correction", "squares correction"],
)
def uses_beta1_for_both(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta1 * squares["d" + name] + (1 - beta1) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta1**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "The betas are fixed at 0.9 and 0.999 inside your function; use the arguments, which the caller may change.",
    breaks=["velocity", "squares", "velocity correction", "squares correction", "epsilon"],
)
def ignores_the_betas(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = 0.9 * velocity["d" + name] + 0.1 * g
        s = new_squares["d" + name] = 0.999 * squares["d" + name] + 0.001 * g**2
        v_hat = v / (1 - 0.9**t)
        s_hat = s / (1 - 0.999**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your velocity adds the whole gradient; an average gives it the weight (1 - beta1).",
    breaks=["velocity"],
)
def adds_the_whole_gradient(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your squares add the whole squared gradient; an average gives it the weight (1 - beta2).",
    breaks=["squares"],
)
def adds_the_whole_square(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your second average is of the gradients themselves; it must average their squares, element by element: `g**2`.",
    breaks=["squares"],
)
def forgets_to_square(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "`@` and `np.dot` multiply matrices; square the gradient element by element: `g**2`.",
    breaks=["velocity", "squares", "step", "velocity correction", "squares correction", "epsilon", "flat", "untouched"],
)
def multiplies_matrices(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * (g @ g)
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "You multiply square gradients as matrices, with `@` or `np.dot`; square element by element, whatever the shape.",
    breaks=["squares"],
)
def multiplies_square_matrices(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        try:
            squared = g @ g
        except ValueError:
            squared = g * g
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * squared
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your squares average the squared velocity; they must average the squared gradient.", breaks=["squares"]
)
def squares_the_velocity(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * v**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your step divides by the squares; divide by their root, so that the gradient's own scale cancels.",
    breaks=["step", "squares correction"],
)
def forgets_the_root(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (s_hat + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your step follows the raw gradient, as RMSProp does; in Adam the corrected velocity takes its place.",
    breaks=["step", "velocity correction"],
)
def steps_along_the_gradient(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * g / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your step is momentum's; Adam divides it by the root of the corrected squares, plus epsilon.",
    breaks=["step", "squares correction", "epsilon"],
)
def steps_along_the_velocity(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat
    return new_parameters, new_velocity, new_squares


@update.mistake("Your step goes uphill: subtract it, do not add it.", breaks=["step"])
def climbs(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] + learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your epsilon is inside the root, where it counts as its own root; take the root first, then add epsilon.",
    breaks=["epsilon"],
)
def puts_epsilon_inside_the_root(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / np.sqrt(s_hat + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your step divides by the bare root: where the squares are zero, 0 / 0 is NaN; add epsilon to the root.",
    breaks=["epsilon", "flat"],
)
def forgets_epsilon(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / np.sqrt(s_hat)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your epsilon is added to the quotient, not to the divisor; put parentheses around the root plus epsilon.",
    breaks=["epsilon", "flat"],
)
def forgets_the_parentheses(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * (v_hat / np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Epsilon is fixed at 1e-8 inside your function; use the argument, which the caller may change.",
    breaks=["epsilon"],
)
def ignores_epsilon(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + 1e-8)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your epsilon is added to the uncorrected root; correct the squares first, take the root, then add epsilon.",
    breaks=["epsilon"],
)
def adds_epsilon_before_the_correction(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        new_parameters[name] = parameters[name] - rate * v / (np.sqrt(s) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.mistake(
    "Your function changes the caller's arrays; put new ones (`W - ...`, not `W -= ...`) into new dictionaries.",
    breaks=["untouched"],
)
def works_in_place(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for name in parameters:
        v, s, g = velocity["d" + name], squares["d" + name], gradients["d" + name]
        v *= beta1
        v += (1 - beta1) * g
        s *= beta2
        s += (1 - beta2) * g**2
        parameters[name] -= learning_rate * (v / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + epsilon)
    return parameters, velocity, squares


@update.mistake(
    "The results come in the wrong order: return the parameters first, then the velocity, then the squares.",
    breaks=["velocity", "squares", "step", "velocity correction", "squares correction", "epsilon", "flat", "untouched"],
)
def returns_in_the_wrong_order(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in parameters:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_velocity, new_squares, new_parameters


@update.mistake(
    "The last layer is left out: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["velocity", "squares", "step", "velocity correction", "squares correction", "epsilon", "flat", "untouched"],
)
def leaves_out_the_last_layer(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    L = len(parameters) // 2
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name in [kind + str(layer) for layer in range(1, L) for kind in "Wb"]:
        g = gradients["d" + name]
        v = new_velocity["d" + name] = beta1 * velocity["d" + name] + (1 - beta1) * g
        s = new_squares["d" + name] = beta2 * squares["d" + name] + (1 - beta2) * g**2
        v_hat = v / (1 - beta1**t)
        s_hat = s / (1 - beta2**t)
        new_parameters[name] = parameters[name] - learning_rate * v_hat / (np.sqrt(s_hat) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.right_way
def update_by_layer(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new_parameters, new_velocity, new_squares, v_corrected, s_corrected = {}, {}, {}, {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        for W, dW in ((f"W{layer}", f"dW{layer}"), (f"b{layer}", f"db{layer}")):
            new_velocity[dW] = beta1 * velocity[dW] + (1 - beta1) * gradients[dW]
            v_corrected[dW] = new_velocity[dW] / (1 - np.power(beta1, t))
            new_squares[dW] = beta2 * squares[dW] + (1 - beta2) * np.square(gradients[dW])
            s_corrected[dW] = new_squares[dW] / (1 - np.power(beta2, t))
            new_parameters[W] = parameters[W] - learning_rate * v_corrected[dW] / (np.sqrt(s_corrected[dW]) + epsilon)
    return new_parameters, new_velocity, new_squares


@update.right_way
def update_on_copies(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    parameters, velocity, squares = (
        {name: array.copy() for name, array in arrays.items()} for arrays in (parameters, velocity, squares)
    )
    for name in parameters:
        g, v, s = gradients["d" + name], velocity["d" + name], squares["d" + name]
        v += (1 - beta1) * (g - v)
        s += (1 - beta2) * (g * g - s)
        parameters[name] -= learning_rate / (np.sqrt(s / (1 - beta2**t)) + epsilon) * v / (1 - beta1**t)
    return parameters, velocity, squares


@update.right_way
def update_with_a_corrected_rate(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    root = np.sqrt(1 - beta2**t)
    rate = learning_rate * root / (1 - beta1**t)
    velocity = {name: beta1 * v + (1 - beta1) * gradients[name] for name, v in velocity.items()}
    squares = {name: beta2 * s + (1 - beta2) * gradients[name] ** 2 for name, s in squares.items()}
    new_parameters = {
        name: p - rate * velocity["d" + name] / (np.sqrt(squares["d" + name]) + epsilon * root)
        for name, p in parameters.items()
    }
    return new_parameters, velocity, squares


@update.right_way
def update_element_by_element(
    parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    new_parameters, new_velocity, new_squares = {}, {}, {}
    for name, parameter in parameters.items():
        for results, key in ((new_parameters, name), (new_velocity, "d" + name), (new_squares, "d" + name)):
            results[key] = np.zeros(parameter.shape)
        for index in np.ndindex(parameter.shape):
            g = float(gradients["d" + name][index])
            v = beta1 * float(velocity["d" + name][index]) + (1 - beta1) * g
            s = beta2 * float(squares["d" + name][index]) + (1 - beta2) * g * g
            step = (v / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + epsilon)
            new_parameters[name][index] = parameter[index] - learning_rate * step
            new_velocity["d" + name][index] = v
            new_squares["d" + name][index] = s
    return [new_parameters, new_velocity, new_squares]


QUESTIONS = (initial, update)
