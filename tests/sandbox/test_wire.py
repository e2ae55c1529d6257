"""The wire carries plain data unchanged and nothing else, and bad bytes are refused."""

import contextlib
import os
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from grading.sandbox.inside import wire
from grading.sandbox.inside.wire import Channel, Closed, Late, Opaque, WireError, decode, encode

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | arrays(st.sampled_from(["f8", "f4", "i8", "u1", "?"]), array_shapes(min_dims=0, min_side=0)),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray | np.generic):
        return type(one) is type(other) and one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@given(plain)
def test_plain_data_arrives_as_it_was(value: object) -> None:
    assert _same(value, decode(encode(value)))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(payload: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(payload)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_is_kept(order: str) -> None:
    array = np.asarray(np.arange(6.0).reshape(2, 3), order=order)
    assert decode(encode(array)).flags.f_contiguous == (order == "F")


def test_arrays_arrive_fresh_and_writable() -> None:
    array = np.arange(3)
    array.flags.writeable = False
    assert decode(encode(array)).flags.writeable


def test_swapped_bytes_keep_their_value() -> None:
    assert decode(encode(np.arange(3, dtype=">i4"))).tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", wire.BIT_GENERATORS)
def test_a_generator_is_sent_as_its_state(name: str) -> None:
    rng = np.random.Generator(getattr(np.random, name)(7))
    rng.random(3)
    assert np.array_equal(decode(encode(rng)).integers(9, size=1000), rng.integers(9, size=1000))


@pytest.mark.parametrize("kind", [np.longdouble, np.clongdouble])
def test_long_doubles_become_doubles_if_they_fit(kind: type) -> None:
    double = {np.longdouble: np.float64, np.clongdouble: np.complex128}[kind]
    assert _same(decode(encode(np.array([1.5, np.inf, np.nan], kind))), np.array([1.5, np.inf, np.nan], double))
    assert _same(decode(encode(kind(1.5))), double(1.5))
    assert isinstance(decode(encode(np.array([1, np.finfo(kind).max]))), Opaque)


class _Matrix(np.ndarray):
    """An array with ideas of its own."""


class _Number(float):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


def test_subclasses_arrive_as_plain_types() -> None:
    assert type(decode(encode(np.zeros(2).view(_Matrix)))) is np.ndarray
    assert type(decode(encode(_Number(3)))) is float


@pytest.mark.parametrize("value", [object(), {1}, len, np.array([object()]), {(1, 2): 3}, 1 << 9000, b"b"], ids=type)
def test_non_plain_values_are_only_named(value: object) -> None:
    assert isinstance(decode(encode(value)), Opaque)


def test_endless_nesting_is_cut_off() -> None:
    loop: list = []
    loop.append(loop)
    assert isinstance(decode(encode(loop)), list)


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert decode(encode("a\ud800b")).encode() == b"a?b"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"NN",
        b"x",
        b"l\xff\xff\xff\xff",
        b"aO\x00" + b"\x00" * 8,
        b"ad\x01" + struct.pack("!Q", 2**40),
        b"ad\x02" + struct.pack("!QQ", 2**63, 2**63),
        b"l\x00\x00\x00\x01" * 100 + b"N",
        b"d\x00\x00\x00\x01" + b"l\x00\x00\x00\x00" + b"N",
        b"g" + encode(["os.system", {}]),
        b"g" + encode(["PCG64", {"state": "none"}]),
        b"s\x00\x00\x00\x01\xff",
    ],
)
def test_malformed_messages_are_refused(payload: bytes) -> None:
    with pytest.raises(WireError):
        decode(payload)


def test_too_many_values_are_refused_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = encode([0] * 100)
    monkeypatch.setattr(wire, "MAX_VALUES", 50)
    with pytest.raises(ValueError, match="at most 50"):
        encode([0] * 100)
    with pytest.raises(WireError):
        decode(payload)


@pytest.fixture
def ends() -> tuple[Channel, Channel]:
    here, there = os.pipe(), os.pipe()
    return Channel(here[0], there[1]), Channel(there[0], here[1])


def test_a_channel_carries_number_and_value(ends: tuple[Channel, Channel]) -> None:
    ends[0].send(5, {"x": 1})
    assert ends[1].receive() == (5, {"x": 1})


def test_a_channel_does_not_wait_forever(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(Late):
        ends[0].receive(time.monotonic() + 0.05)
    with pytest.raises(Late):
        ends[0].send(1, "x" * 2**20, time.monotonic() + 0.05)


def test_a_channel_notices_that_the_other_side_is_gone(ends: tuple[Channel, Channel]) -> None:
    ends[1].close()
    with pytest.raises(Closed):
        ends[0].receive()
    with pytest.raises(Closed):
        ends[0].send(1, None)


def test_a_long_message_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, writes = os.pipe()
    os.write(writes, struct.pack("!QI", 1, 2**31))
    with pytest.raises(WireError):
        Channel(reads, writes).receive(time.monotonic() + 1)
