"""No criterion is met by an empty or missing answer, by what was handed in, or by an answer that is always the same."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from grading.assignments import COURSE, all_questions, questions_of
from grading.marking import calling
from grading.marking.calling import Case, Function, call
from grading.marking.criteria import (
    Criterion,
    PaysForNothing,
    Question,
    Trial,
    UnknownLabel,
    agrees,
    all_of,
    each,
    labeled,
    leaves_inputs_untouched,
    refuses,
)
from grading.marking.judging import criteria_met, judge, run_trials
from grading.sandbox.inside.wire import Opaque

QUESTIONS = all_questions()
OF_THE_COURSE = {question.name for assignment in COURSE for question in questions_of(assignment)}
SEED = 3


class Liar:
    """Claims to be equal to everything and to have a length and numbers."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return True

    def __len__(self) -> int:
        return 2

    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        return np.zeros((2, 2))


VALUES = {
    "None": None,
    "an empty list": [],
    "an empty dictionary": {},
    "an empty tuple": (),
    "an empty array": np.array([]),
    "0": 0,
    "0.0": 0.0,
    "NaN": np.nan,
    "infinity": np.inf,
    "no text": "",
    "a dictionary short": ({},),
    "two dictionaries": ({}, {}),
    "three dictionaries": ({}, {}, {}),
    "two of nothing": (None, None),
    "three of nothing": (None, None, None),
    "a pair of lists": [([], [])],
    "a pair of empty matrices": [(np.empty((0, 0)), np.empty((0, 0)))],
    "an object": Opaque("object"),
    "two objects": (Opaque("object"), Opaque("object")),
    "three objects": (Opaque("object"), Opaque("object"), Opaque("object")),
    "a liar": Liar(),
    "two liars": (Liar(), Liar()),
    "three liars": (Liar(), Liar(), Liar()),
}


def _always(value: Any) -> Function:
    return lambda *args, **kwargs: value


def _raising(error: BaseException) -> Function:
    def answer(*args: object, **kwargs: object) -> None:
        raise error

    return answer


def _taking(take: Callable[[tuple], Any]) -> Function:
    return lambda *args, **kwargs: take((*args, *kwargs.values()))


FUNCTIONS: dict[str, Function] = {
    "all its inputs": _taking(lambda given: given),
    "its first two inputs": _taking(lambda given: given[:2]),
    "its first and third input": _taking(lambda given: (given[0], given[2])),
    "its first, third and fourth input": _taking(lambda given: (given[0], *given[2:4])),
    "a list of its first two inputs": _taking(lambda given: [given[:2]]),
    **{f"input {number}": _taking(lambda given, number=number: given[number]) for number in range(6)},
    "ValueError": _raising(ValueError()),
    "NotImplementedError": _raising(NotImplementedError()),
    "a generator without items": lambda *args, **kwargs: iter(()),
    "a generator without end": lambda *args, **kwargs: itertools.count(),
    "pairs without end": lambda *args, **kwargs: itertools.repeat(({}, {})),
}


def _filled(value: Any, fill: float) -> Any:
    match value:
        case dict():
            return {name: _filled(item, fill) for name, item in value.items()}
        case list() | tuple():
            return [_filled(item, fill) for item in value]
        case np.ndarray():
            return np.full(value.shape, fill)
        case _:
            return fill


def _without_last(value: Any) -> Any:
    match value:
        case dict():
            return dict(list(value.items())[:-1])
        case list() | tuple():
            return value[:-1]
        case np.ndarray() if value.ndim:
            return value[:-1]


