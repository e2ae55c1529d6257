"""Questions of the assignment `momentum`."""

import numpy as np

from grading.questions import Case, Criterion, Question, Trial, agrees, all_of, each, leaves_inputs_untouched
from grading.questions._layers import (
    depends_on_inputs,
    elements,
    names_of_arrays,
    optimizer_parameters,
    random_gradients,
    takes,
    zeros,
)
from solutions.momentum import initialize_velocity, update_with_momentum, update_with_nesterov

# --- initialize_velocity ---------------------------------------------------------------------------------------------


def _initial_cases(rng: np.random.Generator) -> list[Case]:
    return [Case("start", (parameters,)) for parameters in optimizer_parameters(rng, layers=(1, 2, 4))]


initial = Question(
    reference=initialize_velocity,
    cases=_initial_cases,
    criteria=[
        Criterion(
            "keys", 'there is a velocity "dW1" for "W1", "db1" for "b1", and so on', 1, agrees(part=names_of_arrays)
        ),
        Criterion(
            "zeros",
            "each velocity is an array of zeros of its parameter's shape",
            1,
            agrees(part=lambda velocity: {name.removeprefix("d"): array for name, array in velocity.items()}),
        ),
    ],
)


@initial.mistake('The velocity of "W1" is stored under "dW1", the key of its gradient.', breaks=["keys"])
def keys_of_the_parameters(parameters):
    return {name: np.zeros(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake("Your velocity starts as a copy of the parameters; it starts at rest, with zeros.", breaks=["zeros"])
def starts_at_the_parameters(parameters):
    return {"d" + name: parameter.copy() for name, parameter in parameters.items()}


@initial.mistake("Your velocity starts at ones; it starts at rest, with zeros.", breaks=["zeros"])
def starts_at_ones(parameters):
    return {"d" + name: np.ones(parameter.shape) for name, parameter in parameters.items()}


@initial.mistake("Each velocity is an array of its parameter's shape, not the single number 0.", breaks=["zeros"])
def starts_at_a_number(parameters):
    return {"d" + name: 0.0 for name in parameters}


@initial.mistake("The biases have a velocity too.", breaks=["keys", "zeros"])
def forgets_the_biases(parameters):
    return {"d" + name: np.zeros(parameter.shape) for name, parameter in parameters.items() if name.startswith("W")}


@initial.mistake(
    "The last layer has no velocity: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["keys", "zeros"],
)
def forgets_the_last_layer(parameters):
    L = len(parameters) // 2
    velocity = {}
    for layer in range(1, L):
        velocity[f"dW{layer}"] = np.zeros_like(parameters[f"W{layer}"])
        velocity[f"db{layer}"] = np.zeros_like(parameters[f"b{layer}"])
    return velocity


@initial.right_way
def initialize_by_layer(parameters):
    velocity = {}
    for layer in range(1, len(parameters) // 2 + 1):
        velocity["dW" + str(layer)] = np.zeros_like(parameters["W" + str(layer)])
        velocity["db" + str(layer)] = np.zeros_like(parameters["b" + str(layer)])
    return velocity


@initial.right_way
def initialize_by_multiplication(parameters):
    return dict((f"d{name}", 0 * parameter) for name, parameter in parameters.items())


# --- update_with_momentum --------------------------------------------------------------------------------------------


def _update_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for parameters in optimizer_parameters(rng, layers=(1, 2, 3)):
        learning_rate, beta = rng.uniform(0.05, 0.5), rng.uniform(0.55, 0.8)
        gradients, velocity = random_gradients(rng, parameters), random_gradients(rng, parameters)
        others = random_gradients(rng, parameters)
        cases += [
            Case("first step", (parameters, gradients, zeros(parameters), learning_rate), {"beta": beta}),
            Case("later step", (parameters, gradients, velocity, learning_rate), {"beta": beta}),
            Case("same again", (parameters, gradients, velocity, learning_rate), {"beta": beta}),
            Case("other gradients", (parameters, others, velocity, learning_rate), {"beta": beta}),
            Case("default beta", (parameters, gradients, velocity, learning_rate)),
            Case("no memory", (parameters, gradients, velocity, learning_rate), {"beta": 0.0}),
        ]
    return cases


def _new_velocity(value):
    return value[1]


def _steps_along_its_velocity(trial: Trial) -> bool:
    parameters, _, _, learning_rate = trial.case.args
    _, new_velocity = trial.outcome.value
    return takes(trial, {name: learning_rate * new_velocity[f"d{name}"] for name in parameters})


# A wrong velocity costs its own points alone, as long as it is one of the gradients.
_has_a_velocity = depends_on_inputs(
    lambda trial: elements(trial.outcome.value[1]), "later step", same="same again", other="other gradients"
)

_untouched = Criterion(
    "untouched",
    "the dictionaries and arrays it was given are left as they were",
    1,
    leaves_inputs_untouched,
    pays_alone=False,
)

update = Question(
    reference=update_with_momentum,
    cases=_update_cases,
    criteria=[
        Criterion(
            "velocity",
            "the new velocity is the exponentially weighted average of the gradients, in every layer",
            2,
            agrees(part=_new_velocity),
        ),
        Criterion(
            "step",
            "every parameter takes a step of learning_rate times your new velocity, downhill",
            2,
            all_of(each(_steps_along_its_velocity), _has_a_velocity),
        ),
        _untouched,
    ],
)


@update.mistake(
    "Your velocity adds the whole gradient; an average gives it the weight (1 - beta).",
    breaks=["velocity"],
)
def adds_the_whole_gradient(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "The two weights are swapped: the old velocity keeps beta, the gradient comes in with (1 - beta).",
    breaks=["velocity"],
)
def swaps_the_weights(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: (1 - beta) * velocity[name] + beta * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake("Your step goes uphill: subtract the velocity, do not add it.", breaks=["step"])
def climbs(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] + learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "Your step still follows the raw gradient; the velocity is computed but not used.",
    breaks=["step"],
)
def steps_along_the_gradient(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * gradients["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "Your step follows the velocity from before the update; take the new one.",
    breaks=["step"],
)
def steps_along_the_old_velocity(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "Beta is fixed at 0.9 inside your function; use the argument, which the caller may change.",
    breaks=["velocity"],
)
def ignores_beta(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: 0.9 * velocity[name] + 0.1 * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "The learning rate is inside your average; the velocity averages plain gradients, and the step scales them.",
    breaks=["velocity", "step", "untouched"],
)
def averages_scaled_gradients(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * learning_rate * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "Your velocity has the gradient's sign reversed; it averages the gradients, and the step subtracts it.",
    breaks=["velocity", "step", "untouched"],
)
def reverses_the_gradient(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] - (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] + learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@update.mistake(
    "Your function changes the caller's arrays or dicts; put new arrays (`W - ...`, not `W -= ...`) into new dicts.",
    breaks=["untouched"],
)
def works_in_place(parameters, gradients, velocity, learning_rate, beta=0.9):
    for name in parameters:
        velocity["d" + name] *= beta
        velocity["d" + name] += (1 - beta) * gradients["d" + name]
        parameters[name] -= learning_rate * velocity["d" + name]
    return parameters, velocity


@update.mistake(
    "The results come in the wrong order: return the parameters first, then the velocity.",
    breaks=["velocity", "step", "untouched"],
)
def returns_in_the_wrong_order(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * new_velocity["d" + name] for name in parameters}
    return new_velocity, new_parameters


@update.mistake(
    "The last layer is left out: `range(1, L)` ends at L - 1, and layers count from 1 to L.",
    breaks=["velocity", "step", "untouched"],
)
def leaves_out_the_last_layer(parameters, gradients, velocity, learning_rate, beta=0.9):
    L = len(parameters) // 2
    new_parameters, new_velocity = {}, {}
    for layer in range(1, L):
        for name in (f"W{layer}", f"b{layer}"):
            new_velocity["d" + name] = beta * velocity["d" + name] + (1 - beta) * gradients["d" + name]
            new_parameters[name] = parameters[name] - learning_rate * new_velocity["d" + name]
    return new_parameters, new_velocity


@update.mistake(
    "Your step divides the velocity by (1 - beta); momentum is used as it is, without correction.",
    breaks=["step"],
)
def corrects_by_one_minus_beta(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {
        name: parameters[name] - learning_rate * new_velocity["d" + name] / (1 - beta) for name in parameters
    }
    return new_parameters, new_velocity


@update.right_way
def update_by_layer(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_parameters, new_velocity = {}, {}
    for layer in range(1, len(parameters) // 2 + 1):
        new_velocity[f"dW{layer}"] = beta * velocity[f"dW{layer}"] + (1 - beta) * gradients[f"dW{layer}"]
        new_velocity[f"db{layer}"] = beta * velocity[f"db{layer}"] + (1 - beta) * gradients[f"db{layer}"]
        new_parameters[f"W{layer}"] = parameters[f"W{layer}"] - learning_rate * new_velocity[f"dW{layer}"]
        new_parameters[f"b{layer}"] = parameters[f"b{layer}"] - learning_rate * new_velocity[f"db{layer}"]
    return new_parameters, new_velocity


@update.right_way
def update_on_copies(parameters, gradients, velocity, learning_rate, beta=0.9):
    parameters = {name: array.copy() for name, array in parameters.items()}
    velocity = {name: array.copy() for name, array in velocity.items()}
    for name in parameters:
        velocity["d" + name] *= beta
        velocity["d" + name] += (1 - beta) * gradients["d" + name]
        parameters[name] -= learning_rate * velocity["d" + name]
    return parameters, velocity


@update.right_way
def update_by_difference(parameters, gradients, velocity, learning_rate, beta=0.9):
    velocity = {name: v + (1 - beta) * (gradients[name] - v) for name, v in velocity.items()}
    return {name: p - velocity["d" + name] * learning_rate for name, p in parameters.items()}, velocity


@update.right_way
def update_element_by_element(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_parameters, new_velocity = {}, {}
    for name, parameter in parameters.items():
        new_parameters[name], new_velocity["d" + name] = np.zeros(parameter.shape), np.zeros(parameter.shape)
        for index in np.ndindex(parameter.shape):
            v = beta * velocity["d" + name][index] + (1 - beta) * gradients["d" + name][index]
            new_velocity["d" + name][index] = v
            new_parameters[name][index] = parameter[index] - learning_rate * v
    return [new_parameters, new_velocity]


# --- update_with_nesterov --------------------------------------------------------------------------------------------


def _steps_along_the_lookahead(trial: Trial) -> bool:
    parameters, gradients, _, learning_rate = trial.case.args
    beta = trial.case.kwargs.get("beta", 0.9)
    _, new_velocity = trial.outcome.value
    lookahead = {name: beta * new_velocity[f"d{name}"] + (1 - beta) * gradients[f"d{name}"] for name in parameters}
    return takes(trial, {name: learning_rate * ahead for name, ahead in lookahead.items()})


nesterov = Question(
    reference=update_with_nesterov,
    cases=_update_cases,
    criteria=[
        Criterion(
            "velocity",
            "the new velocity is the exponentially weighted average of the gradients, as in momentum",
            1,
            agrees(part=_new_velocity),
        ),
        Criterion(
            "lookahead",
            "every parameter steps along the average of the new velocity and the gradient, one average ahead",
            2,
            all_of(each(_steps_along_the_lookahead), _has_a_velocity),
        ),
        _untouched,
    ],
)


@nesterov.mistake("This is plain momentum: the step must look one average ahead.", breaks=["lookahead"])
def plain_momentum(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    new_parameters = {name: parameters[name] - learning_rate * new_velocity["d" + name] for name in parameters}
    return new_parameters, new_velocity


@nesterov.mistake(
    "The step looks ahead, but the velocity that you return has taken the extra average too; return the one before.",
    breaks=["velocity", "lookahead", "untouched"],
)
def returns_the_lookahead(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    lookahead = {name: beta * new_velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    return {name: parameters[name] - learning_rate * lookahead["d" + name] for name in parameters}, lookahead


@nesterov.mistake(
    "Your step adds the gradient to the old velocity's share; look ahead from the new velocity.",
    breaks=["lookahead"],
)
def looks_ahead_from_the_old_velocity(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    lookahead = {name: beta * velocity[name] + gradients[name] for name in gradients}
    return {name: parameters[name] - learning_rate * lookahead["d" + name] for name in parameters}, new_velocity


@nesterov.mistake(
    "The gradient in your lookahead lacks its weight (1 - beta).",
    breaks=["lookahead"],
)
def adds_the_whole_gradient_ahead(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    lookahead = {name: beta * new_velocity[name] + gradients[name] for name in gradients}
    return {name: parameters[name] - learning_rate * lookahead["d" + name] for name in parameters}, new_velocity


@nesterov.mistake("Your step goes uphill: subtract the lookahead; do not add it.", breaks=["lookahead"])
def climbs_ahead(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    lookahead = {name: beta * new_velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    return {name: parameters[name] + learning_rate * lookahead["d" + name] for name in parameters}, new_velocity


@nesterov.mistake(
    "Your velocity adds the whole gradient; an average gives it the weight (1 - beta).",
    breaks=["velocity"],
)
def nesterov_adds_the_whole_gradient(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * velocity[name] + gradients[name] for name in gradients}
    lookahead = {name: beta * new_velocity[name] + (1 - beta) * gradients[name] for name in gradients}
    return {name: parameters[name] - learning_rate * lookahead["d" + name] for name in parameters}, new_velocity


@nesterov.mistake(
    "Your function changes the caller's arrays or dicts; put new arrays (`W - ...`, not `W -= ...`) into new dicts.",
    breaks=["untouched"],
)
def nesterov_in_place(parameters, gradients, velocity, learning_rate, beta=0.9):
    for name in parameters:
        velocity["d" + name] *= beta
        velocity["d" + name] += (1 - beta) * gradients["d" + name]
        parameters[name] -= learning_rate * (beta * velocity["d" + name] + (1 - beta) * gradients["d" + name])
    return parameters, velocity


@nesterov.right_way
def nesterov_by_momentum_twice(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity = {name: beta * v + (1 - beta) * gradients[name] for name, v in velocity.items()}
    new_parameters = {}
    for name, parameter in parameters.items():
        ahead = beta * new_velocity["d" + name] + (1 - beta) * gradients["d" + name]
        new_parameters[name] = parameter - learning_rate * ahead
    return new_parameters, new_velocity


@nesterov.right_way
def nesterov_multiplied_out(parameters, gradients, velocity, learning_rate, beta=0.9):
    new_velocity, new_parameters = {}, {}
    for name in parameters:
        v, g = velocity["d" + name], gradients["d" + name]
        new_velocity["d" + name] = beta * v + (1 - beta) * g
        new_parameters[name] = parameters[name] - learning_rate * (beta**2 * v + (1 - beta) * (1 + beta) * g)
    return new_parameters, new_velocity


QUESTIONS = (initial, update, nesterov)
