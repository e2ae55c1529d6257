"""A class that uploads, and one that is marked, for the tests of this folder."""

import pytest

from grading.classroom import Classroom
from tests.collecting.uploading import empty_gradebook, lms
from tests.results.fabricated import fabricate, mark_by_hand

__all__ = ["empty_gradebook", "lms"]


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A class of one with all that a class list can say of her, and marks."""
    classroom = fabricate(tmp_path_factory.mktemp("class"))
    mark_by_hand(classroom, "ada", (4, 2.125, 0))
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name="Löwe, née Byron", email="ada@example.org", lms_user_id="17"
        )
    return classroom
