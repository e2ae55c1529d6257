"""The wire carries plain data unchanged and nothing else, and bad bytes are refused."""

import contextlib
import os
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from grading.sandbox.inside import wire
from grading.sandbox.inside.generators import BIT_GENERATORS
from grading.sandbox.inside.limits import LARGEST, MAX_NUMBER_KEYS, Size
from grading.sandbox.inside.wire import Channel, Closed, Late, Opaque, TooLarge, WireError, decode, encode, measure

repeatable = settings(derandomize=True, database=None, deadline=None, max_examples=300)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**4000), 2**4000)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
)
some_arrays = arrays(st.sampled_from(["f8", "f4", "f2", "c16", "i8", "u1", "?"]), array_shapes(min_dims=0, min_side=0))
generators = st.builds(
    lambda name, seed: np.random.Generator(getattr(np.random, name)(seed)),
    st.sampled_from(BIT_GENERATORS),
    st.integers(0, 2**32),
)


def _nested(leaves: st.SearchStrategy) -> st.SearchStrategy:
    keys = st.text() | st.integers() | st.floats(allow_nan=False) | st.none()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
        max_leaves=20,
    )


plain = _nested(scalars | some_arrays)
# What an answer to a small question may hold.
SMALL = Size(bytes=2**20, values=4_000, keys=500, elements=100_000, text=8_000)


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray | np.generic):
        return type(one) is type(other) and one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@repeatable
@given(plain)
def test_plain_data_arrives_as_it_was(value: object) -> None:
    assert _same(value, decode(encode(value)))


@repeatable
@given(_nested(scalars | some_arrays | generators))
def test_a_value_has_just_the_size_that_is_measured(value: object) -> None:
    size, payload = measure(value), encode(value)
    assert size.bytes == len(payload)
    decode(payload, size)
    for part in ("values", "keys", "elements", "text"):
        if getattr(size, part) > 0:
            with pytest.raises(TooLarge):
                decode(payload, replace(size, **{part: getattr(size, part) - 1}))