def _with(place: int, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Change one entry of a value; a value without entries is changed itself."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            name = list(value)[place]
            return value | {name: change(value[name])}
        if isinstance(value, list | tuple):
            items = list(value)
            items[place] = change(items[place])
            return items
        return change(value)

    return changed


def _emptied(value: Any) -> Any:
    return type(value)() if isinstance(value, dict | list | tuple) else None


# What is made of the right answer, on every case. Invalid arguments are refused as they should be.
FROM_THE_ANSWER: dict[str, Callable[[Any], Any]] = {
    "zeros of the right shapes": lambda value: _filled(value, 0.0),
    "ones of the right shapes": lambda value: _filled(value, 1.0),
    "NaN of the right shapes": lambda value: _filled(value, np.nan),
    "infinity of the right shapes": lambda value: _filled(value, np.inf),
    "next to nothing of the right shapes": lambda value: _filled(value, 1e-300),
    "an empty answer": _emptied,
    "the answer without its last entry": _without_last,
    "the answer, its first entry without the last": _with(0, _without_last),
    "the answer, its last entry without the last": _with(-1, _without_last),
    "the answer, its first entry emptied": _with(0, _emptied),
    "the answer, its last entry emptied": _with(-1, _emptied),
}

# What has something right in it: the criteria of the names and of the values of an initial state, and of parts.
_NAMES = (1, "the names are right")
_FILLED = {
    "ones of the right shapes": _NAMES,
    "NaN of the right shapes": _NAMES,
    "infinity of the right shapes": _NAMES,
}
_ZEROS = {
    "zeros of the right shapes": (2, "this is the right answer"),
    "next to nothing of the right shapes": (2, "as right as zeros, as far as floating point can tell"),
}
_ONE_SHAPE_WRONG = {
    "the answer, its first entry without the last": _NAMES,
    "the answer, its last entry without the last": _NAMES,
}


def _cut(first: tuple[int, str], last: tuple[int, str] | None = None) -> dict[str, tuple[int, str]]:
    """Tell what the answer is worth with its first and last entry cut."""
    cut = {f"the answer, its first entry {how}": first for how in ("without the last", "emptied")}
    return cut | (
        {f"the answer, its last entry {how}": last for how in ("without the last", "emptied")} if last else {}
    )


_FROM_RNG = (3, "the pairs that are left are in an order that comes from rng, and bad sizes are refused")
_STEP_RIGHT = "the parameters have taken the right step, which shows the divisor"
EARNED: dict[str, dict[str, tuple[int, str]]] = {
    "initialize_velocity": _FILLED | _ZEROS | _ONE_SHAPE_WRONG,
    "initialize_squares": _FILLED | _ZEROS | _ONE_SHAPE_WRONG,
    "initialize_adam": _FILLED | _ZEROS,
    "random_mini_batches": _cut(_FROM_RNG, _FROM_RNG)
    | {"the answer without its last entry": (5, "one mini-batch is missing, the others are right")},
    "update_with_momentum": _cut((3, "the velocity is right")),
    "update_with_nesterov": _cut((2, "the velocity is right")),
    "update_with_rmsprop": _cut((3, "the squares are right"), (3, _STEP_RIGHT))
    | {"the answer without its last entry": (3, _STEP_RIGHT)},
    "update_with_adam": _cut((3, "the averages are right"), (6, "the velocity and the step are right"))
    | {"the answer without its last entry": (5, "the velocity and the corrections of the step are right")},
}


@pytest.fixture(autouse=True)
def _short_iterators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MAX_ITERATOR_ITEMS", 50)


def _points(question: Question, trials: list[Trial], answer: Function) -> int:
    answered = [Trial(trial.case, call(answer, trial.case), trial.expected) for trial in trials]
    return sum(criterion.points for criterion in criteria_met(question, answered))


def _made_from_the_answer(question: Question, change: Callable[[Any], Any]) -> Function:
    return lambda *args, **kwargs: change(question.reference(*args, **kwargs))


def _answers(question: Question, trials: list[Trial]) -> Iterator[tuple[str, Function]]:
    yield from ((name, _always(value)) for name, value in VALUES.items())
    yield from FUNCTIONS.items()
    yield from ((name, _made_from_the_answer(question, change)) for name, change in FROM_THE_ANSWER.items())
    for number, trial in enumerate(trials):
        # A question may have one case of a kind: nobody can guess the right answer to it.
        if question.name in OF_THE_COURSE and trial.expected.error is None:
            yield f"the answer to case {number} for every case", _always(trial.expected.value)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_trivial_answer_earns_nothing(name: str) -> None:
    question = QUESTIONS[name]
    trials = run_trials(question, question.reference, SEED)
    earned = {kind: _points(question, trials, answer) for kind, answer in _answers(question, trials)}
    allowed = {kind: points for kind, (points, _) in EARNED.get(name, {}).items()}
    assert {kind: points for kind, points in earned.items() if points} == allowed, "EARNED says which of them are right"


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.name)
def test_no_answer_meets_no_criterion_that_pays_alone(question: Question) -> None:
    trials = run_trials(question, _always(None), SEED)
    assert not any(criterion.is_met(trials) for criterion in question.criteria if criterion.pays_alone)


