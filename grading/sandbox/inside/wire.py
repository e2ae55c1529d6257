"""The wire between grader and sandbox: numbered messages of bounded length that carry only plain data.

A value is a one-byte tag followed by what the tag asks for. What comes from the sandbox is rebuilt value by value, so
only the types below can come out, whatever bytes went in. Nothing is made before it has been counted, so memory and
time are bounded by the size that the receiver allows.
"""

import math
import os
import select
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .generators import make_generator
from .limits import (
    LARGEST,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INTEGER_BYTES,
    MAX_NUMBER_KEYS,
    MAX_TYPE_NAME_CHARACTERS,
    Size,
)

# Instead of the number of a request, which is never this one: the process that was to answer it has died.
DIED = 0

_DTYPES = {char.encode(): np.dtype(char) for char in "?bhilqBHILQefdFD"}
_DOUBLES = {"g": "d", "G": "D"}

_HEADER = struct.Struct("!QI")
_LENGTH = struct.Struct("!I")
_SHORT_LENGTH = struct.Struct("!H")
# Plain ones: among NumPy's, thousands can be found that have the same hash.
_NUMBERS_FOR_KEYS = (int, float, bool, type(None))
_BOOLEANS = bytes(1) + bytes([1]) * 255


class WireError(Exception):
    """What came is no message: the other side is broken, or forges messages."""


class TooLarge(WireError):
    """What came is larger than the receiver allows. The next message can be received all the same."""


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """The other side did not answer in time."""


