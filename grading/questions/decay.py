"""Questions of the assignment `decay`."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from grading.questions import Case, Criterion, Question, Trial, agree, agrees, labeled, refuses
from solutions.decay import exponential_decay, inverse_time_decay, manual_schedule, sqrt_decay, staircase_decay


def _random_rate(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.05, 0.8))


def _is_a_number(value: Any) -> bool:
    return isinstance(value, Real) or (isinstance(value, np.ndarray) and value.shape == ())


def _learning_rates(trials: Sequence[Trial], label: str) -> np.ndarray:
    """Return the values of the calls with this label; empty unless each returned one finite number."""
    rates = [trial.outcome.value for trial in labeled(trials, label)]
    if not all(_is_a_number(rate) for rate in rates):
        return np.array([])
    # Whole numbers too large for a machine word become objects.
    numbers = np.array(rates)
    return numbers if numbers.dtype.kind in "iuf" and np.all(np.isfinite(numbers)) else np.array([])


def _starts_at_alpha0(trials: Sequence[Trial]) -> bool:
    first = labeled(trials, "course")[0]
    return agree(first.outcome.value, first.case.args[0])


def _falls(trials: Sequence[Trial]) -> bool:
    rates = _learning_rates(trials, "course")
    return rates.size > 0 and bool(np.all(rates > 0) and np.all(np.diff(rates) < 0))


def _default_is_as_if_named(trials: Sequence[Trial]) -> bool:
    omitted, named = _learning_rates(trials, "default omitted"), _learning_rates(trials, "default named")
    return omitted.size > 0 and agree(omitted, named)


def _starts(when: str) -> Criterion:
    return Criterion("starts", f"{when} trains with alpha0 itself", 1, _starts_at_alpha0, pays_alone=False)


_FALLS = Criterion("falls", "the learning rate falls from each epoch or step to the next, and stays above 0", 1, _falls)


def _has_default(argument: str, value: float) -> Criterion:
    return Criterion(
        "default",
        f"{argument} may be omitted, and is then {value}",
        1,
        _default_is_as_if_named,
        pays_alone=False,
    )


# --- inverse_time_decay ----------------------------------------------------------------------------------------------


def _inverse_time_cases(rng: np.random.Generator) -> list[Case]:
    alpha0, decay_rate = _random_rate(rng), float(rng.uniform(0.3, 1.5))
    return [
        *(Case("course", (alpha0, epoch, decay_rate)) for epoch in (0, 1, 2, 5, 20)),
        Case("rate of 1", (_random_rate(rng), int(rng.integers(2, 50)), 1.0)),
        Case("rate of 0", (_random_rate(rng), int(rng.integers(2, 50)), 0.0)),
        *(Case("any", (_random_rate(rng), int(rng.integers(2, 50)), float(rng.uniform(0.1, 2)))) for _ in range(3)),
    ]


inverse_time = Question(
    reference=inverse_time_decay,
    cases=_inverse_time_cases,
    criteria=[
        _starts("epoch 0"),
        _FALLS,
        Criterion("formula", "alpha0 is divided by 1 + decay_rate * epoch", 2, agrees()),
    ],
)


@inverse_time.mistake(
    "Your learning rate grows, because you multiply by 1 + decay_rate * epoch; divide by it.",
    breaks=["starts", "falls", "formula"],
)
def multiplies_by_the_denominator(alpha0, epoch, decay_rate):
    return alpha0 * (1 + decay_rate * epoch)


@inverse_time.mistake(
    "The 1 in the denominator is missing; without it epoch 0 divides by 0.",
    breaks=["starts", "falls", "formula"],
)
def forgets_the_one(alpha0, epoch, decay_rate):
    return alpha0 / (decay_rate * epoch)


@inverse_time.mistake(
    "Only the 1 divides alpha0, since division comes before addition; put the denominator in parentheses.",
    breaks=["starts", "falls", "formula"],
)
def forgets_the_brackets(alpha0, epoch, decay_rate):
    return alpha0 / 1 + decay_rate * epoch


@inverse_time.mistake("You raise to the power of the epoch; here the epoch is a factor.", breaks=["formula"])
def raises_to_the_epoch(alpha0, epoch, decay_rate):
    return alpha0 / (1 + decay_rate) ** epoch


@inverse_time.mistake(
    "Your epochs count from 1; they count from 0, so that the first one trains with alpha0.",
    breaks=["starts", "formula"],
)
def counts_epochs_from_one(alpha0, epoch, decay_rate):
    return alpha0 / (1 + decay_rate * (epoch + 1))


@inverse_time.mistake("There is no root in this schedule; divide by the whole denominator.", breaks=["formula"])
def takes_a_root(alpha0, epoch, decay_rate):
    return alpha0 / np.sqrt(1 + decay_rate * epoch)


@inverse_time.mistake(
    "alpha0 is missing: multiply the factor you return by it.",
    breaks=["starts", "formula"],
)
def returns_the_factor(alpha0, epoch, decay_rate):
    return 1 / (1 + decay_rate * epoch)


@inverse_time.mistake(
    "You subtract, so your learning rate falls along a line and below zero; divide by 1 + decay_rate * epoch.",
    breaks=["starts", "falls", "formula"],
)
def subtracts_the_decay(alpha0, epoch, decay_rate):
    return alpha0 - decay_rate * epoch


@inverse_time.right_way
def inverse_time_by_factor(alpha0, epoch, decay_rate):
    factor = 1 / (1 + epoch * decay_rate)
    return factor * alpha0


@inverse_time.right_way
def inverse_time_by_loop(alpha0, epoch, decay_rate):
    denominator = 1.0
    for _ in range(epoch):
        denominator += decay_rate
    return np.array(alpha0 / denominator)


# --- exponential_decay -----------------------------------------------------------------------------------------------


def _exponential_cases(rng: np.random.Generator) -> list[Case]:
    def base() -> dict[str, float]:
        return {"base": float(rng.uniform(0.6, 0.85))}

    alpha0, one_base = _random_rate(rng), base()
    omitted = (_random_rate(rng), int(rng.integers(2, 20)))
    return [
        *(Case("course", (alpha0, epoch), one_base) for epoch in (0, 1, 2, 5, 12)),
        *(Case("any", (_random_rate(rng), int(rng.integers(2, 12))), base()) for _ in range(3)),
        Case("default omitted", omitted),
        Case("default named", omitted, {"base": 0.95}),
    ]


exponential = Question(
    reference=exponential_decay,
    cases=_exponential_cases,
    criteria=[
        _starts("epoch 0"),
        _FALLS,
        Criterion("formula", "each epoch keeps the share base of the one before", 2, agrees(on=["course", "any"])),
        _has_default("base", 0.95),
    ],
)


@exponential.mistake(
    "You multiply by the epoch; it is the exponent of base.",
    breaks=["starts", "falls", "formula", "default"],
)
def multiplies_by_the_epoch(alpha0, epoch, base=0.95):
    return alpha0 * base * epoch


@exponential.mistake(
    "Base and exponent are swapped: base is raised to the power of the epoch.",
    breaks=["starts", "falls", "formula", "default"],
)
def swaps_base_and_exponent(alpha0, epoch, base=0.95):
    return alpha0 * epoch**base


@exponential.mistake(
    "The base is fixed at 0.95 inside your function; use the argument, which the caller may change.",
    breaks=["formula"],
)
def ignores_the_base(alpha0, epoch, base=0.95):
    return alpha0 * 0.95**epoch


@exponential.mistake(
    "You decay like e^(-base * epoch); here base itself is raised to the power of the epoch.",
    breaks=["formula"],
)
def decays_with_e(alpha0, epoch, base=0.95):
    return alpha0 * np.exp(-base * epoch)


@exponential.mistake("base is the share that is kept, not the share that is lost.", breaks=["formula"])
def keeps_what_is_lost(alpha0, epoch, base=0.95):
    return alpha0 * (1 - base) ** epoch


@exponential.mistake(
    "Your epochs count from 1; they count from 0, so that the first one trains with alpha0.",
    breaks=["starts", "formula"],
)
def decays_one_epoch_early(alpha0, epoch, base=0.95):
    return alpha0 * base ** (epoch + 1)


@exponential.mistake(
    "You raise alpha0 to the power, too; raise only base.",
    breaks=["starts", "formula"],
)
def raises_alpha0_too(alpha0, epoch, base=0.95):
    return (alpha0 * base) ** epoch


@exponential.mistake("The default of base must be 0.95.", breaks=["default"])
def has_another_default_base(alpha0, epoch, base=0.9):
    return alpha0 * base**epoch


@exponential.mistake("base must have a default, so that callers may omit it.", breaks=["default"])
def requires_the_base(alpha0, epoch, base):
    return alpha0 * base**epoch


@exponential.right_way
def exponential_by_loop(alpha0, epoch, base=0.95):
    alpha = alpha0
    for _ in range(epoch):
        alpha = alpha * base
    return alpha


@exponential.right_way
def exponential_by_logarithm(alpha0, epoch, base=0.95):
    return alpha0 * np.exp(epoch * np.log(base))


# --- sqrt_decay ------------------------------------------------------------------------------------------------------

_BAD_STEPS = ("step 0", "negative step")


def _sqrt_cases(rng: np.random.Generator) -> list[Case]:
    def k() -> dict[str, float]:
        return {"k": float(rng.uniform(1.5, 4))}

    alpha0 = _random_rate(rng)
    omitted = (_random_rate(rng), int(rng.integers(2, 400)))
    return [
        *(Case("course", (alpha0, step), {"k": 1.0}) for step in (1, 2, 3, 10, 400)),
        Case("any", (_random_rate(rng), 1), k()),
        *(Case("any", (_random_rate(rng), int(rng.integers(2, 400))), k()) for _ in range(3)),
        Case("default omitted", omitted),
        Case("default named", omitted, {"k": 1.0}),
        Case("step 0", (_random_rate(rng), 0), k()),
        Case("negative step", (_random_rate(rng), -int(rng.integers(1, 9))), k()),
    ]


def _observe_sqrt(trial: Trial) -> Any:
    if trial.case.label == "negative step":  # some roots raise an error without a check, others return NaN
        return None
    if trial.case.label == "step 0":
        return trial.outcome.error == "ValueError"
    return trial.outcome.value, trial.outcome.error


square_root = Question(
    reference=sqrt_decay,
    cases=_sqrt_cases,
    criteria=[
        _starts("step 1, where k is 1,"),
        _FALLS,
        Criterion(
            "formula",
            "alpha0 is multiplied by k and divided by the root of the step",
            2,
            agrees(on=["course", "any"]),
        ),
        _has_default("k", 1.0),
        Criterion("refuses", "a step below 1 raises a ValueError", 1, refuses(on=_BAD_STEPS), pays_alone=False),
    ],
    observe=_observe_sqrt,
)


@square_root.mistake("Your learning rate is divided by the step itself; divide by its root.", breaks=["formula"])
def forgets_the_root(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return k / step * alpha0


@square_root.mistake("k has slipped under the root; only the step belongs there.", breaks=["formula"])
def puts_k_under_the_root(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return alpha0 * np.sqrt(k / step)


@square_root.mistake("k is not used; it multiplies the learning rate.", breaks=["formula"])
def ignores_k(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return alpha0 / np.sqrt(step)


@square_root.mistake("k is in the denominator; it belongs in the numerator.", breaks=["formula"])
def divides_by_k(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return alpha0 / (k * np.sqrt(step))


@square_root.mistake(
    "alpha0 is missing: multiply k / sqrt(step) by it.",
    breaks=["starts", "formula"],
)
def leaves_out_alpha0(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return k / np.sqrt(step)


@square_root.mistake(
    "Your learning rate grows with the step, because you multiply by the root; divide by it.",
    breaks=["starts", "falls", "formula", "default", "refuses"],
)
def multiplies_by_the_root(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return alpha0 * k * np.sqrt(step)


@square_root.mistake(
    "You add 1 to the step, as if it counted from 0; steps count from 1 here.",
    breaks=["starts", "formula"],
)
def adds_one_to_the_step(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return k / np.sqrt(step + 1) * alpha0


@square_root.mistake(
    "You count steps from 0, so step 0 is accepted and all others come one too late; count from 1.",
    breaks=["starts", "formula", "refuses"],
)
def counts_steps_from_zero(alpha0, step, k=1.0):
    if step < 0:
        raise ValueError("step must be 0 or more")
    return k / np.sqrt(step + 1) * alpha0


@square_root.mistake("k must have a default, so that callers may omit it.", breaks=["default"])
def requires_k(alpha0, step, k):
    if step < 1:
        raise ValueError("step must be 1 or more")
    return k / np.sqrt(step) * alpha0


@square_root.mistake(
    "You accept any step, though step 0 divides by 0; raise a ValueError for a step below 1.",
    breaks=["refuses"],
)
def accepts_any_step(alpha0, step, k=1.0):
    return k / np.sqrt(step) * alpha0


@square_root.right_way
def sqrt_by_power(alpha0, step, k=1.0):
    if step < 1:
        raise ValueError(f"step must be 1 or more, got {step}")
    return alpha0 * k * step**-0.5


@square_root.right_way
def sqrt_of_the_inverse(alpha0, step, k=1):
    if step <= 0:
        raise ValueError(f"step must be 1 or more, got {step}")
    return np.sqrt(1 / step) * k * alpha0


# --- staircase_decay -------------------------------------------------------------------------------------------------

_STAIRS = 4


def _staircase_cases(rng: np.random.Generator) -> list[Case]:
    # In this range, a factor and its complement are not powers of each other.
    def factor() -> float:
        return float(rng.uniform(0.2, 0.45))

    def late() -> int:
        return int(rng.integers(20, 60))

    alpha0, one_factor, every = _random_rate(rng), factor(), int(rng.integers(3, 6))
    return [
        *(Case("course", (alpha0, epoch, one_factor, every)) for epoch in range(_STAIRS * every)),
        Case("any", (_random_rate(rng), int(rng.integers(2, 6)), factor(), 1)),
        *(Case("any", (_random_rate(rng), late(), factor(), int(rng.integers(6, 15)))) for _ in range(2)),
    ]


def _first_stair_is_alpha0(trials: Sequence[Trial]) -> bool:
    return all(
        agree(trial.outcome.value, trial.case.args[0])
        for trial in labeled(trials, "course")
        if trial.case.args[1] < trial.case.args[3]
    )


def _goes_down_in_stairs(trials: Sequence[Trial]) -> bool:
    rates = _learning_rates(trials, "course")
    if rates.size == 0:
        return False
    stairs = rates.reshape(_STAIRS, -1)
    level = agree(stairs, np.broadcast_to(stairs[:, :1], stairs.shape))
    return level and bool(np.all(np.diff(stairs[:, 0]) < 0))


staircase = Question(
    reference=staircase_decay,
    cases=_staircase_cases,
    criteria=[
        Criterion(
            "first",
            "the first `every` epochs, from epoch 0, train with alpha0",
            1,
            _first_stair_is_alpha0,
            pays_alone=False,
        ),
        Criterion(
            "stairs",
            "the learning rate stays level for `every` epochs, then falls at once, again and again",
            1,
            _goes_down_in_stairs,
        ),
        Criterion("formula", "alpha0 is multiplied by factor once for each stair", 2, agrees()),
    ],
)


@staircase.mistake(
    "Your exponent is not whole, so the rate falls a little in each epoch; a stair needs whole-number division.",
    breaks=["first", "stairs", "formula"],
)
def slides_down(alpha0, epoch, factor, every):
    return alpha0 * factor ** (epoch / every)


@staircase.mistake(
    "You multiply by the number of the stair; factor is raised to its power.",
    breaks=["first", "stairs", "formula"],
)
def multiplies_by_the_stair(alpha0, epoch, factor, every):
    return alpha0 * factor * (epoch // every)


@staircase.mistake(
    "Your learning rate falls only once; multiply by factor again after every `every` epochs.",
    breaks=["first", "stairs", "formula"],
)
def falls_only_once(alpha0, epoch, factor, every):
    if epoch >= every:
        return alpha0 * factor
    return alpha0


@staircase.mistake(
    "The rate is lower only in the epochs that `every` divides; it must stay low after them.",
    breaks=["first", "stairs", "formula"],
)
def falls_for_one_epoch(alpha0, epoch, factor, every):
    if epoch > 0 and epoch % every == 0:
        return alpha0 * factor ** (epoch // every)
    return alpha0


@staircase.mistake(
    "Each stair comes one epoch early, as if epochs counted from 1; they count from 0.",
    breaks=["first", "stairs", "formula"],
)
def falls_one_epoch_early(alpha0, epoch, factor, every):
    return alpha0 * factor ** ((epoch + 1) // every)


@staircase.mistake(
    "The first stair is missing: the exponent begins at 0, so that alpha0 itself comes first.",
    breaks=["first", "formula"],
)
def begins_on_the_second_stair(alpha0, epoch, factor, every):
    return alpha0 * factor ** (epoch // every + 1)


@staircase.mistake(
    "You treat factor as the share that is lost; it is the share that is kept.",
    breaks=["formula"],
)
def keeps_what_the_factor_takes(alpha0, epoch, factor, every):
    return alpha0 * (1 - factor) ** (epoch // every)


@staircase.mistake(
    "You divide by factor once for each stair, so the rate climbs; multiply by it.",
    breaks=["first", "stairs", "formula"],
)
def climbs_the_stairs(alpha0, epoch, factor, every):
    return alpha0 / factor ** (epoch // every)


@staircase.mistake(
    "Your stairs follow inverse decay, alpha0 / (1 + factor * stair); here each stair multiplies by factor once.",
    breaks=["formula"],
)
def steps_down_by_an_inverse(alpha0, epoch, factor, every):
    return alpha0 / (1 + factor * (epoch // every))


@staircase.right_way
def staircase_by_loop(alpha0, epoch, factor, every):
    alpha = alpha0
    for e in range(1, epoch + 1):
        if e % every == 0:
            alpha *= factor
    return alpha


@staircase.right_way
def staircase_by_floor(alpha0, epoch, factor, every):
    return factor ** np.floor(epoch / every) * alpha0


@staircase.right_way
def staircase_by_subtraction(alpha0, epoch, factor, every):
    while epoch >= every:
        alpha0, epoch = alpha0 * factor, epoch - every
    return alpha0


# --- manual_schedule -------------------------------------------------------------------------------------------------


_BEFORE = ("before", "no milestones")


def _manual_cases(rng: np.random.Generator) -> list[Case]:
    one, two, three = (int(epoch) for epoch in np.cumsum(rng.integers(4, 20, size=3)))
    alpha0 = float(rng.uniform(0.6, 0.9))
    # The rate goes up again at the last milestone, so neither the lowest rate reached nor the first is right.
    after_one, after_two, after_three = rng.uniform((0.4, 0.01, 0.1), (0.5, 0.05, 0.3)).tolist()
    rising = {one: after_one, two: after_two, three: after_three}
    falling = {three: after_three, two: after_two, one: after_one}
    mixed = {two: after_two, three: after_three, one: after_one}
    before = (0, one - 1)
    at = (one, two, three)
    after = (one + 1, two - 1, two + 2, three - 1, three + 1, three + 50)
    return [
        *(Case("before", (alpha0, epoch, rising)) for epoch in before),
        Case("no milestones", (alpha0, three, {})),
        *(Case("at", (alpha0, epoch, rising)) for epoch in at),
        *(Case("after", (alpha0, epoch, rising)) for epoch in after),
        *(Case("rising", (alpha0, epoch, rising)) for epoch in at + after),
        *(Case("falling", (alpha0, epoch, falling)) for epoch in at + after),
        *(Case("mixed", (alpha0, epoch, mixed)) for epoch in at + after),
    ]


def _order_does_not_matter(trials: Sequence[Trial]) -> bool:
    before, rising, falling, mixed = (
        _learning_rates(trials, label) for label in ("before", "rising", "falling", "mixed")
    )
    # A function that returns the same rate for every epoch does not depend on the order either, nor does one that
    # returns the epoch.
    varies = rising.size > 0 and bool(np.ptp(np.append(before, rising)) > 0)
    looks_up = agrees(on=_BEFORE)(trials) or agrees(on=["at"])(trials)
    return varies and looks_up and agree(rising, falling) and agree(rising, mixed)


manual = Question(
    reference=manual_schedule,
    cases=_manual_cases,
    criteria=[
        Criterion(
            "before",
            "until the first milestone, or without any, the learning rate is alpha0",
            1,
            agrees(on=_BEFORE),
            pays_alone=False,
        ),
        Criterion("at", "a milestone's learning rate applies from the milestone's own epoch on", 1, agrees(on=["at"])),
        Criterion(
            "after",
            "between milestones and after the last, the latest one that is reached counts",
            2,
            agrees(on=["after"]),
        ),
        Criterion("order", "the order of the milestones in the dict does not matter", 1, _order_does_not_matter),
    ],
)


@manual.mistake(
    "A milestone counts from its own epoch on; yours takes effect one epoch late.",
    breaks=["at"],
)
def begins_one_epoch_late(alpha0, epoch, milestones):
    reached = [milestone for milestone in milestones if milestone < epoch]
    return milestones[max(reached)] if reached else alpha0


@manual.mistake(
    "Your rates hold only in the milestone's own epoch; they must stay until the next milestone.",
    breaks=["after"],
)
def holds_for_one_epoch(alpha0, epoch, milestones):
    return milestones.get(epoch, alpha0)


@manual.mistake(
    "Your answer depends on the order in which the milestones were written; look for the latest one reached.",
    breaks=["order"],
)
def trusts_the_order(alpha0, epoch, milestones):
    alpha = alpha0
    for milestone, rate in milestones.items():
        if epoch >= milestone:
            alpha = rate
    return alpha


@manual.mistake(
    "Your loop returns at the first milestone reached, though later ones may have been reached too.",
    breaks=["before", "at", "after", "order"],
)
def returns_at_the_first_match(alpha0, epoch, milestones):
    for milestone, rate in milestones.items():
        if epoch >= milestone:
            return rate
    return alpha0


@manual.mistake(
    "You take the earliest milestone reached; the latest one counts.",
    breaks=["at", "after"],
)
def takes_the_earliest(alpha0, epoch, milestones):
    reached = [milestone for milestone in milestones if milestone <= epoch]
    return milestones[min(reached)] if reached else alpha0


@manual.mistake(
    "You take the lowest learning rate reached; the latest one counts, even if it is higher.",
    breaks=["at", "after"],
)
def takes_the_lowest_rate(alpha0, epoch, milestones):
    return min([alpha0] + [rate for milestone, rate in milestones.items() if milestone <= epoch])


@manual.mistake(
    "Before the first milestone, none is reached and your function fails; return alpha0 there.",
    breaks=["before"],
)
def fails_before_the_first(alpha0, epoch, milestones):
    reached = [milestone for milestone in milestones if milestone <= epoch]
    return milestones[max(reached)]


@manual.mistake(
    "You return the milestone's epoch; look up the learning rate that belongs to it.",
    breaks=["at", "after"],
)
def returns_the_epoch(alpha0, epoch, milestones):
    reached = [milestone for milestone in milestones if milestone <= epoch]
    return max(reached) if reached else alpha0


@manual.mistake(
    "You multiply alpha0 by the milestone's value; that value is the new learning rate itself.",
    breaks=["at", "after"],
)
def multiplies_alpha0(alpha0, epoch, milestones):
    reached = [milestone for milestone in milestones if milestone <= epoch]
    return alpha0 * milestones[max(reached)] if reached else alpha0


@manual.mistake(
    "You take the milestone nearest to the epoch, even one that is still to come; only those reached count.",
    breaks=["before", "after"],
)
def takes_the_nearest(alpha0, epoch, milestones):
    if not milestones:
        return alpha0
    return milestones[min(sorted(milestones), key=lambda milestone: abs(milestone - epoch))]


@manual.right_way
def manual_by_sorting(alpha0, epoch, milestones):
    alpha = alpha0
    for milestone in sorted(milestones):
        if milestone <= epoch:
            alpha = milestones[milestone]
    return alpha


@manual.right_way
def manual_by_walking_back(alpha0, epoch, milestones):
    for earlier in range(epoch, -1, -1):
        if earlier in milestones:
            return milestones[earlier]
    return alpha0


@manual.right_way
def manual_by_searching(alpha0, epoch, milestones):
    epochs = np.array(sorted(milestones))
    position = np.searchsorted(epochs, epoch, side="right")
    return alpha0 if position == 0 else milestones[int(epochs[position - 1])]


QUESTIONS = (inverse_time, exponential, square_root, staircase, manual)
