"""When two values agree."""

import copy

import numpy as np
import pytest

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