def _ones(parameters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"d{name}": np.ones(array.shape) for name, array in parameters.items()}


def _momentum_of_ones(parameters, gradients, velocity, learning_rate, beta=0.9):
    return {name: array - learning_rate for name, array in parameters.items()}, _ones(parameters)


def _momentum_of(number: Callable[[float], float]) -> Function:
    """Step along a velocity whose numbers have nothing to do with the gradients; `number` knows beta."""

    def answer(parameters, gradients, velocity, learning_rate, beta=0.9):
        with np.errstate(all="ignore"):
            v = {name: number(beta) * np.ones(array.shape) for name, array in velocity.items()}
            return {name: array - learning_rate * v["d" + name] for name, array in parameters.items()}, v

    return answer


_numbers, _chance = itertools.count(1), np.random.default_rng(1)
_momentum_of_chance = _momentum_of(lambda beta: _chance.normal())
_momentum_of_the_call = _momentum_of(lambda beta: next(_numbers))
_momentum_of_beta = _momentum_of(lambda beta: beta + 1)
_momentum_without_end = _momentum_of(lambda beta: np.inf)


def _momentum_of_nan(parameters, gradients, velocity, learning_rate, beta=0.9):
    new, v = _momentum_of_ones(parameters, gradients, velocity, learning_rate)
    for name in list(new)[1:]:
        new[name], v["d" + name] = new[name] * np.nan, v["d" + name] * np.nan
    return new, v


def _momentum_of_the_parameters(parameters, gradients, velocity, learning_rate, beta=0.9):
    state = {f"d{name}": array for name, array in parameters.items()}
    return {name: array - learning_rate * array for name, array in parameters.items()}, state


def _nesterov_of_ones(parameters, gradients, velocity, learning_rate, beta=0.9):
    new = {n: array - learning_rate * (beta + (1 - beta) * gradients["d" + n]) for n, array in parameters.items()}
    return new, _ones(parameters)


def _rmsprop_of_ones(parameters, gradients, squares, learning_rate, beta2=0.999, epsilon=1e-8):
    new = {name: array - learning_rate * gradients["d" + name] / (1 + epsilon) for name, array in parameters.items()}
    return new, _ones(parameters)


def _adam_of_ones(parameters, gradients, velocity, squares, t, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    step = learning_rate / (1 - beta1**t) / (np.sqrt(1 / (1 - beta2**t)) + epsilon)
    new = {name: array - step * (gradients["d" + name] != 0) for name, array in parameters.items()}
    return new, _ones(parameters), _ones(parameters)


def _backwards(X, Y, batch_size, rng):
    X, Y = X[:, ::-1], Y[:, ::-1]
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, X.shape[1], batch_size)]


