"""The wire between grader and sandbox: numbered messages of bounded length that carry only plain data.

A value is a one-byte tag followed by what the tag asks for. What comes from the sandbox is rebuilt value by value, so
only the types below can come out, whatever bytes went in.
"""

import os
import select
import struct
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from .limits import (
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INTEGER_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_TYPE_NAME_CHARACTERS,
    MAX_VALUES,
)

# Instead of the number of a request, which is never this one: the process that was to answer it has died.
DIED = 0

DTYPES = frozenset("?bhilqBHILQefdFD")
_DOUBLES = {"g": "d", "G": "D"}
BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")

_HEADER = struct.Struct("!QI")


class WireError(Exception):
    """What came is no message: the other side is broken, or forges messages."""


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """The other side did not answer in time."""


class Opaque:
    """Stands for a value that is not plain data; only the name of its type is known."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind}>"


class Channel:
    """One end of the wire, over two pipes."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        for descriptor in (reads, writes):
            os.set_blocking(descriptor, False)

    def send(self, number: int, value: Any, deadline: float | None = None) -> None:
        """Send a message.

        Args:
            number: of the request that it is, or answers.
            value: plain data; the rest of it arrives as `Opaque`.
            deadline: by the clock of `time.monotonic`; by default there is none.

        Raises:
            Late: the deadline passed.
            Closed: nobody is reading any more.
            ValueError: the message would be too long.
        """
        payload = encode(value)
        if len(payload) > MAX_MESSAGE_BYTES:
            raise ValueError(f"a message has at most {MAX_MESSAGE_BYTES} bytes, this one {len(payload)}")
        rest = memoryview(_HEADER.pack(number, len(payload)) + payload)
        while rest:
            _wait(self._writes, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._writes, rest[: 2**16]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed from error

    def receive(self, deadline: float | None = None) -> tuple[int, Any]:
        """Receive the next message: its number and its value.

        Args:
            deadline: by the clock of `time.monotonic`; by default there is none.

        Raises:
            Late: the deadline passed.
            Closed: the other side is gone.
            WireError: what came is no message.
        """
        number, length = _HEADER.unpack(self._read(_HEADER.size, deadline))
        if length > MAX_MESSAGE_BYTES:
            raise WireError(f"a message of {length} bytes")
        return number, decode(self._read(length, deadline))

    def close(self) -> None:
        """Close both pipes."""
        for descriptor in (self._reads, self._writes):
            os.close(descriptor)

    def _read(self, length: int, deadline: float | None) -> bytes:
        parts = []
        while length:
            _wait(self._reads, select.POLLIN, deadline)
            try:
                part = os.read(self._reads, min(length, 2**20))
            except BlockingIOError:
                continue
            if not part:
                raise Closed
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def _wait(descriptor: int, event: int, deadline: float | None) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000):
        raise Late


def encode(value: Any) -> bytes:
    """Return a value as bytes. Whatever is not plain data, or is nested too deep, becomes `Opaque`.

    Raises:
        ValueError: there are more values than a message may hold.
    """
    writer = _Writer()
    writer.write(value, 0)
    return b"".join(writer.parts)


