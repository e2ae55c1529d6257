"""Draws from each forged generator that the wire lets through, and prints how many there were, and how many it refused.

It is run as a program, because drawing from a state that no generator reaches may end the process.
"""

import faulthandler
import random

import numpy as np

from grading.sandbox.inside.generators import BIT_GENERATORS
from grading.sandbox.inside.wire import WireError, decode, encode

TRIES = 1_500
SECONDS = 100


def _forged(state: object, rng: random.Random) -> object:
    """Return a state with some of its parts at, near and beyond the ends of their ranges."""
    if isinstance(state, dict):
        return {key: _forged(part, rng) for key, part in state.items()}
    if rng.random() < 0.6:
        return state
    if isinstance(state, np.ndarray):
        fill = rng.choice([0, 1, np.iinfo(state.dtype).max])
        return np.full(rng.choice([state.size, state.size, state.size, 0, 1]), fill, state.dtype)
    if isinstance(state, int):
        end = 2 ** rng.choice([0, 1, 2, 9, 10, 31, 32, 63, 64, 128])
        return rng.choice([0, 1, 3, 4, 5, 623, 624, 625, end - 1, end, -end])
    return state


def _draw(generator: np.random.Generator) -> None:
    for kind in (np.uint8, np.uint16, np.uint32, np.uint64, np.int64):
        generator.integers(7, size=700, dtype=kind)
    generator.random(700)
    generator.random(7, dtype=np.float32)
    generator.normal(size=700)
    generator.exponential(size=7)
    generator.permutation(70)
    generator.bytes(70)


def main() -> None:
    """Try forged generators of every kind."""
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    rng = random.Random(1)
    accepted = refused = 0
    for number in range(TRIES):
        name = BIT_GENERATORS[number % len(BIT_GENERATORS)]
        bits = getattr(np.random, name)(number)
        try:
            generator = decode(b"g" + encode([name, _forged(bits.state, rng)]))
        except WireError:
            refused += 1
        else:
            _draw(generator)
            accepted += 1
    print(accepted, refused)


if __name__ == "__main__":
    main()
