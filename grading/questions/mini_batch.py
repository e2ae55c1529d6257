"""Questions of the assignment `mini-batch`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from grading.questions import Case, Criterion, Question, Trial, agree, agrees, all_of, each, labeled, refuses
from grading.questions._layers import random_parameters
from solutions.minibatch import choose_batch_size, mini_batch_cost, random_mini_batches, updates_per_epoch

# --- random_mini_batches ---------------------------------------------------------------------------------------------

_LARGE = ("divisible", "rest")
_PARTITIONED = (*_LARGE, "this epoch", "same state", "next epoch", "size 1", "larger than m")
_MISALIGNED = ("Y too short", "Y too long")
_BAD_SIZES = ("size 0", "negative size")


def _partition_cases(rng: np.random.Generator) -> list[Case]:
    # With many rows and columns, no shuffle of either leaves everything in place by chance.
    def examples(m: int, n_y: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.normal(size=(int(rng.integers(12, 16)), m)), rng.normal(size=(n_y, m))

    def generator() -> np.random.Generator:
        return np.random.default_rng(int(rng.integers(2**32)))

    batch_size = int(rng.integers(10, 16))
    m = batch_size * int(rng.integers(5, 8))
    rest = int(rng.integers(2, batch_size))
    X, Y = examples(m + rest, 1)
    # With many small mini-batches, no two epochs are alike by chance, even if whole mini-batches are shuffled.
    size, this_epoch, next_epoch = int(rng.integers(4, 6)), generator(), generator()
    few = int(rng.integers(20, 30))
    return [
        Case("divisible", (*examples(m, 10), batch_size, generator())),
        Case("rest", (X, Y, batch_size, generator())),
        Case("this epoch", (X, Y, size, this_epoch)),
        Case("same state", (X, Y, size, this_epoch)),
        Case("next epoch", (X, Y, size, next_epoch)),
        Case("size 1", (*examples(few, 1), 1, generator())),
        Case("larger than m", (*examples(few, 10), few + rest, generator())),
        Case("Y too short", (X, Y[:, :-1], batch_size, generator())),
        Case("Y too long", (X[:, :-1], Y, batch_size, generator())),
        Case("size 0", (X, Y, 0, generator())),
        Case("negative size", (X, Y, -batch_size, generator())),
    ]


@dataclass(frozen=True)
class _Partition:
    """What a student's mini-batches hold: their sizes, and the number of each example; None for any other column."""

    sizes: list[int]
    x_order: list[int | None]
    y_order: list[int | None]


def _partition(trial: Trial) -> _Partition:
    """Return which examples the returned pairs hold.

    Raises:
        ValueError: the value is not a list of pairs of matrices with the right rows, or they hold numbers that are not
            in X and Y.
    """
    X, Y, *_ = trial.case.args
    batches = trial.outcome.value
    if not isinstance(batches, list | tuple) or not all(_is_pair(pair, len(X), len(Y)) for pair in batches):
        raise ValueError("not a list of pairs of matrices with the right rows")
    if _numbers_taken(trial) is None:
        raise ValueError("not the numbers of X and Y")
    return _Partition(
        sizes=[X_t.shape[1] for X_t, _ in batches],
        x_order=_numbers_of_the_examples(X, [X_t for X_t, _ in batches]),
        y_order=_numbers_of_the_examples(Y, [Y_t for _, Y_t in batches]),
    )


def _is_pair(pair: Any, n_x: int, n_y: int) -> bool:
    return (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(
            isinstance(part, np.ndarray) and part.ndim == 2 and len(part) == rows and part.dtype.kind == "f"
            for part, rows in zip(pair, (n_x, n_y), strict=True)
        )
    )


def _numbers_of_the_examples(matrix: np.ndarray, parts: list[np.ndarray]) -> list[int | None]:
    number = {tuple(column): i for i, column in enumerate(matrix.T.tolist())}
    return [number.get(tuple(column)) for part in parts for column in part.T.tolist()]


def _right_sizes(trial: Trial) -> bool:
    X, _, batch_size, _ = trial.case.args
    full, rest = divmod(X.shape[1], batch_size)
    return sorted(_partition(trial).sizes, reverse=True) == [batch_size] * full + [rest] * (rest > 0)


def _each_once(trial: Trial) -> bool:
    order, m = _partition(trial).x_order, trial.case.args[0].shape[1]
    return len(order) == m and set(order) == set(range(m))