# Written by somebody who has read the criteria, with less than what they ask for: (question, function, points).
CUNNING = {
    "a velocity of ones, with a step along it": ("update_with_momentum", _momentum_of_ones, 0),
    "a velocity of the parameters, with a step along it": ("update_with_momentum", _momentum_of_the_parameters, 0),
    "the old velocity, with a step along it": (
        "update_with_momentum",
        lambda p, g, v, learning_rate, beta=0.9: ({n: p[n] - learning_rate * v["d" + n] for n in p}, v),
        0,
    ),
    "a velocity of chance, with a step along it": ("update_with_momentum", _momentum_of_chance, 0),
    "a velocity without end, with a step along it": ("update_with_momentum", _momentum_without_end, 0),
    "a velocity of the number of the call": ("update_with_momentum", _momentum_of_the_call, 0),
    "a velocity of beta, with a step along it": ("update_with_momentum", _momentum_of_beta, 0),
    "a velocity that is hardly a number": ("update_with_momentum", _momentum_of_nan, 0),
    "a velocity of ones, with a lookahead from it": ("update_with_nesterov", _nesterov_of_ones, 0),
    "squares of ones, with a step by their root": ("update_with_rmsprop", _rmsprop_of_ones, 0),
    "averages of ones, with a step by them": ("update_with_adam", _adam_of_ones, 0),
    "one number of a matrix, wider than it": (
        "update_with_momentum",
        lambda p, g, v, learning_rate, beta=0.9: ({n: a[:1, :1] for n, a in p.items()}, v),
        0,
    ),
    "names without arrays": ("initialize_velocity", lambda parameters: ["d" + name for name in parameters], 0),
    "names that stand for nothing": ("initialize_squares", lambda p: dict.fromkeys(["d" + name for name in p]), 0),
    "averages of astronomical size": (
        "ewa",
        lambda theta, beta: theta[0] * 1e300 * beta ** np.arange(len(theta)),
        0,
    ),
    "the first value again and again": ("ewa", lambda theta, beta: np.full(len(theta), float(theta[0])), 0),
    "the sum of all values": ("ewa", lambda theta, beta: np.full(len(theta), float(np.sum(theta))), 0),
    "each value and the first": ("ewa", lambda theta, beta: theta + theta[0] + 0.0, 0),
    "the first value as every average": ("bias_corrected_ewa", lambda theta, beta: np.full(len(theta), theta[0]), 0),
    "the mean as every average": ("bias_corrected_ewa", lambda theta, beta: np.full(len(theta), np.mean(theta)), 0),
    "weights next to zero": ("ewa_weights", lambda t, beta: np.full(t, 1e-12), 0),
    "one random number": ("random_mini_batches", lambda X, Y, batch_size, rng: rng.random(), 0),
    "two random numbers as a pair": (
        "random_mini_batches",
        lambda X, Y, batch_size, rng: [(rng.random((len(X), 1)), rng.random((len(Y), 1)))],
        0,
    ),
    "one random example": (
        "random_mini_batches",
        lambda X, Y, batch_size, rng: [(X[:, [k := rng.integers(X.shape[1])]], Y[:, [k]])],
        0,
    ),
    "two examples that are not neighbors": (
        "random_mini_batches",
        lambda X, Y, batch_size, rng: [(X[:, [5, 2]], Y[:, [5, 2]])],
        0,
    ),
    # Divided up as asked, but not shuffled: as if the order had been left as it was.
    "the order backwards": ("random_mini_batches", _backwards, 4),
    "m, whatever the memory": ("choose_batch_size", lambda m, bytes_per_example, memory_bytes: m, 0),
    "the epoch": ("manual_schedule", lambda alpha0, epoch, milestones: epoch, 0),
    "the epoch and the number of milestones": ("manual_schedule", lambda a, epoch, stones: epoch * len(stones), 0),
    "NaN for a rate": ("exponential_decay", lambda alpha0, epoch, base=0.95: float("nan"), 0),
}


