"""The students' zip."""

from pathlib import Path

import pytest

from grading.classroom import Classroom
from grading.release import release


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip that students are given."""
    return release(Classroom(tmp_path_factory.mktemp("release")))
