"""When two values agree."""

import copy
import time
import warnings
from collections import UserDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from grading.marking.comparing import agree


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_generators_agree_if_they_continue_alike(kind: str) -> None:
    one = np.random.Generator(getattr(np.random, kind)(1))
    other = copy.deepcopy(one)
    assert agree(one, other)
    assert agree({"rng": [one]}, {"rng": [other]})
    other.random()
    assert not agree(one, other)
    assert not agree(one, np.random.Generator(np.random.PCG64(2)))


numbers = st.integers(-(2**4000), 2**4000) | st.floats() | st.complex_numbers() | st.booleans()
some_arrays = arrays(
    st.sampled_from(["f8", "f4", "f2", "c16", "i8", "u8", "u1", "?"]), array_shapes(min_dims=0, min_side=0)
)
odd_values = st.recursive(
    st.none() | numbers | st.text() | some_arrays | st.builds(object),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.none() | numbers | st.text(), inner),
    max_leaves=8,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(odd_values, odd_values)
def test_any_two_values_are_compared_without_error_or_warning(one: object, other: object) -> None:
    for pair in ((one, other), (one, copy.deepcopy(one)), ([one, other], (one, one))):
        assert agree(*pair) in (True, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([6e4], np.float16), np.array([-6e4], np.float16)),
        (np.array([3e38], np.float32), np.array([-3e38], np.float32)),
        (np.array([np.inf]), np.array([-np.inf])),
        (np.array([1, 2**63], np.uint64), np.array([1, -1], np.int64)),
        (np.ones((90_000, 1)), np.ones((1, 90_000))),
        (np.ones(90_000), np.ones(1)),
        (2**4000, 1.0),
        (np.array([1.0], ">f8"), np.array([2.0])),
        ({1: 2}, {1.0: 3}),
        ({float("nan"): 1}, {float("nan"): 1}),
        (np.ones((1,) * 32), np.ones((1,) * 31)),
        (np.zeros((90_000, 0)), np.zeros((0, 90_000))),
    ],
)
def test_values_that_differ_do_not_agree_whatever_their_type(one: object, other: object) -> None:
    with warnings.catch_warnings(record=True, action="always") as told:
        assert not agree(one, other)
        assert not agree([one], [other])
    assert told == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([True, False]), np.array([True, False])),
        (np.array([1.0, 2.0], ">f8"), np.array([1.0, 2.0])),
        (np.array([True]), np.array([1.0])),
        (np.array([np.nan], np.float16), np.array([np.nan])),
        ({1: 2}, {True: 2.0}),
        (np.zeros((3, 0)), np.zeros((3, 0), int)),
    ],
)
def test_equal_numbers_agree_whatever_their_type(one: object, other: object) -> None:
    assert agree(one, other)


class _Unreadable(UserDict):
    def keys(self) -> None:
        raise OSError


def test_values_that_cannot_be_compared_do_not_agree() -> None:
    loop: list = []
    loop.append(loop)
    other: list = []
    other.append(other)
    assert not agree(loop, other)
    assert not agree(_Unreadable(), {})
    assert not agree({}, _Unreadable())


def test_keys_of_one_hash_are_compared_in_little_time() -> None:
    one, other = ({sign * number * (2**61 - 1): None for number in range(4_096)} for sign in (1, 1))
    began = time.process_time()
    assert agree(one, other)
    assert time.process_time() - began < 10
