"""Random generators on the wire: the name of a bit generator, and a state that it can reach.

NumPy sets any state it is given. A position outside of a buffer is then read from memory that isn't the generator's.
"""

from typing import Any

import numpy as np

BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")

_LARGEST = {
    "state": 2**128 - 1,
    "inc": 2**128 - 1,
    "pos": 624,
    "buffer_pos": 4,
    "has_uint32": 1,
    "uinteger": 2**32 - 1,
}


def make_generator(name: Any, state: Any) -> np.random.Generator:
    """Return a random generator in a state.

    Args:
        name: of the bit generator.
        state: as the attribute `state` of a bit generator has it.

    Raises:
        ValueError: no such bit generator has such a state.
    """
    if not isinstance(name, str) or name not in BIT_GENERATORS:
        raise ValueError("no bit generator of NumPy's")
    bits = getattr(np.random, name)(0)
    if not _resembles(state, bits.state) or _repeats_one_number(state["state"]):
        raise ValueError(f"a state that {name} cannot reach")
    bits.state = state
    return np.random.Generator(bits)


def _resembles(state: Any, known: Any, name: str = "") -> bool:
    """Check whether a state, or a part of this name, has the types, keys, shapes and ranges of a known one."""
    if type(state) is not type(known):
        return False
    if isinstance(known, dict):
        return state.keys() == known.keys() and all(_resembles(state[key], known[key], key) for key in known)
    if isinstance(known, np.ndarray):
        return bool(state.dtype == known.dtype and state.shape == known.shape)
    if isinstance(known, int):
        return bool(0 <= state <= _LARGEST[name])
    return bool(state == known)


def _repeats_one_number(state: dict[str, Any]) -> bool:
    # Drawing below a bound tries again until a number suits: with such a generator, for ever.
    return bool(state.get("inc", 1) % 2 == 0 or ("pos" in state and not np.any(state["key"][1:])))
