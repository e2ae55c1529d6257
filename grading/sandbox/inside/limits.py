"""The bounds that both sides of the wire know."""

# A message of the wire, and what it may hold.
MAX_MESSAGE_BYTES = 32 * 2**20
MAX_VALUES = 1_000_000
MAX_DEPTH = 24
MAX_INTEGER_BYTES = 512
MAX_DIMENSIONS = 32
MAX_TYPE_NAME_CHARACTERS = 200

# What a call may bring back. An iterator may be endless.
MAX_ITERATOR_ITEMS = 100_000
MAX_ERROR_CHARACTERS = 1_000

# A message between the grader and the zygote.
MAX_CONTROL_BYTES = 2**16

# What the sandbox offers beside `Limits`: shared memory, and the number of files.
SHARED_MEMORY_BYTES = 16 * 2**20
SHARED_MEMORY_FILES = 256
SCRATCH_FILES = 4_096