def decode(payload: bytes) -> Any:
    """Return the value that the bytes stand for.

    Raises:
        WireError: they stand for none.
    """
    reader = _Reader(payload)
    try:
        value = reader.read(0)
    except (struct.error, UnicodeDecodeError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise WireError(f"malformed message: {error}") from error
    if reader.at != len(payload):
        raise WireError("bytes are left over")
    return value


def is_plain(value: Any) -> bool:
    """Check whether a decoded value is plain data through and through."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return not isinstance(value, Opaque)


class _Writer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.values = 0

    def write(self, value: Any, depth: int) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            raise ValueError(f"a message has at most {MAX_VALUES} values")
        put = self.parts.append
        if depth > MAX_DEPTH:
            self._text(b"o", "value that is nested too deep")
        elif value is None:
            put(b"N")
        elif value is True or value is False:
            put(b"T" if value else b"F")
        elif isinstance(value, np.ndarray | np.generic):
            self._array(value)
        elif isinstance(value, int):
            self._integer(int.__index__(value))
        elif isinstance(value, float):
            put(b"f" + struct.pack("!d", float.__float__(value)))
        elif isinstance(value, complex):
            put(b"c" + struct.pack("!dd", value.real, value.imag))
        elif isinstance(value, str):
            self._text(b"s", str.__str__(value))
        elif isinstance(value, list | tuple):
            items = list(value)
            put((b"l" if isinstance(value, list) else b"t") + struct.pack("!I", len(items)))
            for item in items:
                self.write(item, depth + 1)
        elif isinstance(value, Mapping):
            self._mapping(dict(value), depth)
        elif isinstance(value, np.random.Generator):
            put(b"g")
            self.write([type(value.bit_generator).__name__, value.bit_generator.state], depth + 1)
        elif isinstance(value, Opaque):
            self._text(b"o", value.kind)
        else:
            self._text(b"o", type(value).__name__)

    def _mapping(self, mapping: dict[Any, Any], depth: int) -> None:
        if not all(key is None or isinstance(key, str | int | float | np.number) for key in mapping):
            self._text(b"o", "dict with other keys than text and numbers")
            return
        self.parts.append(b"d" + struct.pack("!I", len(mapping)))
        for key, item in mapping.items():
            self.write(key, depth + 1)
            self.write(item, depth + 1)

    def _array(self, value: np.ndarray | np.generic) -> None:
        array = _as_double(np.asarray(value))
        if array.dtype.char not in DTYPES:
            self._text(b"o", f"array of {array.dtype}")
            return
        # The order in memory is part of what a function receives: `ravel` with order "K" depends on it.
        by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
        native = array.astype(array.dtype.newbyteorder("="), copy=False)
        kind = b"n" if isinstance(value, np.generic) else b"A" if by_columns else b"a"
        self.parts.append(kind + array.dtype.char.encode() + struct.pack(f"!B{array.ndim}Q", array.ndim, *array.shape))
        self.parts.append(native.tobytes("F" if by_columns else "C"))

    def _integer(self, value: int) -> None:
        length = value.bit_length() // 8 + 1
        if length > MAX_INTEGER_BYTES:
            self._text(b"o", "huge integer")
        else:
            self.parts.append(b"i" + struct.pack("!H", length) + value.to_bytes(length, "big", signed=True))

    def _text(self, tag: bytes, text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        self.parts.append(tag + struct.pack("!I", len(data)) + data)


def _as_double(array: np.ndarray) -> np.ndarray:
    """Return long doubles, which differ between machines, as doubles, unless one of them is too large for that."""
    if array.dtype.char not in _DOUBLES:
        return array
    with np.errstate(all="ignore"):
        rounded = array.astype(_DOUBLES[array.dtype.char])
    return rounded if np.array_equal(np.isfinite(rounded), np.isfinite(array)) else array


class _Reader:
    def __init__(self, payload: bytes) -> None:
        self.payload, self.at, self.values = payload, 0, 0

    def take(self, length: int) -> bytes:
        if length > len(self.payload) - self.at:
            raise WireError("a message ends too early")
        self.at += length
        return self.payload[self.at - length : self.at]

    def number(self, form: str) -> int:
        (number,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(number)

    def read(self, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES or depth > MAX_DEPTH + 2:
            raise WireError("too many values, or too deep")
        tag = self.take(1)
        match tag:
            case b"N":
                return None
            case b"T":
                return True
            case b"F":
                return False
            case b"i":
                return int.from_bytes(self.take(self.number("!H")), "big", signed=True)
            case b"f":
                return struct.unpack("!d", self.take(8))[0]
            case b"c":
                return complex(*struct.unpack("!dd", self.take(16)))
            case b"s":
                return self.text()
            case b"o":
                return Opaque(self.text()[:MAX_TYPE_NAME_CHARACTERS])
            case b"l":
                return [self.read(depth + 1) for _ in range(self.count())]
            case b"t":
                return tuple([self.read(depth + 1) for _ in range(self.count())])
            case b"d":
                return {self.key(depth): self.read(depth + 1) for _ in range(self.count())}
            case b"a" | b"A" | b"n":
                return self.array(tag)
            case b"g":
                return self.generator(depth)
        raise WireError(f"unknown tag {tag!r}")

    def count(self) -> int:
        count = self.number("!I")
        if count > len(self.payload) - self.at:
            raise WireError("more values than bytes")
        return count

    def text(self) -> str:
        # Half a surrogate pair is legal in a Python string, but not in any file or database that it is written to.
        return self.take(self.number("!I")).decode("utf-8", "surrogatepass").encode("utf-8", "replace").decode("utf-8")

    def key(self, depth: int) -> Any:
        key = self.read(depth + 1)
        if not (key is None or isinstance(key, str | int | float | np.number)):
            raise WireError("a key that is neither text nor a number")
        return key

    def array(self, tag: bytes) -> Any:
        char = self.take(1).decode("ascii")
        if char not in DTYPES:
            raise WireError(f"dtype {char!r}")
        dtype = np.dtype(char)
        dimensions = self.number("!B")
        if dimensions > MAX_DIMENSIONS:
            raise WireError("too many dimensions")
        shape = struct.unpack(f"!{dimensions}Q", self.take(8 * dimensions))
        size = 1
        for length in shape:
            size *= length
        array = np.frombuffer(self.take(size * dtype.itemsize), dtype).copy()
        if tag == b"n":
            if shape != ():
                raise WireError("a scalar with a shape")
            return array[0]
        return array.reshape(shape, order="F" if tag == b"A" else "C")

    def generator(self, depth: int) -> np.random.Generator:
        name, state = self.read(depth + 1)
        if name not in BIT_GENERATORS:
            raise WireError(f"bit generator {name!r}")
        bits = getattr(np.random, name)(0)
        bits.state = state
        return np.random.Generator(bits)
