"""Moodle's uploads and its file of marks."""

import pytest

from grading.classroom import Classroom
from tests.collecting.uploading import HOUR, LMS, NOON, notebook
from tests.platforms.exporting import exported
from tests.released import ASSIGNMENT

ADA = "Ada Lovelace_101_assignsubmission_file_"


@pytest.mark.parametrize(
    ("name", "student"),
    {
        f"{ADA}/momentum.ipynb": "ada-lovelace",
        "Ada Lovelace_101_assignsubmission_file/momentum.ipynb": "ada-lovelace",
        f"{ADA}/my work/momentum.ipynb": "ada-lovelace",
        f"{ADA}momentum.ipynb": "ada-lovelace",
        "momentum/Ada Lovelace_101_assignsubmission_file_/momentum.ipynb": "ada-lovelace",
        "김 민수_101_assignsubmission_file_/momentum.ipynb": "김-민수",
    }.items(),
)
def test_uploads_are_named_after_full_names(lms: LMS, name: str, student: str) -> None:
    lms.upload(name)
    assert lms.reasons() == {}
    assert (lms.submitted(), lms.text(student)) == ({student}, "first")
    assert lms.handed_in(student) == "2025-03-08 12:00:00+00:00"


@pytest.mark.parametrize(
    "name",
    [
        f"{ADA}/Bob Byron_102_assignsubmission_file_/momentum.ipynb",
        f"{ADA}/bob_12345_67890_momentum.ipynb",
        f"{ADA}bob_momentum.ipynb",
        f"{ADA}/bob/momentum.ipynb",
    ],
)
def test_naming_a_classmate_hands_in_nothing_for_them(lms: LMS, name: str) -> None:
    lms.upload("Bob Byron_102_assignsubmission_file_/momentum.ipynb", notebook("Bob's"))
    lms.upload(name, notebook("Ada's"), NOON + HOUR)
    lms.reasons()
    assert lms.submitted() == {"ada-lovelace", "bob-byron"}
    assert lms.text("bob-byron") == "Bob's"


@pytest.mark.parametrize(
    "name",
    [
        f"{ADA}Bob Byron_102_assignsubmission_file_momentum.ipynb",
        "Bob Byron_102_assignsubmission_file_x_101_assignsubmission_file_/momentum.ipynb",
        "Bob Byron_102_assignsubmission_file__101_assignsubmission_file_momentum.ipynb",
    ],
)
def test_a_name_that_can_be_read_in_two_ways_is_nobodys(lms: LMS, name: str) -> None:
    """Students choose the names of their files, and may choose the name by which the platform knows them."""
    lms.upload("Bob Byron_102_assignsubmission_file_/momentum.ipynb", notebook("Bob's"))
    lms.upload(name, notebook("Ada's"), NOON + HOUR)
    assert "several ways" in lms.reasons()[name]
    assert lms.submitted() == {"bob-byron"}
    assert lms.text("bob-byron") == "Bob's"
    assert lms.kept("unmatched") == {name: notebook("Ada's")}


@pytest.mark.parametrize(
    "name",
    [
        "Ada King Lovelace_101_assignsubmission_file_/momentum.ipynb",
        "Ada King Lovelace_999_assignsubmission_file_/momentum.ipynb",
        "Participant_101_assignsubmission_file_/momentum.ipynb",
    ],
)
def test_a_class_list_knows_students_by_name_or_number(lms: LMS, name: str) -> None:
    assert lms.matches_once_listed(name)


def test_a_number_that_is_a_classmates_elsewhere_gives_nobody_the_upload(lms: LMS) -> None:
    """Moodle gives a student another number in each assignment."""
    lms.upload("Bob Byron_101_assignsubmission_file_/momentum.ipynb")
    why = lms.reasons(roster=lms.roster("s123,Ada Lovelace,101", "x9,Bob Byron,7"))
    assert "two students" in str(why)
    assert lms.submitted() == set()


def test_students_can_be_mapped_by_number_address_or_username(marked: Classroom) -> None:
    (ada,) = [row for row in exported(marked, "moodle") if row["Username"] == "ada"]
    assert list(ada.values()) == ["Ada", "Löwe, née Byron", "17", "ada@example.org", "ada", "6.12"]
    assert (ada["ID number"], ada["Email address"], ada[ASSIGNMENT]) == ("17", "ada@example.org", "6.12")