class Opaque:
    """Stands for a value that is not plain data; only the name of its type is known."""

    __slots__ = ("kind",)

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
        if len(payload) > LARGEST.bytes:
            raise ValueError(f"a message has at most {LARGEST.bytes} bytes, this one {len(payload)}")
        rest = memoryview(_HEADER.pack(number, len(payload)) + payload)
        while rest:
            _wait(self._writes, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._writes, rest[: 2**16]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Closed from error

    def receive(self, deadline: float | None = None, largest: Size = LARGEST) -> tuple[int, Any]:
        """Receive the next message: its number and its value.

        Args:
            deadline: by the clock of `time.monotonic`; by default there is none.
            largest: that the message may be; by default as large as any message.

        Raises:
            Late: the deadline passed.
            Closed: the other side is gone.
            TooLarge: the message is larger.
            WireError: what came is no message.
        """
        number, length = _HEADER.unpack(b"".join(self._read(_HEADER.size, deadline)))
        if length > LARGEST.bytes:
            raise WireError(f"a message of {length} bytes")
        if length > largest.bytes:
            for _ in self._read(length, deadline):
                pass
            raise TooLarge(f"at most {largest.bytes} bytes, got {length}")
        return number, decode(b"".join(self._read(length, deadline)), largest)

    def close(self) -> None:
        """Close both pipes."""
        for descriptor in (self._reads, self._writes):
            os.close(descriptor)

    def _read(self, length: int, deadline: float | None) -> Iterator[bytes]:
        while length:
            _wait(self._reads, select.POLLIN, deadline)
            try:
                part = os.read(self._reads, min(length, 2**20))
            except BlockingIOError:
                continue
            if not part:
                raise Closed
            length -= len(part)
            yield part


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


def measure(value: Any) -> Size:
    """Return the size of a value as a message.

    Raises:
        ValueError: there are more values than a message may hold.
    """
    writer = _Writer()
    writer.write(value, 0)
    length = sum(map(len, writer.parts))
    return Size(length, writer.values, writer.keys, writer.elements, writer.text)


def decode(payload: bytes, largest: Size = LARGEST) -> Any:
    """Return the value that the bytes stand for.

    Args:
        payload: any bytes.
        largest: that the value may be; by default as large as any message.

    Raises:
        TooLarge: the value is larger.
        WireError: the bytes stand for no value.
        MemoryError: too little is left even for a value of this size. This says nothing about the bytes.
    """
    reader = _Reader(payload, largest)
    try:
        value = reader.read(0)
    except (WireError, MemoryError):
        raise
    except Exception as error:
        raise WireError(f"malformed message: {type(error).__name__}") from error
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
        self.values = self.keys = self.number_keys = self.elements = self.text = 0

    def write(self, value: Any, depth: int) -> None:
        self.values += 1
        if self.values > LARGEST.values:
            raise ValueError(f"a message has at most {LARGEST.values} values")
        put = self.parts.append
        if depth > MAX_DEPTH:
            self._put_text(b"o", "value that is nested too deep")
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
            self._put_text(b"s", str.__str__(value))
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
            self._put_text(b"o", value.kind)
        else:
            self._put_text(b"o", type(value).__name__)

    def _mapping(self, mapping: dict[Any, Any], depth: int) -> None:
        mapping = {key.item() if isinstance(key, np.number) else key: item for key, item in mapping.items()}
        if not all(key is None or isinstance(key, str | int | float) for key in mapping):
            self._put_text(b"o", "dict with other keys than text and numbers")
            return
        numbers = sum(not isinstance(key, str) for key in mapping)
        if self.number_keys + numbers > MAX_NUMBER_KEYS:
            self._put_text(b"o", "dict with too many numbers for keys")
            return
        self.number_keys += numbers
        self.keys += len(mapping)
        self.parts.append(b"d" + struct.pack("!I", len(mapping)))
        for key, item in mapping.items():
            self.write(key, depth + 1)
            self.write(item, depth + 1)

    def _array(self, value: np.ndarray | np.generic) -> None:
        array = _as_double(np.asarray(value))
        if array.dtype.char.encode() not in _DTYPES:
            self._put_text(b"o", f"array of {array.dtype}")
            return
        self.elements += _extent(array.shape)
        # The order in memory is part of what a function receives: `ravel` with order "K" depends on it.
        by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
        native = array.astype(array.dtype.newbyteorder("="), copy=False)
        kind = b"n" if isinstance(value, np.generic) else b"A" if by_columns else b"a"
        self.parts.append(kind + array.dtype.char.encode() + struct.pack(f"!B{array.ndim}Q", array.ndim, *array.shape))
        self.parts.append(native.tobytes("F" if by_columns else "C"))

    def _integer(self, value: int) -> None:
        length = value.bit_length() // 8 + 1
        if length > MAX_INTEGER_BYTES:
            self._put_text(b"o", "huge integer")
        else:
            self.parts.append(b"i" + struct.pack("!H", length) + value.to_bytes(length, "big", signed=True))

    def _put_text(self, tag: bytes, text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        self.text += len(data)
        self.parts.append(tag + struct.pack("!I", len(data)) + data)


def _as_double(array: np.ndarray) -> np.ndarray:
    """Return long doubles, which differ between machines, as doubles, unless one of them is too large for that."""
    if array.dtype.char not in _DOUBLES:
        return array
    with np.errstate(all="ignore"):
        rounded = array.astype(_DOUBLES[array.dtype.char])
    return rounded if np.array_equal(np.isfinite(rounded), np.isfinite(array)) else array


def _extent(shape: tuple[int, ...]) -> int:
    return math.prod(shape) or math.prod(max(1, length) for length in shape)


class _Reader:
    """Reads values and counts down what may still come."""

    def __init__(self, payload: bytes, largest: Size) -> None:
        self.payload, self.at = payload, 0
        self.values, self.elements, self.text_bytes = largest.values, largest.elements, largest.text
        self.keys, self.number_keys = largest.keys, MAX_NUMBER_KEYS

    def take(self, length: int) -> bytes:
        if length > len(self.payload) - self.at:
            raise WireError("a message ends too early")
        self.at += length
        return self.payload[self.at - length : self.at]

    def number(self, form: struct.Struct) -> int:
        (number,) = form.unpack(self.take(form.size))
        return int(number)

    def read(self, depth: int) -> Any:
        self.values -= 1
        if self.values < 0:
            raise TooLarge("too many values")
        if depth > MAX_DEPTH + 2:
            raise WireError("nested too deep")
        tag = self.take(1)
        match tag:
            case b"N":
                return None
            case b"T":
                return True
            case b"F":
                return False
            case b"i":
                return self.integer()
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
                return self.mapping(depth)
            case b"a" | b"A" | b"n":
                return self.array(tag)
            case b"g":
                return self.generator(depth)
        raise WireError("unknown tag")

    def count(self) -> int:
        count = self.number(_LENGTH)
        if count > len(self.payload) - self.at:
            raise WireError("more values than bytes")
        return count

    def integer(self) -> int:
        length = self.number(_SHORT_LENGTH)
        if length > MAX_INTEGER_BYTES:
            raise TooLarge("an integer too long")
        return int.from_bytes(self.take(length), "big", signed=True)

    def text(self) -> str:
        length = self.number(_LENGTH)
        self.text_bytes -= length
        if self.text_bytes < 0:
            raise TooLarge("too much text")
        # Half a surrogate pair is legal in a Python string, but not in any file or database that it is written to.
        return self.take(length).decode("utf-8", "surrogatepass").encode("utf-8", "replace").decode("utf-8")

    def mapping(self, depth: int) -> dict[Any, Any]:
        count = self.count()
        self.keys -= count
        if self.keys < 0:
            raise TooLarge("too many keys")
        mapping = {self.key(depth): self.read(depth + 1) for _ in range(count)}
        if len(mapping) < count:
            raise WireError("a key that occurs twice")
        return mapping

    def key(self, depth: int) -> Any:
        key = self.read(depth + 1)
        if isinstance(key, str):
            return key
        if type(key) not in _NUMBERS_FOR_KEYS:
            raise WireError("a key that is neither text nor a number")
        self.number_keys -= 1
        if self.number_keys < 0:
            raise TooLarge("too many numbers for keys")
        return key

    def array(self, tag: bytes) -> Any:
        dtype = _DTYPES.get(self.take(1))
        if dtype is None:
            raise WireError("unknown dtype")
        (dimensions,) = self.take(1)
        if dimensions > MAX_DIMENSIONS:
            raise WireError("too many dimensions")
        shape = struct.unpack(f"!{dimensions}Q", self.take(8 * dimensions))
        if tag == b"n" and shape:
            raise WireError("a scalar with a shape")
        self.elements -= _extent(shape)
        if self.elements < 0:
            raise TooLarge("too many elements")
        data = self.take(math.prod(shape) * dtype.itemsize)
        if dtype.char == "?":
            # NumPy counts on it that a boolean is 0 or 1.
            data = data.translate(_BOOLEANS)
        array = np.ndarray(shape, dtype, data, order="F" if tag == b"A" else "C")
        return array[()] if tag == b"n" else array.copy("K")

    def generator(self, depth: int) -> np.random.Generator:
        name, state = self.read(depth + 1)
        return make_generator(name, state)
