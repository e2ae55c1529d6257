"""The bounds that both sides of the wire know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much a message holds, or may hold.

    Attributes:
        bytes: on the wire.
        values: everything that bears a tag, such as a number, a list, each of its items, a key or an array.
        keys: of all dictionaries together.
        elements: of all arrays together. Each dimension counts as 1 at least: an array of shape (8000000, 0) has no
            bytes, but whoever sorts it or prints it goes through its rows.
        text: bytes of all strings together.
    """

    bytes: int
    values: int
    keys: int
    elements: int
    text: int


# No message holds more, whatever it is for.
LARGEST = Size(bytes=32 * 2**20, values=1_000_000, keys=500_000, elements=2**22, text=32 * 2**20)
MAX_DEPTH = 24
MAX_DIMENSIONS = 32
MAX_INTEGER_BYTES = 512
# Whoever sends a number chooses its hash, and looking up keys of one hash takes quadratic time. The hash of a string is
# secret.
MAX_NUMBER_KEYS = 4_096
MAX_TYPE_NAME_CHARACTERS = 200

# What a call may bring back. An iterator may be endless.
MAX_ITERATOR_ITEMS = 100_000
MAX_ERROR_CHARACTERS = 1_000
# Instead of the name of an exception: the function returned, but its value does not fit into a message.
TOO_LARGE = "too large"

# A message between the grader and the zygote.
MAX_CONTROL_BYTES = 2**16

# What the sandbox offers beside `Limits`: shared memory, and the number of files.
SHARED_MEMORY_BYTES = 16 * 2**20
SHARED_MEMORY_FILES = 256
SCRATCH_FILES = 4_096