@pytest.mark.parametrize(("name", "answer", "points"), CUNNING.values(), ids=CUNNING)
def test_less_than_what_is_asked_earns_nothing_more(name: str, answer: Function, points: int) -> None:
    assert judge(QUESTIONS[name], answer, SEED).points == points


# Wrong in one thing alone, so the others keep their points: (question, function, points).
HONEST = {
    "plain gradient descent": (
        "update_with_momentum",
        lambda p, g, v, learning_rate, beta=0.9: ({n: p[n] - learning_rate * g["d" + n] for n in p}, dict(g)),
        3,
    ),
    "a velocity without the old one": (
        "update_with_momentum",
        lambda p, g, v, learning_rate, beta=0.9: (
            {n: p[n] - learning_rate * (1 - beta) * g["d" + n] for n in p},
            {n: (1 - beta) * a for n, a in g.items()},
        ),
        3,
    ),
    "squares without the old ones": (
        "update_with_rmsprop",
        lambda p, g, s, learning_rate, beta2=0.999, epsilon=1e-8: (
            {n: p[n] - learning_rate * g["d" + n] / (np.abs(g["d" + n]) + epsilon) for n in p},
            {n: a**2 for n, a in g.items()},
        ),
        5,
    ),
    "a wrong first average": (
        "ewa",
        lambda theta, beta: np.array([*itertools.accumulate(theta + 0.0, lambda v, x: beta * v + (1 - beta) * x)]),
        4,
    ),
}


@pytest.mark.parametrize(("name", "answer", "points"), HONEST.values(), ids=HONEST)
def test_one_mistake_costs_no_other_points(name: str, answer: Function, points: int) -> None:
    assert judge(QUESTIONS[name], answer, SEED).points == points


class TestAQuestionThatPaysForNothingIsRefused:
    """When it is made, before anybody is marked by it."""

    def _question(self, condition: Callable, pays_alone: bool = True, cases: int = 2) -> Question:
        return Question(
            reference=abs,
            cases=lambda rng: [Case("number", (float(rng.normal()),)) for _ in range(cases)],
            criteria=[Criterion("asked", "something is asked", 1, condition, pays_alone)],
        )

    @pytest.mark.parametrize(
        "condition",
        [
            agrees(on=["numbr"]),
            each(bool, on=["number", "numbr"]),
            refuses(on=["numbr"]),
            all_of(agrees(), refuses(on=["numbr"])),
            lambda trials: bool(labeled(trials, "numbr")),
        ],
    )
    def test_by_a_label_that_no_case_bears(self, condition: Callable) -> None:
        with pytest.raises(UnknownLabel, match="no case has the label 'numbr'; there are 'number'"):
            self._question(condition)

    @pytest.mark.parametrize("condition", [agrees(), refuses(on=["number"]), leaves_inputs_untouched])
    def test_by_drawing_no_cases(self, condition: Callable) -> None:
        with pytest.raises(UnknownLabel):
            self._question(condition, pays_alone=False, cases=0)

    @pytest.mark.parametrize("condition", [leaves_inputs_untouched, lambda trials: True])
    def test_by_a_criterion_that_nothing_meets(self, condition: Callable) -> None:
        with pytest.raises(PaysForNothing, match="returns None meets 'asked', which must not pay alone"):
            self._question(condition)
        assert self._question(condition, pays_alone=False)

    @pytest.mark.parametrize("points", [0, -1, 0.5, True, "1"])
    def test_by_points_that_are_not_whole_and_positive(self, points: object) -> None:
        with pytest.raises(ValueError, match="points of 'asked' must be a whole number of at least 1, got"):
            Criterion("asked", "something is asked", points, agrees())  # type: ignore[arg-type]  # what is refused


def test_a_condition_that_fails_over_an_odd_value_is_not_met() -> None:
    trials = run_trials(QUESTIONS["ewa"], _always(Opaque("object")), SEED)
    assert not Criterion("asked", "", 1, lambda trials: trials[0].outcome.value > 0).is_met(trials)
