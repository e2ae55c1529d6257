"""Questions of the assignment `ewa`."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from grading.questions import Case, Criterion, Question, Trial, agree, agrees, each, labeled, refuses
from solutions.ewa import bias_corrected_ewa, effective_window, ewa, ewa_weights

_AVERAGED = ("series", "one value", "no memory")
_BAD_BETA = ("negative beta", "beta of 1", "beta above 1")


def _random_series(rng: np.random.Generator, length: int) -> np.ndarray:
    return rng.uniform(2.0, 30.0, size=length)


def _random_beta(rng: np.random.Generator) -> float:
    # Not near 0.5, where the two weights are equal and swapping them would not show.
    return float(rng.uniform(0.6, 0.9))


def _bad_betas(rng: np.random.Generator) -> list[Case]:
    theta = _random_series(rng, 6)
    betas = (-rng.uniform(0.1, 0.9), 1.0, rng.uniform(1.1, 1.9))
    return [Case(label, (theta, float(beta))) for label, beta in zip(_BAD_BETA, betas, strict=True)]


def _is_a_number(value: Any) -> bool:
    return isinstance(value, Real) or (isinstance(value, np.ndarray) and value.shape == ())


def _as_array(value: Any) -> Any:
    """Return a list of numbers as an array, because both are right answers."""
    if isinstance(value, list | tuple) and all(map(_is_a_number, value)):
        return np.array(value)
    return value


def _is_expected(trial: Trial) -> bool:
    return agree(_as_array(trial.outcome.value), trial.expected.value)


def _leaves_the_series(trial: Trial) -> bool:
    return agree(trial.outcome.args, trial.case.args)


def _observe(trial: Trial) -> Any:
    if trial.case.label in _BAD_BETA:
        return trial.outcome.error == "ValueError"
    return _as_array(trial.outcome.value), trial.outcome.error, trial.outcome.args


_refuses_bad_betas = Criterion(
    "refuses",
    "a beta outside [0, 1) raises a ValueError",
    1,
    refuses(on=_BAD_BETA),
    pays_alone=False,
)

# --- ewa -------------------------------------------------------------------------------------------------------------


_LATER = 4


def _with_another(values: np.ndarray, place: int) -> np.ndarray:
    changed = values.astype(float)
    changed[place] = 40.0
    return changed


def _average_cases(rng: np.random.Generator) -> list[Case]:
    whole_numbers, beta = rng.integers(2, 30, size=9), _random_beta(rng)
    return [
        Case("series", (_random_series(rng, 8), _random_beta(rng))),
        Case("series", (_random_series(rng, 40) * rng.choice([-1.0, 1.0], size=40), _random_beta(rng))),
        Case("one value", (_random_series(rng, 1), _random_beta(rng))),
        Case("no memory", (_random_series(rng, 5), 0.0)),
        Case("as integers", (whole_numbers, beta)),
        Case("as floats", (whole_numbers.astype(float), beta)),
        Case("first value changed", (_with_another(whole_numbers, 0), beta)),
        Case("later value changed", (_with_another(whole_numbers, _LATER), beta)),
        *_bad_betas(rng),
    ]


def _starts_from_zero(trial: Trial) -> bool:
    theta, beta = trial.case.args
    v = _as_array(trial.outcome.value)
    return v.shape == theta.shape and agree(v[0], (1 - beta) * theta[0])


def _carries_the_average_on(trial: Trial) -> bool:
    theta, beta = trial.case.args
    v = _as_array(trial.outcome.value)
    # What is added is compared, not the sum: averages of astronomical size would swallow the new values.
    return v.shape == theta.shape and agree(v[1:] - beta * v[:-1], (1 - beta) * theta[1:])


def _remembers_in_full(trials: Sequence[Trial]) -> bool:
    integers, floats, first, later = (
        _as_array(labeled(trials, label)[0].outcome.value)
        for label in ("as integers", "as floats", "first value changed", "later value changed")
    )
    n = len(labeled(trials, "as floats")[0].case.args[0])
    return (
        all(_are_floats(v, n) for v in (floats, first, later))
        and agree(integers, floats)
        and not np.any(floats == first)
        and agree(floats[:_LATER], later[:_LATER])
        and not np.any(floats[_LATER:] == later[_LATER:])
    )


def _are_floats(v: Any, n: int) -> bool:
    return isinstance(v, np.ndarray) and v.shape == (n,) and v.dtype.kind == "f" and bool(np.all(np.isfinite(v)))


average = Question(
    reference=ewa,
    cases=_average_cases,
    criteria=[
        Criterion(
            "first",
            "there is one average for each value, and v_1 starts from v_0 = 0",
            1,
            each(_starts_from_zero, on=_AVERAGED),
        ),
        Criterion(
            "recursion",
            "each later average is beta of your average before it and (1 - beta) of the new value",
            2,
            each(_carries_the_average_on, on=_AVERAGED),
        ),
        Criterion(
            "memory",
            "every earlier value contributes to each average, and integers give the same averages as floats",
            1,
            _remembers_in_full,
        ),
        Criterion(
            "untouched",
            "the series is left as it was",
            1,
            each(_leaves_the_series, on=(*_AVERAGED, "as integers", "as floats")),
            pays_alone=False,
        ),
        _refuses_bad_betas,
    ],
    observe=_observe,
)


@average.mistake("Your average starts from the first value; here it starts from v_0 = 0.", breaks=["first"])
def starts_at_the_first_value(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages = np.zeros(len(theta))
    averages[0] = theta[0]
    for t in range(1, len(theta)):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t]
    return averages


@average.mistake(
    "The two weights are swapped: the old average keeps beta, the new value comes in with (1 - beta).",
    breaks=["first", "recursion"],
)
def swaps_the_weights_of_the_average(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = (1 - beta) * v + beta * theta[t]
        averages[t] = v
    return averages


@average.mistake(
    "Each new value comes in whole, so your average grows too large; give it the weight (1 - beta).",
    breaks=["first", "recursion"],
)
def adds_whole_values(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + theta[t]
        averages[t] = v
    return averages


@average.mistake(
    "You mix each value with yesterday's value; the recursion needs yesterday's average.",
    breaks=["recursion", "memory"],
)
def mixes_with_the_last_value(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages = np.zeros(len(theta))
    averages[0] = (1 - beta) * theta[0]
    for t in range(1, len(theta)):
        averages[t] = beta * theta[t - 1] + (1 - beta) * theta[t]
    return averages


@average.mistake(
    "The average is not carried over: each pass of your loop starts from zero again.",
    breaks=["recursion", "memory"],
)
def forgets_the_past(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        averages[t] = beta * v + (1 - beta) * theta[t]
    return averages


@average.mistake(
    "Your result begins with v_0; return v_1 to v_n, one average for each value.",
    breaks=["first", "recursion", "memory", "untouched", "refuses"],
)
def returns_the_start_too(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages = np.zeros(len(theta) + 1)
    for t in range(1, len(theta) + 1):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t - 1]
    return averages


@average.mistake(
    "Only the last average is returned; keep each one and return them all.",
    breaks=["first", "recursion", "memory", "untouched", "refuses"],
)
def returns_the_last_average(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    v = 0.0
    for value in theta:
        v = beta * v + (1 - beta) * value
    return v


@average.mistake(
    "You correct the bias already; this function gives the plain averages.",
    breaks=["first", "recursion"],
)
def corrects_the_bias_already(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta ** (t + 1))
    return averages


@average.mistake(
    "Given integers, `zeros_like` makes an array of integers, which truncates your averages; ask for floats.",
    breaks=["memory"],
)
def cuts_off_to_integers(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros_like(theta), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages


@average.mistake(
    "You overwrite the caller's series with the averages; put them into a new array of floats.",
    breaks=["memory", "untouched"],
)
def averages_in_place(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    theta[0] = (1 - beta) * theta[0]
    for t in range(1, len(theta)):
        theta[t] = beta * theta[t - 1] + (1 - beta) * theta[t]
    return theta


@average.mistake("You accept any beta; raise a ValueError if it is outside [0, 1).", breaks=["refuses"])
def accepts_any_beta(theta, beta):
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages


@average.mistake(
    "You accept a beta of exactly 1, with which the average would never change; refuse it too.",
    breaks=["refuses"],
)
def accepts_a_beta_of_one(theta, beta):
    if beta < 0 or beta > 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages


@average.right_way
def average_into_a_list(theta, beta):
    if beta < 0 or beta >= 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    averages, v = [], 0
    for value in theta:
        v = beta * v + (1 - beta) * value
        averages.append(v)
    return averages


@average.right_way
def average_by_difference(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    averages = np.zeros(len(theta) + 1)
    for t, value in enumerate(theta, start=1):
        averages[t] = averages[t - 1] + (1 - beta) * (value - averages[t - 1])
    return averages[1:]


@average.right_way
def average_by_weights(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    days = np.arange(len(theta))
    age = days[:, np.newaxis] - days
    weights = np.where(age >= 0, (1 - beta) * beta ** np.maximum(age, 0), 0)
    return weights @ theta


# --- bias_corrected_ewa ----------------------------------------------------------------------------------------------


def _corrected_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("series", (_random_series(rng, 8), _random_beta(rng))),
        Case("series", (_random_series(rng, 30) * rng.choice([-1.0, 1.0], size=30), _random_beta(rng))),
        Case("one value", (_random_series(rng, 1), _random_beta(rng))),
        Case("no memory", (_random_series(rng, 5), 0.0)),
        Case("constant", (np.full(7, rng.uniform(2.0, 30.0)), _random_beta(rng))),
        *(Case("long", (_random_series(rng, 300), _random_beta(rng))) for _ in range(2)),
        *_bad_betas(rng),
    ]


def _is_right_in_the_end(trial: Trial) -> bool:
    averages, expected = _as_array(trial.outcome.value), trial.expected.value
    return averages.shape == expected.shape and agree(averages[-20:], expected[-20:])


def _is_the_series(trial: Trial) -> bool:
    return agree(_as_array(trial.outcome.value), trial.case.args[0])


def _lies_among_the_values(trial: Trial) -> bool:
    theta, averages = trial.case.args[0], _as_array(trial.outcome.value)
    least, greatest = np.minimum.accumulate(theta), np.maximum.accumulate(theta)
    return (
        averages.shape == theta.shape
        and agree(averages[0], theta[0])
        and bool(np.all((least < averages) & (averages < greatest), where=np.arange(len(theta)) > 0))
    )


def _averages_a_constant_to_itself(trials: Sequence[Trial]) -> bool:
    # The series as it is keeps a constant, too, as its first value does everywhere, but neither averages anything.
    keeps = each(_is_the_series, on=["constant"])
    averages = each(_lies_among_the_values, on=["series"])
    return keeps(trials) and averages(trials)


corrected = Question(
    reference=bias_corrected_ewa,
    cases=_corrected_cases,
    criteria=[
        Criterion(
            "corrected",
            "each average v_t, started from v_0 = 0, is divided by 1 - beta^t, with t counted from 1",
            2,
            each(_is_expected, on=_AVERAGED),
        ),
        Criterion(
            "constant",
            "a constant series has that constant as its average, from the first day on",
            1,
            _averages_a_constant_to_itself,
        ),
        Criterion(
            "late",
            "after many days the correction has faded, and the averages are the plain ones",
            1,
            each(_is_right_in_the_end, on=["long"]),
        ),
        Criterion(
            "untouched",
            "the series is left as it was",
            1,
            each(_leaves_the_series, on=(*_AVERAGED, "constant", "long")),
            pays_alone=False,
        ),
        _refuses_bad_betas,
    ],
    observe=_observe,
)


@corrected.mistake(
    "This is the plain average; it still has to be divided by 1 - beta^t.",
    breaks=["corrected", "constant"],
)
def does_not_correct(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages


@corrected.mistake(
    "Your t begins at 0, where 1 - beta^t is 0; the first value has t = 1.",
    breaks=["corrected", "constant"],
)
def counts_from_zero(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta**t)
    return averages


@corrected.mistake(
    "You divide by 1 - beta every day; the correction 1 - beta^t fades with time.",
    breaks=["corrected", "constant", "late", "untouched", "refuses"],
)
def forgets_the_power(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta)
    return averages


@corrected.mistake(
    "The t in 1 - beta^t is an exponent; you multiply beta by it.",
    breaks=["corrected", "constant", "late", "untouched", "refuses"],
)
def multiplies_beta_by_t(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta * (t + 1))
    return averages


@corrected.mistake(
    "You multiply by 1 - beta^t, which makes early averages smaller still; divide by it.",
    breaks=["corrected", "constant"],
)
def multiplies_by_the_correction(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v * (1 - beta ** (t + 1))
    return averages


@corrected.mistake(
    "You correct all averages with the last day's t; each needs its own.",
    breaks=["corrected", "constant"],
)
def corrects_all_by_the_last_day(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v
    return averages / (1 - beta ** len(theta))


@corrected.mistake(
    "You carry the corrected average over to the next day; carry over the plain one, and correct what you return.",
    breaks=["corrected", "constant"],
)
def carries_the_corrected_average_on(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        v = v / (1 - beta ** (t + 1))
        averages[t] = v
    return averages


@corrected.mistake(
    "You start from the first value instead of correcting, which gives that value too much weight for a long time.",
    breaks=["corrected"],
)
def starts_high_in_place_of_correcting(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages = np.zeros(len(theta))
    averages[0] = theta[0]
    for t in range(1, len(theta)):
        averages[t] = beta * averages[t - 1] + (1 - beta) * theta[t]
    return averages


@corrected.mistake(
    "You start from the first value and correct as well; the correction belongs to a start from v_0 = 0.",
    breaks=["corrected", "constant"],
)
def starts_high_and_corrects(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), theta[0]
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta ** (t + 1))
    return averages


@corrected.mistake(
    "Your average gives every past value the same weight; take the exponentially weighted one, then correct it.",
    breaks=["corrected", "late"],
)
def averages_plainly(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    return np.cumsum(theta) / np.arange(1, len(theta) + 1)


@corrected.mistake(
    "You overwrite the caller's series with the averages; put them into a new array.",
    breaks=["untouched"],
)
def corrects_in_place(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    v = 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        theta[t] = v / (1 - beta ** (t + 1))
    return theta


@corrected.mistake("You accept any beta; raise a ValueError if it is outside [0, 1).", breaks=["refuses"])
def corrects_with_any_beta(theta, beta):
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta ** (t + 1))
    return averages


@corrected.mistake(
    "You accept a beta of exactly 1, where 1 - beta^t is 0 every day; refuse it too.",
    breaks=["refuses"],
)
def corrects_with_a_beta_of_one(theta, beta):
    if beta < 0 or beta > 1:
        raise ValueError("beta must be in [0, 1)")
    averages, v = np.zeros(len(theta)), 0.0
    for t in range(len(theta)):
        v = beta * v + (1 - beta) * theta[t]
        averages[t] = v / (1 - beta ** (t + 1))
    return averages


@corrected.right_way
def correct_at_the_end(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    averages = []
    for value in theta:
        averages.append(beta * (averages[-1] if averages else 0) + (1 - beta) * value)
    days = np.arange(1, len(theta) + 1)
    return np.array(averages) / (1 - beta**days)


@corrected.right_way
def correct_day_by_day(theta, beta):
    if beta < 0 or beta >= 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    corrected, v, power = [], 0.0, 1.0
    for value in theta:
        v = beta * v + (1 - beta) * value
        power *= beta
        corrected.append(v / (1 - power))
    return corrected


@corrected.right_way
def correct_by_summing_the_weights(theta, beta):
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    averages = np.empty(len(theta))
    for t in range(1, len(theta) + 1):
        weights = beta ** np.arange(t)
        averages[t - 1] = np.average(theta[:t], weights=weights[::-1])
    return averages


# --- ewa_weights -----------------------------------------------------------------------------------------------------


def _weights_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case("one", (1, _random_beta(rng))),
        Case("few", (int(rng.integers(3, 6)), _random_beta(rng))),
        Case("more", (int(rng.integers(8, 13)), _random_beta(rng))),
        Case("no memory", (int(rng.integers(3, 6)), 0.0)),
    ]


def _fade(trial: Trial) -> bool:
    t, beta = trial.case.args
    weights = _as_array(trial.outcome.value)
    # The quotients, because tiny weights differ by next to nothing.
    return weights.shape == (t,) and agree(weights[1:] / weights[:-1], np.full(t - 1, beta)) and weights[0] > 0


def _sum_up(trial: Trial) -> bool:
    t, beta = trial.case.args
    weights = _as_array(trial.outcome.value)
    return weights.shape == (t,) and agree(np.sum(weights), 1 - beta**t)


weights = Question(
    reference=ewa_weights,
    cases=_weights_cases,
    criteria=[
        Criterion(
            "fade",
            "there are t weights, the newest first, and each is beta times the one before it",
            2,
            each(_fade, on=["one", "few", "more"]),
        ),
        Criterion("sum", "the t weights sum to 1 - beta^t", 1, each(_sum_up)),
    ],
    observe=_observe,
)


@weights.mistake("Your weights run from the oldest to the newest; the newest comes first.", breaks=["fade"])
def oldest_first(t, beta):
    return (1 - beta) * beta ** np.arange(t)[::-1]


@weights.mistake("Each weight still lacks the factor (1 - beta), so their sum is too large.", breaks=["sum"])
def lacks_the_factor(t, beta):
    return beta ** np.arange(t)


@weights.mistake(
    "You make the weights sum to 1; those of the plain average sum to 1 - beta^t, because v_0 = 0 has the rest.",
    breaks=["sum"],
)
def sums_to_one(t, beta):
    powers = beta ** np.arange(t)
    return powers / np.sum(powers)


@weights.mistake("Your powers begin at 1; the newest value is 0 days old.", breaks=["sum"])
def begins_at_the_first_power(t, beta):
    return (1 - beta) * beta ** np.arange(1, t + 1)


@weights.mistake(
    "There is one weight too many: t values have the ages 0 to t - 1.",
    breaks=["fade", "sum"],
)
def gives_one_weight_too_many(t, beta):
    return (1 - beta) * beta ** np.arange(t + 1)


@weights.mistake(
    "The roles of beta and 1 - beta are swapped: the power of beta fades with age.",
    breaks=["fade", "sum"],
)
def swaps_beta_in_the_weights(t, beta):
    return beta * (1 - beta) ** np.arange(t)


@weights.mistake(
    "Your weights fall by the same amount each day; they fall by the same factor, beta.",
    breaks=["fade", "sum"],
)
def falls_in_a_line(t, beta):
    return (1 - beta) * (1 - np.arange(t) / t)


@weights.mistake(
    "The age multiplies beta in your weights; it is beta's exponent.",
    breaks=["fade", "sum"],
)
def multiplies_beta_by_the_age(t, beta):
    return (1 - beta) * beta * np.arange(t)


@weights.right_way
def weights_one_by_one(t, beta):
    weights = []
    for k in range(t):
        weights.append((1 - beta) * beta**k)
    return weights


@weights.right_way
def weights_by_repeated_fading(t, beta):
    weights = np.zeros(t)
    weights[0] = 1 - beta
    for k in range(1, t):
        weights[k] = beta * weights[k - 1]
    return weights


@weights.right_way
def weights_by_differences(t, beta):
    powers = np.power(float(beta), np.arange(t + 1))
    return powers[:-1] - powers[1:]


# --- effective_window ------------------------------------------------------------------------------------------------


def _window_cases(rng: np.random.Generator) -> list[Case]:
    return [
        *(Case("usual", (beta,)) for beta in (0.5, 0.9, 0.98)),
        # Windows that are not whole numbers.
        *(Case("any", (1 - 1 / (days + float(rng.uniform(0.2, 0.8))),)) for days in (3, 12, 200)),
        Case("no memory", (0.0,)),
    ]


window = Question(
    reference=effective_window,
    cases=_window_cases,
    criteria=[
        Criterion("usual", "beta of 0.5, 0.9 and 0.98 averages about 2, 10 and 50 values", 1, agrees(on=["usual"])),
        Criterion(
            "any", "every other beta has its window too, a whole number or not", 1, agrees(on=["any", "no memory"])
        ),
    ],
)


@window.mistake("You round the window; return it as it is.", breaks=["any"])
def rounds_the_window(beta):
    return round(1 / (1 - beta))


@window.mistake("Your window is upside down: it must grow as beta approaches 1.", breaks=["usual", "any"])
def turns_the_window_upside_down(beta):
    return 1 - beta


@window.mistake(
    "Dividing by beta gives a window of about 1 for every long memory; what counts is the distance from beta to 1.",
    breaks=["usual", "any"],
)
def divides_by_beta(beta):
    return 1 / beta


@window.mistake(
    "You return beta / (1 - beta), which is one value short: today's counts too.",
    breaks=["usual", "any"],
)
def is_one_value_short(beta):
    return beta / (1 - beta)


@window.mistake(
    "You solve beta^t = 1/e exactly; the rule of thumb replaces the logarithm with the distance from beta to 1.",
    breaks=["usual", "any"],
)
def solves_with_a_logarithm(beta):
    return -1 / np.log(beta)


@window.mistake(
    "This is the span of another convention; the rule of thumb is 1 over the new value's weight.",
    breaks=["usual", "any"],
)
def gives_the_span(beta):
    return (1 + beta) / (1 - beta)


@window.right_way
def window_by_power(beta):
    return (1 - beta) ** -1


@window.right_way
def window_by_numpy(beta):
    return np.divide(1.0, np.subtract(1.0, beta))


@window.right_way
def window_as_a_sum(beta):
    return 1 + beta / (1 - beta)


QUESTIONS = (average, corrected, weights, window)
