"""Canvas's uploads and its file of marks."""

from datetime import datetime

import pytest

from grading.classroom import Classroom
from tests.collecting.uploading import LMS, NOON, notebook
from tests.platforms.exporting import exported
from tests.released import ASSIGNMENT


@pytest.mark.parametrize(
    "name", ["lovelaceada_12345_67890_momentum.ipynb", "lovelaceada_LATE_12345_67890_momentum-1.ipynb"]
)
def test_uploads_are_named_after_full_names_in_one_word(lms: LMS, name: str) -> None:
    lms.upload(name)
    assert lms.reasons() == {}
    assert (lms.submitted(), lms.text("lovelaceada")) == ({"lovelaceada"}, "first")


def test_a_students_own_file_name_does_not_count(lms: LMS) -> None:
    lms.upload("ada/byronbob_12345_67890_momentum.ipynb")
    assert lms.reasons() == {}
    assert lms.submitted() == {"ada"}


@pytest.mark.parametrize(
    "name",
    [
        "lovelaceada_12345_9_x_666_7_momentum.ipynb",
        "lovelaceada_12345_666_7_momentum.ipynb",
        "evileve_666_7_lovelaceada_12345_9_momentum.ipynb",
        "evileve_666_7_Lovelace Ada_12345_assignsubmission_file_momentum.ipynb",
    ],
)
def test_a_name_that_can_be_read_in_two_ways_is_nobodys(lms: LMS, name: str) -> None:
    lms.upload("lovelaceada_12345_8_momentum.ipynb", notebook("Ada's"))
    lms.upload(name, notebook("Eve's"))
    assert "several ways" in lms.reasons()[name]
    assert lms.submitted() == {"lovelaceada"}
    assert lms.text("lovelaceada") == "Ada's"


def test_a_name_with_an_underscore_is_not_that_of_a_student_whose_id_it_begins_with(lms: LMS) -> None:
    lms.upload("s123_x_666_7_work.ipynb")
    assert set(lms.reasons(roster=lms.roster("s123,Ada Lovelace,101"))) == {"s123_x_666_7_work.ipynb"}
    assert lms.submitted() == set()


def test_a_class_list_knows_students_by_name(lms: LMS) -> None:
    assert lms.matches_once_listed("lovelaceadaking_12345_67890_momentum.ipynb")


def test_numbers_of_uploads_tell_the_order_even_if_times_do_not(lms: LMS) -> None:
    lms.upload("lovelaceada_12345_9_momentum.ipynb", notebook("first"), NOON + 2)
    lms.upload("lovelaceada_LATE_12345_10_momentum-1.ipynb", notebook("second"), NOON)
    assert lms.reasons() == {}
    assert lms.text("lovelaceada") == "second"
    assert list(lms.kept("superseded").values()) == [notebook("first")]


def test_only_what_is_marked_late_is_late_by_the_time_of_the_download(lms: LMS) -> None:
    with lms.classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("momentum", duedate=datetime(2025, 3, 8, 11, 0))
    lms.upload("ada_1_2_momentum.ipynb")
    lms.upload("bob_LATE_3_4_momentum.ipynb")
    lms.reasons()
    assert lms.handed_in("ada") == "2025-03-08 11:00:00+00:00"
    assert lms.handed_in("bob") == "2025-03-08 12:00:00+00:00"


def test_columns_and_possible_points_are_where_canvas_looks(marked: Classroom) -> None:
    most, *students = exported(marked, "canvas")
    assert list(most) == ["Student", "ID", "SIS Login ID", "Section", ASSIGNMENT]
    assert (most["Student"].strip(), most[ASSIGNMENT]) == ("Points Possible", "15")
    (ada,) = [row for row in students if row["SIS Login ID"] == "ada"]
    assert list(ada.values()) == ["Löwe, née Byron, Ada", "17", "ada", "", "6.12"]