@repeatable
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(payload: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(payload, SMALL)


@repeatable
@given(_nested(scalars | some_arrays | generators), st.data())
def test_a_message_with_other_bytes_in_it_is_a_value_or_refused(value: object, data: st.DataObject) -> None:
    payload = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(payload)))
        # Counts, lengths and dimensions have up to eight bytes.
        payload[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    with _memory(megabytes=5), contextlib.suppress(WireError):
        decode(bytes(payload), SMALL)


@contextlib.contextmanager
def _memory(megabytes: float) -> Iterator[None]:
    """Check that no more memory is taken at any time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] <= megabytes * 2**20
    finally:
        tracemalloc.stop()


def _count(number: int) -> bytes:
    return struct.pack("!I", number)


def _empty_array(*shape: int) -> bytes:
    return b"ad" + struct.pack(f"!B{len(shape)}Q", len(shape), *shape)


def _keys_of_one_hash(count: int) -> bytes:
    return b"d" + _count(count) + b"".join(encode(number * (2**61 - 1)) + b"N" for number in range(count))


FORGED = {
    "numbers of one hash for keys": _keys_of_one_hash(130_000),
    "texts for keys": b"d" + _count(130_000) + b"".join(encode(str(number)) + b"N" for number in range(130_000)),
    "rows without columns": _empty_array(8_000_000, 0),
    "more rows than there is memory": _empty_array(2**40, 0),
    "columns without rows": _empty_array(0, 2**40),
    "32 dimensions, one of them empty": _empty_array(*[4] * 31, 0),
    "many arrays": b"l" + _count(900_000) + (b"a?\x00\x01" * 900_000),
    "many empty arrays": b"l" + _count(900_000) + _empty_array(0) * 900_000,
    "many generators": b"l" + _count(20_000) + encode(np.random.default_rng(1)) * 20_000,
    "many lists": b"l" + _count(900_000) + encode([]) * 900_000,
    "many dictionaries": b"l" + _count(900_000) + encode({}) * 900_000,
    "many names of types": b"l" + _count(900_000) + encode(object()) * 900_000,
    "one long text": encode("x" * 2**20),
    "one long name of a type": b"o" + encode("x" * 2**20)[1:],
    "one long integer": b"i" + struct.pack("!H", 2**16 - 1) + bytes(2**16 - 1),
}


@pytest.mark.parametrize("payload", FORGED.values(), ids=FORGED)
def test_what_is_too_large_is_refused_before_it_is_made(payload: bytes) -> None:
    began = time.process_time()
    with _memory(megabytes=4), pytest.raises(TooLarge):
        decode(payload, SMALL)
    assert time.process_time() - began < 10


ITEMS = [encode([]), encode({}), encode(object()), encode("x" * 9), _empty_array(0), b"a?\x00\x01"]


@pytest.mark.parametrize("item", ITEMS)
def test_every_value_takes_little_memory(item: bytes) -> None:
    number = 10_000
    with _memory(megabytes=number * 135 / 2**20):
        decode(b"l" + _count(number) + item * number)


def test_as_many_numbers_of_one_hash_as_may_be_keys_take_little_time() -> None:
    began = time.process_time()
    assert len(decode(_keys_of_one_hash(MAX_NUMBER_KEYS))) == MAX_NUMBER_KEYS
    with pytest.raises(TooLarge):
        decode(_keys_of_one_hash(MAX_NUMBER_KEYS + 1))
    # The limit holds for all dictionaries together.
    half = _keys_of_one_hash(MAX_NUMBER_KEYS // 2 + 1)
    with pytest.raises(TooLarge):
        decode(b"l" + _count(2) + half + half)
    assert time.process_time() - began < 10


def test_a_dictionary_with_too_many_numbers_for_keys_is_only_named() -> None:
    many, few = dict.fromkeys(range(MAX_NUMBER_KEYS + 1)), {"a": {1: 2}}
    first, second = decode(encode([many, few]))
    assert isinstance(first, Opaque)
    assert second == few


@pytest.mark.parametrize("keys", [[1, 1], [1, 1.0], [1, True], [0.0, -0.0], [1, np.int64(1)], ["a", "a"], [None, None]])
def test_a_key_that_occurs_twice_is_refused(keys: list) -> None:
    with pytest.raises(WireError):
        decode(b"d" + _count(2) + b"".join(encode(key) + b"N" for key in keys))


@pytest.mark.parametrize(
    "key", [b"l" + _count(0), b"t" + _count(0), b"c" + bytes(16), _empty_array(0), b"o" + _count(0)]
)
def test_a_key_is_text_or_a_number(key: bytes) -> None:
    with pytest.raises(WireError):
        decode(b"d" + _count(1) + key + b"N")


def test_every_boolean_of_an_array_is_0_or_1() -> None:
    array = decode(b"a?\x01" + struct.pack("!Q", 256) + bytes(range(256)))
    assert array.view(np.uint8).tolist() == [0] + [1] * 255
    assert decode(b"n?\x00\x07").tobytes() == b"\x01"


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


@pytest.mark.parametrize("name", BIT_GENERATORS)
def test_a_generator_is_sent_as_its_state(name: str) -> None:
    rng = np.random.Generator(getattr(np.random, name)(7))
    rng.random(3)
    assert np.array_equal(decode(encode(rng)).integers(9, size=1000), rng.integers(9, size=1000))


def _state(name: str, **changes: object) -> bytes:
    """Return a message that holds a generator whose state has changes, at whatever depth their names are."""

    def changed(state: dict) -> dict:
        return {key: changes[key] if key in changes else changed(part) if isinstance(part, dict) else part
                for key, part in state.items()}  # fmt: skip

    bits = getattr(np.random, name)(1)
    return b"g" + encode([name, changed(bits.state)])


_FOUR = np.arange(4, dtype=np.uint64)
OUT_OF_RANGE = [
    ("MT19937", {"pos": 625}),
    ("MT19937", {"pos": 2**31 - 1}),
    ("MT19937", {"pos": -1}),
    ("MT19937", {"pos": True}),
    ("MT19937", {"pos": 1.0}),
    ("MT19937", {"pos": np.int64(1)}),
    ("MT19937", {"key": np.zeros(0, np.uint32)}),
    ("MT19937", {"key": np.ones(623, np.uint32)}),
    ("MT19937", {"key": np.ones(624, np.uint64)}),
    ("MT19937", {"key": [1] * 624}),
    ("MT19937", {"key": np.arange(624, dtype=np.uint32) == 0}),
    ("MT19937", {"key": np.where(np.arange(624) == 0, 1, 0).astype(np.uint32)}),
    ("MT19937", {"state": {}}),
    ("MT19937", {"state": None}),
    ("Philox", {"buffer_pos": -1}),
    ("Philox", {"buffer_pos": 5}),
    ("Philox", {"buffer_pos": 2**70}),
    ("Philox", {"buffer": _FOUR[:3]}),
    ("Philox", {"counter": _FOUR.astype(float)}),
    ("Philox", {"key": _FOUR}),
    ("SFC64", {"state": _FOUR}),
    ("SFC64", {"state": {"state": _FOUR[:1]}}),
    ("SFC64", {"state": {"state": _FOUR, "more": 1}}),
    *(
        (name, {"has_uint32": number})
        for name in ("PCG64", "PCG64DXSM", "Philox", "SFC64")
        for number in (-1, 2, 2**40)
    ),
    *((name, {"uinteger": number}) for name in ("PCG64", "PCG64DXSM", "Philox", "SFC64") for number in (-1, 2**32)),
    *(("PCG64", {"state": {"state": state, "inc": 1}}) for state in (-1, 2**128, 1.5, "1", None)),
    *(("PCG64", {"state": {"state": 1, "inc": inc}}) for inc in (-1, 2, 2**128 + 1)),
    ("PCG64", {"state": {"state": 1}}),
    ("PCG64", {"bit_generator": "MT19937"}),
    ("PCG64", {"bit_generator": np.zeros(3)}),
]


@pytest.mark.parametrize(("name", "changes"), OUT_OF_RANGE)
def test_a_state_that_no_generator_reaches_is_refused(name: str, changes: dict) -> None:
    decode(_state(name))
    with pytest.raises(WireError):
        decode(_state(name, **changes))


NAMED_BADLY = [None, [], ["PCG64"], ["PCG64", {}, 1], [np.zeros(2), {}], [["PCG64"], {}], ["PCG64", 1], ["Seed", {}]]


@pytest.mark.parametrize("named", NAMED_BADLY, ids=str)
def test_what_is_no_name_and_state_of_a_generator_is_refused(named: object) -> None:
    with pytest.raises(WireError):
        decode(b"g" + encode(named))


def test_whatever_state_is_accepted_can_be_drawn_from() -> None:
    # In a process of its own, which a wild read would end.
    drawn = subprocess.run(
        [sys.executable, Path(__file__).with_name("draw_from_forged_generators.py")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (drawn.returncode, drawn.stderr) == (0, "")
    accepted, refused = map(int, drawn.stdout.split())
    assert accepted > 100
    assert refused > 100


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
        b"s\x00\x00\x00\x01\xff",
    ],
)
def test_malformed_messages_are_refused(payload: bytes) -> None:
    with pytest.raises(WireError):
        decode(payload)


def test_no_more_values_are_sent_than_a_message_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", replace(LARGEST, values=50))
    with pytest.raises(ValueError, match="at most 50"):
        encode([0] * 100)


def test_too_little_memory_is_no_fault_of_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(wire, "make_generator", fail)
    with pytest.raises(MemoryError):
        decode(_state("PCG64"))


@pytest.mark.parametrize("error", [AttributeError, IndexError, RecursionError, AssertionError, struct.error])
def test_every_other_error_is_a_refusal(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(wire, "make_generator", fail)
    with pytest.raises(WireError):
        decode(_state("PCG64"))


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


def test_after_a_message_that_is_too_large_comes_the_next(ends: tuple[Channel, Channel]) -> None:
    tiny = Size(bytes=100, values=10, keys=10, elements=10, text=10)
    for value in ("x" * 50_000, "x" * 50, [0] * 20, {str(n): 0 for n in range(5)}, np.zeros((20, 0))):
        ends[0].send(1, value)
        with _memory(megabytes=0.1), pytest.raises(TooLarge):
            ends[1].receive(time.monotonic() + 10, tiny)
    ends[0].send(1, np.zeros(100))
    with pytest.raises(TooLarge):
        ends[1].receive(time.monotonic() + 10, replace(LARGEST, bytes=100))
    ends[0].send(2, "short")
    assert ends[1].receive(time.monotonic() + 10, tiny) == (2, "short")


@pytest.mark.parametrize("key", [np.int64(3), np.float64(2.5), np.complex64(1j)])
def test_keys_are_no_numbers_of_numpy(key: np.number) -> None:
    with pytest.raises(WireError, match="neither text nor a number"):
        decode(b"d" + _count(1) + encode(key) + encode(None))


def test_numpy_keys_arrive_as_plain_ones() -> None:
    (key,) = decode(encode({np.int64(3): "x"}))
    assert type(key) is int
