"""Random networks for the tests of update rules, and checks that every update rule must pass."""

from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

Arrays = dict[str, np.ndarray]

# Floats of either sign, none so small that its square underflows, and zero.
NOT_ZERO = st.floats(2**-10, 8, width=32) | st.floats(-8, -(2**-10), width=32)
VALUES = NOT_ZERO | st.just(0.0)
DECAYS = st.floats(0, 0.99)
RATES = st.floats(0.001, 1)


class Network(NamedTuple):
    """A network in the middle of its training."""

    parameters: Arrays
    gradients: Arrays
    velocity: Arrays
    squares: Arrays


@st.composite
def networks(draw: st.DrawFn, values: st.SearchStrategy[float] = VALUES, dtype: type = np.float64) -> Network:
    """Draw one or two layers of one to three units each."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=3))
    shapes = {}
    for layer, (inputs, units) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        shapes |= {f"W{layer}": (units, inputs), f"b{layer}": (units, 1)}

    def fill(prefix: str) -> Arrays:
        return {prefix + name: draw(arrays(dtype, shape, elements=values)) for name, shape in shapes.items()}

    squares = {name: array**2 for name, array in fill("d").items()}
    return Network(fill(""), fill("d"), fill("d"), squares)


def assert_close(actual: Arrays, expected: Arrays, rtol: float = 1e-9, atol: float = 1e-12) -> None:
    """Compare two dicts of arrays, key by key."""
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(actual[name], array, rtol=rtol, atol=atol, err_msg=name)


def assert_inputs_untouched(update: Callable, *inputs: object) -> None:
    """Check that `update` leaves its arguments unchanged and that its results share no memory with them."""
    before = deepcopy(inputs)
    outputs = update(*inputs)
    given = [array for item in inputs if isinstance(item, dict) for array in item.values()]
    remembered = [array for item in before if isinstance(item, dict) for array in item.values()]
    for array, copy in zip(given, remembered, strict=True):
        np.testing.assert_array_equal(array, copy)
    for output in outputs:
        assert not any(output is item for item in inputs)
        assert not any(np.shares_memory(new, old) for new in output.values() for old in given)


def assert_shapes_and_dtype(outputs: tuple[Arrays, ...], parameters: Arrays, dtype: type) -> None:
    """Check that parameters are returned first, then averages, all with the parameters' shapes and `dtype`."""
    for prefix, output in zip(["", *["d"] * (len(outputs) - 1)], outputs, strict=True):
        assert output.keys() == {prefix + name for name in parameters}
        for name, parameter in parameters.items():
            assert output[prefix + name].shape == parameter.shape
            assert output[prefix + name].dtype == dtype