def _holds_examples(trial: Trial) -> bool:
    return len(_partition(trial).x_order) > 0


def _in_step(trial: Trial) -> bool:
    partition = _partition(trial)
    return None not in partition.x_order and partition.x_order == partition.y_order


def _numbers_taken(trial: Trial) -> int | None:
    """Return how many numbers of X and Y the arrays returned hold; None if they hold others."""
    X, Y, *_ = trial.case.args
    arrays, given = list(_arrays(trial.outcome.value)), np.append(X, Y)
    return sum(array.size for array in arrays) if all(np.isin(array, given).all() for array in arrays) else None


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """Iterate over all arrays in nested lists."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, np.ndarray):
        yield value


def _arrangement(order: list[int | None]) -> str:
    numbers = [number for number in order if number is not None]
    if len(numbers) < len(order):
        return "unknown"
    strides = Counter(np.diff(numbers).tolist())
    # In a true shuffle of many examples, hardly two are as far from their neighbors as two others. In the order given,
    # backwards, or every so many at a time, most are.
    return "in a row" if 2 * max(strides.values(), default=0) >= len(order) - 1 else "shuffled"


def _is_shuffled(trial: Trial) -> bool:
    order, batch_size = _partition(trial).x_order, trial.case.args[2]
    return len(order) >= batch_size and _arrangement(order) == "shuffled"


def _generator_moved(trial: Trial) -> bool:
    return not agree(trial.outcome.args[3], trial.case.args[3])


def _takes_a_batch(trial: Trial) -> bool:
    # Whatever is wrong with the order, it is one of examples.
    X, Y, batch_size, _ = trial.case.args
    enough: int = batch_size * (len(X) + len(Y))
    return (_numbers_taken(trial) or 0) >= enough


def _follows_the_generator(trials: Sequence[Trial]) -> bool:
    this, same, following = (
        labeled(trials, label)[0].outcome.value for label in ("this epoch", "same state", "next epoch")
    )
    moves = each(_generator_moved, on=_LARGE)(trials) and each(_takes_a_batch, on=["this epoch", "next epoch"])(trials)
    return moves and agree(same, this) and not agree(following, this)


def _leaves_the_examples(trial: Trial) -> bool:
    return agree(trial.outcome.args[:3], trial.case.args[:3])


def _observe_partition(trial: Trial) -> Any:
    if trial.case.label == "size 0":  # whether 0 is refused without a check depends on how the loop is written
        return None
    if trial.case.label in _MISALIGNED + _BAD_SIZES:
        return trial.outcome.error == "ValueError"
    X, Y, *_ = trial.outcome.args
    surroundings = [trial.outcome.error, agree(X, trial.case.args[0]), agree(Y, trial.case.args[1])]
    try:
        partition = _partition(trial)
    except ValueError:
        return [*surroundings, _generator_moved(trial), "no pairs", _shape_of(trial.outcome.value)]
    return [
        *surroundings,
        _generator_moved(trial),
        sorted(partition.sizes),
        len(set(partition.x_order)) == len(partition.x_order),
        partition.x_order == partition.y_order,
        # A few examples may be in order by chance.
        *(_arrangement(order) for order in (partition.x_order, partition.y_order) if trial.case.label in _LARGE),
    ]


def _shape_of(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_shape_of(item) for item in value]
    return list(value.shape) if isinstance(value, np.ndarray) else type(value).__name__


partition = Question(
    reference=random_mini_batches,
    cases=_partition_cases,
    criteria=[
        Criterion(
            "sizes",
            "each mini-batch is a pair (X_t, Y_t) of batch_size columns; the last holds the rest, and none is empty",
            1,
            each(_right_sizes, on=_PARTITIONED),
        ),
        # The pair (X, Y) holds each example once and in step, too, without anything being divided up.
        Criterion(
            "once",
            "each example is in exactly one mini-batch",
            1,
            each(_each_once, on=_PARTITIONED),
            pays_alone=False,
        ),
        Criterion(
            "in step",
            "each column of X_t keeps its own column of Y_t",
            1,
            all_of(each(_in_step, on=_PARTITIONED), each(_holds_examples, on=_LARGE)),
            pays_alone=False,
        ),
        Criterion("shuffled", "the examples are shuffled before they are divided up", 1, each(_is_shuffled, on=_LARGE)),
        Criterion(
            "generator",
            "the order comes from rng: the same state gives the same order, and the next call a different one",
            1,
            _follows_the_generator,
        ),
        Criterion(
            "untouched",
            "X and Y are left as they were",
            1,
            each(_leaves_the_examples, on=_PARTITIONED),
            pays_alone=False,
        ),
        Criterion(
            "refuses",
            "X and Y of different m, or a batch_size below 1, raise a ValueError",
            1,
            refuses(on=_MISALIGNED + _BAD_SIZES),
            pays_alone=False,
        ),
    ],
    observe=_observe_partition,
)


@partition.mistake(
    "Your mini-batches follow the order of the training set; bring the examples into a random order first.",
    breaks=["shuffled", "generator"],
)
def does_not_shuffle(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You draw a random order but do not use it: `rng.permutation` returns a new array and changes nothing in place.",
    breaks=["shuffled", "generator"],
)
def draws_an_order_without_using_it(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    rng.permutation(m)
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You shuffle the finished mini-batches, so the same neighbors always train together; shuffle the examples first.",
    breaks=["shuffled"],
)
def shuffles_the_batches(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    batches = [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]
    rng.shuffle(batches)
    return batches


@partition.mistake(
    "X and Y are shuffled separately, so inputs lose their targets; draw one order and use it for both.",
    breaks=["in step"],
)
def shuffles_separately(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    X = X[:, rng.permutation(m)]
    Y = Y[:, rng.permutation(m)]
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "Only X is shuffled; Y needs the same order, or targets end up with the wrong examples.", breaks=["in step"]
)
def shuffles_only_the_inputs(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    X = X[:, rng.permutation(m)]
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "The examples that do not fill a whole mini-batch are lost; put them into a smaller last one.",
    breaks=["sizes", "once"],
)
def drops_the_rest(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    batches = []
    for k in range(m // batch_size):
        batch = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[:, batch], Y[:, batch]))
    return batches


@partition.mistake(
    "When batch_size divides m, your last mini-batch is empty; add one only if examples are left over.",
    breaks=["sizes"],
)
def adds_an_empty_batch(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    batches = []
    for k in range(m // batch_size + 1):
        batch = order[k * batch_size : (k + 1) * batch_size]
        batches.append((X[:, batch], Y[:, batch]))
    return batches


@partition.mistake(
    "Your mini-batches overlap by one example; the end of a slice is not part of it, so it needs no + 1.",
    breaks=["sizes", "once"],
)
def overlaps(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    batches = []
    for k in range(0, m, batch_size):
        batch = order[k : k + batch_size + 1]
        batches.append((X[:, batch], Y[:, batch]))
    return batches


@partition.mistake(
    "Each mini-batch is one example short; the end of a slice is already left out, so it needs no - 1.",
    breaks=["sizes", "once"],
)
def stops_one_short(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    batches = []
    for k in range(0, m, batch_size):
        batch = order[k : min(k + batch_size, m) - 1]
        batches.append((X[:, batch], Y[:, batch]))
    return batches


@partition.mistake(
    "Only the first mini-batch is returned: your `return` is inside the loop and ends it at once.",
    breaks=["sizes", "once"],
)
def returns_inside_the_loop(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    batches = []
    for k in range(0, m, batch_size):
        batch = order[k : k + batch_size]
        batches.append((X[:, batch], Y[:, batch]))
        return batches


@partition.mistake(
    "Some examples appear twice and others never: shuffle all examples instead of drawing with replacement.",
    breaks=["once"],
)
def samples_with_replacement(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.integers(m, size=m)
    return [(X[:, order[k : k + batch_size]], Y[:, order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.mistake(
    "Your order does not come from `rng`: use the caller's generator, not `np.random` or one of your own.",
    breaks=["generator"],
)
def ignores_the_generator(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = np.random.permutation(m)
    return [(X[:, order[k : k + batch_size]], Y[:, order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You shuffle the rows, which are features; the examples are the columns, along axis 1.",
    breaks=["once", "in step", "shuffled"],
)
def shuffles_the_features(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    X = rng.permutation(X)
    Y = rng.permutation(Y)
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You treat rows as examples; here the columns are, so m is the second number of the shape.",
    breaks=["sizes", "once", "in step", "shuffled", "generator", "untouched", "refuses"],
)
def takes_rows_for_examples(X, Y, batch_size, rng):
    m = X.shape[0]
    if Y.shape[0] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    return [(X[order[k : k + batch_size]], Y[order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.mistake(
    "The shuffle happens inside the caller's X and Y; put the shuffled columns into new arrays.",
    breaks=["untouched"],
)
def shuffles_in_place(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    X[:] = X[:, order]
    Y[:] = Y[:, order]
    return [(X[:, k : k + batch_size], Y[:, k : k + batch_size]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You return the batches of X and those of Y as two lists; return one list, of pairs (X_t, Y_t).",
    breaks=["sizes", "once", "in step", "shuffled"],
)
def returns_two_lists(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = rng.permutation(m)
    X_batches = [X[:, order[k : k + batch_size]] for k in range(0, m, batch_size)]
    Y_batches = [Y[:, order[k : k + batch_size]] for k in range(0, m, batch_size)]
    return X_batches, Y_batches


@partition.mistake(
    "Nothing is checked: refuse X and Y of different m, and a batch_size below 1, with a ValueError.",
    breaks=["refuses"],
)
def checks_nothing(X, Y, batch_size, rng):
    m = X.shape[1]
    order = rng.permutation(m)
    return [(X[:, order[k : k + batch_size]], Y[:, order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You check batch_size, but not that X and Y have as many columns; without that check, targets are silently lost.",
    breaks=["refuses"],
)
def checks_only_the_size(X, Y, batch_size, rng):
    if batch_size < 1:
        raise ValueError("batch_size must be 1 or more")
    m = X.shape[1]
    order = rng.permutation(m)
    return [(X[:, order[k : k + batch_size]], Y[:, order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.mistake(
    "You check that X and Y belong together, but a batch_size below 1 still passes.",
    breaks=["refuses"],
)
def checks_only_the_columns(X, Y, batch_size, rng):
    m = X.shape[1]
    if Y.shape[1] != m:
        raise ValueError("X and Y must have the same m")
    order = rng.permutation(m)
    return [(X[:, order[k : k + batch_size]], Y[:, order[k : k + batch_size]]) for k in range(0, m, batch_size)]


@partition.right_way
def partition_shuffled_copies(X, Y, batch_size, rng):
    m = X.shape[1]
    if m != Y.shape[1]:
        raise ValueError(f"Y must have {m} columns, got {Y.shape[1]}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, got {batch_size}")
    order = np.arange(m)
    rng.shuffle(order)
    shuffled_X, shuffled_Y = X[:, order], Y[:, order]
    batches = []
    full = m // batch_size
    for k in range(full):
        columns = slice(k * batch_size, (k + 1) * batch_size)
        batches.append((shuffled_X[:, columns], shuffled_Y[:, columns]))
    if m % batch_size != 0:
        batches.append((shuffled_X[:, full * batch_size :], shuffled_Y[:, full * batch_size :]))
    return batches


@partition.right_way
def partition_by_split(X, Y, batch_size, rng):
    m = X.shape[1]
    if m != Y.shape[1] or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    order = np.argsort(rng.random(m))
    return tuple([X[:, batch], Y[:, batch]] for batch in np.split(order, range(batch_size, m, batch_size)))


@partition.right_way
def partition_together(X, Y, batch_size, rng):
    if X.shape[1] != Y.shape[1] or batch_size < 1:
        raise ValueError("X and Y must have the same m, and batch_size must be 1 or more")
    both = rng.permutation(np.vstack([X, Y]), axis=1)
    n_x, m = X.shape
    X_batches, Y_batches = [], []
    for start in range(0, m, batch_size):
        X_batches.append(both[:n_x, start : start + batch_size])
        Y_batches.append(both[n_x:, start : start + batch_size])
    return zip(X_batches, Y_batches, strict=True)


# --- mini_batch_cost -------------------------------------------------------------------------------------------------


def _cost_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for layers in (1, 2, 3):
        weights = {name: W for name, W in random_parameters(rng, layers).items() if name.startswith("W")}
        losses = rng.uniform(0.2, 3.0, size=(1, int(rng.integers(3, 9))))
        l2 = float(rng.uniform(0.3, 0.9))
        cases += [
            Case("plain", (losses, weights, 0.0)),
            Case("penalized", (losses, weights, l2)),
            Case("flat", (losses[0], weights, l2)),
        ]
    return cases


def _pairs(trials: Sequence[Trial], one: str, other: str) -> list[tuple[Trial, Trial]]:
    ones, others = (labeled(trials, label) for label in (one, other))
    return list(zip(ones, others, strict=True))


def _is_a_number(value: Any) -> bool:
    return isinstance(value, Real) or (isinstance(value, np.ndarray) and value.shape == ())


def _adds_the_penalty(trials: Sequence[Trial]) -> bool:
    return all(
        # A column minus a row would be a matrix.
        _is_a_number(plain.outcome.value)
        and agree(penalized.outcome.value - plain.outcome.value, penalized.expected.value - plain.expected.value)
        for plain, penalized in _pairs(trials, "plain", "penalized")
    )


def _takes_both_shapes(trials: Sequence[Trial]) -> bool:
    return all(
        bool(np.isfinite(row.outcome.value)) and agree(row.outcome.value, flat.outcome.value)
        for row, flat in _pairs(trials, "penalized", "flat")
    )


cost = Question(
    reference=mini_batch_cost,
    cases=_cost_cases,
    criteria=[
        Criterion("mean", "without a penalty (l2 = 0) the cost is one number, the mean loss", 1, agrees(on=["plain"])),
        Criterion(
            "penalty",
            "l2 adds l2 / (2 * size) times the sum, over all layers, of the squared weights",
            2,
            _adds_the_penalty,
        ),
        Criterion(
            "shapes",
            "losses of shape (1, size) and of shape (size,) give the same cost",
            1,
            _takes_both_shapes,
            pays_alone=False,
        ),
    ],
)


@cost.mistake("Your cost adds up the losses; take their mean over the mini-batch.", breaks=["mean"])
def sums_the_losses(losses, weights, l2):
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) + l2 / (2 * losses.size) * penalty


@cost.mistake("The 2 in the penalty's denominator is missing.", breaks=["penalty"])
def forgets_the_half(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) / size + l2 / size * penalty


@cost.mistake(
    "Your penalty is halved, but not divided by the size of the mini-batch as the losses are.",
    breaks=["penalty"],
)
def does_not_divide_the_penalty(losses, weights, l2):
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.mean(losses) + l2 / 2 * penalty


@cost.mistake(
    "You write l2 / 2 * size, which multiplies by the size; put the whole denominator in brackets.",
    breaks=["penalty"],
)
def multiplies_by_the_size(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) / size + l2 / 2 * size * penalty


@cost.mistake("The penalty needs the squared Frobenius norm; yours still takes the square root.", breaks=["penalty"])
def does_not_square_the_norm(losses, weights, l2):
    size = losses.size
    penalty = sum(np.linalg.norm(W) for W in weights.values())
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake(
    "Your penalty adds up absolute values, which is an L1 penalty; L2 adds up squares.",
    breaks=["penalty"],
)
def penalizes_absolute_values(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(np.abs(W)) for W in weights.values())
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake(
    "You square the sum of the weights; square each weight first, then add, so that signs cannot cancel.",
    breaks=["penalty"],
)
def squares_the_sum(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(W) ** 2 for W in weights.values())
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake("Only the first layer is penalized; the sum runs over all of `weights`.", breaks=["penalty"])
def penalizes_the_first_layer(losses, weights, l2):
    size = losses.size
    return np.sum(losses) / size + l2 / (2 * size) * np.sum(weights["W1"] ** 2)


@cost.mistake(
    "Only the last layer is penalized: each turn of your loop replaces the penalty and should add to it.",
    breaks=["penalty"],
)
def keeps_only_the_last_layer(losses, weights, l2):
    size = losses.size
    penalty = 0.0
    for W in weights.values():
        penalty = np.sum(W**2)
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake("Your penalty is subtracted, so large weights would be rewarded; add it.", breaks=["penalty"])
def subtracts_the_penalty(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) / size - l2 / (2 * size) * penalty


@cost.mistake("This is the mean loss alone; the L2 penalty is still to be added.", breaks=["penalty"])
def forgets_the_penalty(losses, weights, l2):
    return np.mean(losses)


@cost.mistake(
    "`len` counts rows, and losses of shape (1, size) have only one; count the losses themselves.",
    breaks=["mean", "penalty", "shapes"],
)
def counts_the_rows(losses, weights, l2):
    size = len(losses)
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake(
    "You read the size from `losses.shape[1]`, which losses of shape (size,) do not have.",
    breaks=["shapes"],
)
def needs_two_dimensions(losses, weights, l2):
    size = losses.shape[1]
    penalty = sum(np.sum(W**2) for W in weights.values())
    return np.sum(losses) / size + l2 / (2 * size) * penalty


@cost.mistake(
    "Your cost is still an array with one entry per example; the cost of a mini-batch is one number.",
    breaks=["mean", "penalty", "shapes"],
)
def returns_an_array(losses, weights, l2):
    size = losses.size
    penalty = sum(np.sum(W**2) for W in weights.values())
    return losses / size + l2 / (2 * size) * penalty


@cost.right_way
def cost_by_norms(losses, weights, l2):
    penalty = 0
    for name in weights:
        penalty += np.linalg.norm(weights[name]) ** 2
    return np.mean(losses) + l2 * penalty / 2 / np.size(losses)


@cost.right_way
def cost_over_one_denominator(losses, weights, l2):
    flat = np.concatenate([W.ravel() for W in weights.values()])
    return np.array((2 * losses.sum() + l2 * flat @ flat) / (2 * losses.size))


@cost.right_way
def cost_by_loops(losses, weights, l2):
    total, size = 0.0, 0
    for loss in losses.flatten():
        total += loss
        size += 1
    penalty = 0.0
    for W in weights.values():
        for row in W:
            for w in row:
                penalty += w * w
    return float(total / size + l2 / (2 * size) * penalty)


# --- updates_per_epoch -----------------------------------------------------------------------------------------------


def _count_cases(rng: np.random.Generator) -> list[Case]:
    batch_size, full = int(rng.integers(20, 600)), int(rng.integers(3, 2000))
    fuller = full + int(rng.integers(1, 2000))
    less_than_half = int(rng.integers(1, batch_size // 2))
    more_than_half = int(rng.integers(batch_size // 2 + 1, batch_size))
    return [
        Case("divisible", (batch_size * full, batch_size)),
        Case("divisible", (batch_size, batch_size)),
        Case("divisible", (full, 1)),
        Case("rest", (batch_size * full + less_than_half, batch_size)),
        Case("rest", (batch_size * fuller + more_than_half, batch_size)),
        Case("larger than m", (less_than_half, batch_size)),
    ]


count = Question(
    reference=updates_per_epoch,
    cases=_count_cases,
    criteria=[
        Criterion("divisible", "when batch_size divides m, each mini-batch is a step", 1, agrees(on=["divisible"])),
        Criterion("rest", "the examples that are left over get a step of their own", 1, agrees(on=["rest"])),
        Criterion(
            "larger",
            "a batch_size above m still gives one step",
            1,
            agrees(on=["larger than m"]),
            pays_alone=False,
        ),
    ],
)


@count.mistake(
    "Whole-number division leaves out the last, smaller mini-batch; it is a step too.",
    breaks=["rest", "larger"],
)
def rounds_down(m, batch_size):
    return m // batch_size


@count.mistake(
    "Your count leaves out the last, smaller mini-batch; it is a step too, like the full ones.",
    breaks=["rest"],
)
def rounds_down_to_at_least_one(m, batch_size):
    return max(1, m // batch_size)


@count.mistake(
    "You always add a step for leftover examples; when batch_size divides m, there are none.",
    breaks=["divisible"],
)
def always_adds_one(m, batch_size):
    return m // batch_size + 1


@count.mistake(
    "Rounding to the nearest whole number drops a last mini-batch that is less than half full; round up.",
    breaks=["rest", "larger"],
)
def rounds_to_the_nearest(m, batch_size):
    return round(m / batch_size)


@count.mistake(
    "The number of steps is whole: a partly filled last mini-batch is one more step.",
    breaks=["rest", "larger"],
)
def does_not_round(m, batch_size):
    return m / batch_size


@count.mistake(
    "Your fraction is upside down: ask how many mini-batches the m examples fill.",
    breaks=["divisible", "rest", "larger"],
)
def divides_the_wrong_way(m, batch_size):
    return -(-batch_size // m)


@count.mistake(
    "You count examples; each step of gradient descent uses a whole mini-batch of them.",
    breaks=["divisible", "rest", "larger"],
)
def counts_the_examples(m, batch_size):
    return m


@count.right_way
def count_by_ceiling(m, batch_size):
    return int(np.ceil(m / batch_size))


@count.right_way
def count_the_rest(m, batch_size):
    steps = m // batch_size
    if m % batch_size > 0:
        steps += 1
    return steps


@count.right_way
def count_the_starts(m, batch_size):
    return len(range(0, m, batch_size))


@count.right_way
def count_as_a_float(m, batch_size):
    return np.ceil(m / batch_size)


# --- choose_batch_size -----------------------------------------------------------------------------------------------

_TOO_LITTLE = ("large, too little memory", "small, too little memory")


def _choice_cases(rng: np.random.Generator) -> list[Case]:
    def case(label: str, m: int, fitting: int) -> Case:
        bytes_per_example = int(rng.integers(500, 5000))
        return Case(label, (m, bytes_per_example, fitting * bytes_per_example + bytes_per_example // 3))

    def between(least: int, most: int) -> int:
        return int(rng.integers(least, most + 1))

    few, medium = between(5, 31), between(600, 1999)
    bytes_per_example = between(500, 5000)
    return [
        case("small", few, between(few, 31)),
        case("small", medium, between(medium, 5000)),
        case("small", 2000, between(2000, 5000)),
        case("large", between(3000, 100_000), between(33, 63)),
        case("large", between(3000, 100_000), between(65, 127)),
        case("large", between(3000, 100_000), between(129, 255)),
        case("large", between(3000, 100_000), between(257, 511)),
        case("large", between(3000, 100_000), between(513, 1023)),
        Case("large", (between(3000, 100_000), bytes_per_example, 128 * bytes_per_example)),
        case("plenty", 2001, between(2100, 5000)),
        case("plenty", between(3000, 9000), between(10_000, 100_000)),
        case("tight", between(45, 60), between(33, 44)),
        case("tight", medium, between(129, 255)),
        case("tight", 2000, between(513, 1023)),
        case("large, too little memory", between(3000, 100_000), between(17, 31)),
        case("small, too little memory", between(45, 1999), between(1, 31)),
        case("small, too little memory", between(20, 31), between(1, 19)),
    ]


def _observe_choice(trial: Trial) -> Any:
    if trial.case.label in _TOO_LITTLE:
        return trial.outcome.error == "ValueError"
    return trial.outcome.value, trial.outcome.error


def _is_the_whole_set(trial: Trial) -> bool:
    return agree(trial.outcome.value, trial.case.args[0])


choice = Question(
    reference=choose_batch_size,
    cases=_choice_cases,
    criteria=[
        Criterion(
            "small",
            "up to 2,000 examples that fit in memory make one batch of m",
            1,
            # A function that returns m for every set has not looked at its size.
            all_of(agrees(on=["small"]), lambda trials: not each(_is_the_whole_set, on=["large"])(trials)),
        ),
        Criterion(
            "large",
            "for a larger set, the batch is the largest power of two from 32 to 512 that fits in memory",
            2,
            agrees(on=["large"]),
        ),
        Criterion(
            "plenty",
            "above 2,000 examples the batch stays at 512, however much memory there is",
            1,
            agrees(on=["plenty"]),
            pays_alone=False,
        ),
        Criterion(
            "tight",
            "a small set that does not fit in memory is divided too, by the same powers of two",
            1,
            agrees(on=["tight"]),
        ),
        Criterion(
            "refuses",
            "if not even the smallest batch fits in memory, a ValueError is raised",
            1,
            refuses(on=_TOO_LITTLE),
            pays_alone=False,
        ),
    ],
    observe=_observe_choice,
)


@choice.mistake(
    "You always answer 512; the size depends on the number of examples and on the memory.",
    breaks=["small", "large", "plenty", "tight", "refuses"],
)
def always_512(m, bytes_per_example, memory_bytes):
    return 512


@choice.mistake(
    "You never look at the memory: a batch of size examples takes size * bytes_per_example bytes.",
    breaks=["large", "tight", "refuses"],
)
def ignores_the_memory(m, bytes_per_example, memory_bytes):
    if m <= 2000:
        return m
    return 512


@choice.mistake(
    "You return the smallest power of two that fits; start from the largest and stop at the first that fits.",
    breaks=["large", "plenty", "tight"],
)
def takes_the_smallest(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    for size in (32, 64, 128, 256, 512):
        if size * bytes_per_example <= memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "Your size is the number of examples that fit; round it down to a power of two.",
    breaks=["large", "tight"],
)
def takes_no_power_of_two(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    fitting = memory_bytes // bytes_per_example
    if fitting < 32:
        raise ValueError("memory_bytes must hold at least 32 examples")
    return min(fitting, 512)


@choice.mistake(
    "Your size is one power of two too large: you stop at the first that no longer fits; take the one before it.",
    breaks=["large", "tight"],
)
def takes_one_power_too_many(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    if 32 * bytes_per_example > memory_bytes:
        raise ValueError("memory_bytes must hold at least 32 examples")
    size = 32
    while size < 512 and size * bytes_per_example < memory_bytes:
        size *= 2
    return size


@choice.mistake(
    "A set of exactly 2,000 examples still counts as small.",
    breaks=["small"],
)
def excludes_2000(m, bytes_per_example, memory_bytes):
    if m < 2000 and m * bytes_per_example <= memory_bytes:
        return m
    for size in (512, 256, 128, 64, 32):
        if size * bytes_per_example <= memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "Your size grows beyond 512 with the memory; 512 is the largest of the usual sizes.",
    breaks=["plenty"],
)
def goes_above_512(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    if 32 * bytes_per_example > memory_bytes:
        raise ValueError("memory_bytes must hold at least 32 examples")
    size = 32
    while 2 * size * bytes_per_example <= memory_bytes:
        size *= 2
    return size


@choice.mistake(
    "You take the whole set whenever it fits; above 2,000 examples mini-batches learn faster.",
    breaks=["plenty"],
)
def takes_the_whole_set_if_it_fits(m, bytes_per_example, memory_bytes):
    if m * bytes_per_example <= memory_bytes:
        return m
    for size in (512, 256, 128, 64, 32):
        if size * bytes_per_example <= memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "The rule for small sets is missing: a set of up to 2,000 examples that fits needs no mini-batches.",
    breaks=["small"],
)
def never_takes_the_whole_set(m, bytes_per_example, memory_bytes):
    for size in (512, 256, 128, 64, 32):
        if size * bytes_per_example <= memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "You return a small set whole without checking whether it fits in memory.",
    breaks=["tight", "refuses"],
)
def takes_small_sets_unasked(m, bytes_per_example, memory_bytes):
    if m <= 2000:
        return m
    for size in (512, 256, 128, 64, 32):
        if size * bytes_per_example <= memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "A batch that fills the memory to the last byte fits: compare with <=.",
    breaks=["large"],
)
def leaves_a_byte_free(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example < memory_bytes:
        return m
    for size in (512, 256, 128, 64, 32):
        if size * bytes_per_example < memory_bytes:
            return size
    raise ValueError("memory_bytes must hold at least 32 examples")


@choice.mistake(
    "If not even the smallest batch fits, there is no size to return: raise a ValueError that says so.",
    breaks=["refuses"],
)
def returns_32_anyway(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    for size in (512, 256, 128, 64):
        if size * bytes_per_example <= memory_bytes:
            return size
    return 32


@choice.right_way
def choose_by_halving(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    size = 512
    while size >= 32:
        if size * bytes_per_example <= memory_bytes:
            return size
        size = size // 2
    raise ValueError(f"memory_bytes must hold at least 32 examples, got {memory_bytes}")


@choice.right_way
def choose_by_logarithm(m, bytes_per_example, memory_bytes):
    fitting = memory_bytes // bytes_per_example
    if m <= 2000 and m <= fitting:
        return m
    if fitting < 32:
        raise ValueError(f"memory_bytes must hold at least 32 examples, got {memory_bytes}")
    return 2 ** min(9, int(np.floor(np.log2(fitting))))


@choice.right_way
def choose_from_a_list(m, bytes_per_example, memory_bytes):
    if m <= 2000 and m * bytes_per_example <= memory_bytes:
        return m
    fitting = [size for size in (32, 64, 128, 256, 512) if size * bytes_per_example <= memory_bytes]
    if not fitting:
        raise ValueError(f"memory_bytes must hold at least 32 examples, got {memory_bytes}")
    return max(fitting)


QUESTIONS = (partition, cost, count, choice)
