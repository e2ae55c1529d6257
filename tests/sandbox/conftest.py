"""One zygote for the tests of a file."""

from collections.abc import Iterator

import pytest

from grading.sandbox.launch import Zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote
