"""Learning-rate decay: values by hand, and schedules that start at alpha0 and never rise."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.decay import exponential_decay, inverse_time_decay, manual_schedule, sqrt_decay, staircase_decay

ALPHAS = st.floats(1e-4, 10)
SHARES = st.floats(0.5, 1)
SCHEDULES = st.one_of(
    st.floats(0, 10).map(lambda rate: lambda alpha0, epoch: inverse_time_decay(alpha0, epoch, rate)),
    SHARES.map(lambda base: lambda alpha0, epoch: exponential_decay(alpha0, epoch, base)),
    st.just(lambda alpha0, epoch: sqrt_decay(alpha0, epoch + 1)),
    st.tuples(SHARES, st.integers(1, 30)).map(
        lambda stair: lambda alpha0, epoch: staircase_decay(alpha0, epoch, *stair)
    ),
)


def test_inverse_time_by_hand() -> None:
    """0.2 / (1 + epoch)."""
    rates = [inverse_time_decay(0.2, epoch, 1) for epoch in range(5)]
    assert rates == pytest.approx([0.2, 0.1, 0.2 / 3, 0.05, 0.04])


def test_exponential_by_hand() -> None:
    """0.95 * 0.95 = 0.9025, with the default base."""
    assert [exponential_decay(2, epoch) for epoch in range(3)] == pytest.approx([2, 1.9, 1.805])
    assert exponential_decay(2, 3, base=0.5) == pytest.approx(0.25)


def test_sqrt_by_hand() -> None:
    """k / sqrt(step) * alpha0, counted from 1, so that the first step has k * alpha0."""
    assert [sqrt_decay(0.6, step) for step in (1, 4, 9)] == pytest.approx([0.6, 0.3, 0.2])
    assert sqrt_decay(0.6, 4, k=5) == pytest.approx(1.5)


def test_staircase_by_hand() -> None:
    """Halved every three epochs."""
    rates = [staircase_decay(0.8, epoch, 0.5, 3) for epoch in range(8)]
    assert rates == pytest.approx([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2])


def test_manual_schedule_by_hand() -> None:
    milestones = {5: 0.01, 2: 0.05}
    rates = [manual_schedule(0.1, epoch, milestones) for epoch in (0, 1, 2, 4, 5, 100)]
    assert rates == [0.1, 0.1, 0.05, 0.05, 0.01, 0.01]
    assert milestones == {5: 0.01, 2: 0.05}
    assert manual_schedule(0.1, 7, {}) == 0.1
    assert manual_schedule(0.1, 0, {0: 0.3}) == 0.3


@given(schedule=SCHEDULES, alpha0=ALPHAS)
def test_schedules_start_at_alpha0_never_rise_and_stay_positive(schedule: Callable, alpha0: float) -> None:
    rates = np.array([schedule(alpha0, epoch) for epoch in range(100)])
    assert rates[0] == alpha0
    assert np.all(np.diff(rates) <= 1e-15 * alpha0)
    assert np.all(rates > 0)


@given(schedule=SCHEDULES, alpha0=ALPHAS, epoch=st.integers(0, 100))
def test_rates_are_proportional_to_alpha0(schedule: Callable, alpha0: float, epoch: int) -> None:
    assert schedule(3 * alpha0, epoch) == pytest.approx(3 * schedule(alpha0, epoch))


@given(alpha0=ALPHAS, base=SHARES, epoch=st.integers(0, 100))
def test_exponential_decay_keeps_the_same_share_each_epoch(alpha0: float, base: float, epoch: int) -> None:
    later, now = exponential_decay(alpha0, epoch + 1, base), exponential_decay(alpha0, epoch, base)
    assert later == pytest.approx(base * now)


@given(alpha0=ALPHAS, factor=SHARES, every=st.integers(1, 20), stair=st.integers(0, 10))
def test_a_stair_is_flat_and_as_long_as_asked(alpha0: float, factor: float, every: int, stair: int) -> None:
    start = stair * every
    rates = {staircase_decay(alpha0, epoch, factor, every) for epoch in range(start, start + every)}
    assert len(rates) == 1
    assert staircase_decay(alpha0, start + every, factor, every) == pytest.approx(factor * rates.pop())


@given(alpha0=ALPHAS, base=SHARES, epoch=st.integers(0, 50))
def test_stairs_of_one_epoch_are_exponential_decay(alpha0: float, base: float, epoch: int) -> None:
    assert staircase_decay(alpha0, epoch, base, 1) == exponential_decay(alpha0, epoch, base)


@given(alpha0=ALPHAS, rate=st.floats(0.01, 10), epoch=st.integers(0, 100))
def test_inverse_time_decay_grows_the_divisor_evenly(alpha0: float, rate: float, epoch: int) -> None:
    assert alpha0 / inverse_time_decay(alpha0, epoch, rate) == pytest.approx(1 + rate * epoch)
