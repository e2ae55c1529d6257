"""Mini-batches: the partition, the cost on one batch, the number of steps, the choice of a size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.minibatch import choose_batch_size, mini_batch_cost, random_mini_batches, updates_per_epoch

SIZES = {"m": st.integers(1, 60), "batch_size": st.integers(1, 70)}


def numbered_examples(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return X with two rows and Y with one, whose entries tell which example they belong to."""
    example = np.arange(m)
    return np.stack([example, example + 0.5]), -example.reshape(1, m)


@given(**SIZES, seed=st.integers(0, 100))
def test_each_example_is_in_exactly_one_batch(m: int, batch_size: int, seed: int) -> None:
    batches = random_mini_batches(*numbered_examples(m), batch_size, np.random.default_rng(seed))
    drawn = np.concatenate([X_t[0] for X_t, _ in batches])
    np.testing.assert_array_equal(np.sort(drawn), np.arange(m))


@given(**SIZES)
def test_inputs_and_targets_stay_in_step(m: int, batch_size: int) -> None:
    for X_t, Y_t in random_mini_batches(*numbered_examples(m), batch_size, np.random.default_rng(0)):
        np.testing.assert_array_equal(X_t[1], X_t[0] + 0.5)
        np.testing.assert_array_equal(Y_t[0], -X_t[0])


@given(**SIZES)
def test_all_batches_are_full_but_the_last(m: int, batch_size: int) -> None:
    batches = random_mini_batches(*numbered_examples(m), batch_size, np.random.default_rng(0))
    assert len(batches) == updates_per_epoch(m, batch_size)
    sizes = [X_t.shape[1] for X_t, _ in batches]
    assert sizes[:-1] == [batch_size] * (len(batches) - 1)
    assert sizes[-1] == m - batch_size * (len(batches) - 1)
    assert all(X_t.shape[0] == 2 and Y_t.shape == (1, X_t.shape[1]) for X_t, Y_t in batches)


def test_the_order_comes_from_the_generator_which_moves_on() -> None:
    X, Y = numbered_examples(50)
    rng, twin = np.random.default_rng(7), np.random.default_rng(7)
    first, second = random_mini_batches(X, Y, 50, rng)[0][0], random_mini_batches(X, Y, 50, rng)[0][0]
    np.testing.assert_array_equal(first, random_mini_batches(X, Y, 50, twin)[0][0])
    assert not np.array_equal(first, X)
    assert not np.array_equal(first, second)


def test_every_example_has_its_turn_in_the_short_last_batch() -> None:
    rng = np.random.default_rng(0)
    last = [random_mini_batches(*numbered_examples(5), 2, rng)[-1][0][0, 0] for _ in range(100)]
    assert set(last) == set(range(5))


@given(**SIZES)
def test_batches_are_copies_and_the_training_set_is_untouched(m: int, batch_size: int) -> None:
    X, Y = numbered_examples(m)
    for X_t, Y_t in random_mini_batches(X, Y, batch_size, np.random.default_rng(0)):
        X_t[:], Y_t[:] = 99, 99
    for array, original in zip((X, Y), numbered_examples(m), strict=True):
        np.testing.assert_array_equal(array, original)


def test_batches_keep_the_type_of_the_training_set() -> None:
    X, Y = np.ones((2, 5), dtype=np.float32), np.ones((1, 5), dtype=np.int8)
    for X_t, Y_t in random_mini_batches(X, Y, 2, np.random.default_rng(0)):
        assert X_t.dtype == np.float32
        assert Y_t.dtype == np.int8


@pytest.mark.parametrize("losses", [np.array([[1.0, 3.0]]), np.array([1.0, 3.0])])
def test_cost_by_hand(losses: np.ndarray) -> None:
    """The mean loss is 2; the squared weights sum to 1 + 4 + 9 = 14; 2 + 0.5 / (2 * 2) * 14 = 3.75."""
    weights = {"W1": np.array([[1.0, -2.0]]), "W2": np.array([[3.0]])}
    assert mini_batch_cost(losses, weights, 0.5) == pytest.approx(3.75)


@given(losses=st.lists(st.floats(0, 10), min_size=1, max_size=8), l2=st.floats(0, 5))
def test_without_weights_or_penalty_the_cost_is_the_mean_loss(losses: list[float], l2: float) -> None:
    mean = pytest.approx(sum(losses) / len(losses))
    assert mini_batch_cost(np.array(losses), {}, l2) == mean
    assert mini_batch_cost(np.array(losses), {"W1": np.full((2, 3), 7.0)}, 0) == mean


@pytest.mark.parametrize(
    ("m", "batch_size", "updates"),
    [
        (5_000_000, 1_000, 5_000),
        (5_000_000, 5_000_000, 1),  # batch gradient descent
        (5_000_000, 1, 5_000_000),  # stochastic gradient descent
        (10, 3, 4),  # the last mini-batch holds one example
        (10, 11, 1),
        (10**17 + 1, 10, 10**16 + 1),  # more than a float can count
    ],
)
def test_updates_per_epoch(m: int, batch_size: int, updates: int) -> None:
    assert updates_per_epoch(m, batch_size) == updates


@pytest.mark.parametrize(
    ("m", "memory_in_examples", "size"),
    [
        (1, 1, 1),
        (2000, 2000, 2000),  # small: the whole set
        (2000, 1999, 512),  # small, but it does not fit
        (100, 99, 64),
        (2001, 10**6, 512),  # large: never above 512
        (10**6, 512, 512),
        (10**6, 511, 256),
        (10**6, 64, 64),
        (10**6, 32, 32),
    ],
)
def test_choice_of_batch_size(m: int, memory_in_examples: int, size: int) -> None:
    assert choose_batch_size(m, 1024, 1024 * memory_in_examples) == size


@pytest.mark.parametrize(("m", "memory_in_examples", "least"), [(10**6, 31, 32), (2000, 31, 32), (20, 19, 20)])
def test_no_batch_size_when_not_even_the_least_fits(m: int, memory_in_examples: int, least: int) -> None:
    message = f"memory_bytes must be at least {1024 * least}, .* got {1024 * memory_in_examples}"
    with pytest.raises(ValueError, match=message):
        choose_batch_size(m, 1024, 1024 * memory_in_examples)


@given(m=st.integers(2001, 10**7), bytes_per_example=st.floats(1, 1e6), room=st.floats(32.01, 1e4))
def test_chosen_size_is_the_largest_power_of_two_that_fits(m: int, bytes_per_example: float, room: float) -> None:
    memory = bytes_per_example * room
    size = choose_batch_size(m, bytes_per_example, memory)
    assert size in (32, 64, 128, 256, 512)
    assert size * bytes_per_example <= memory
    assert size == 512 or 2 * size * bytes_per_example > memory
