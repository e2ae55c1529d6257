"""The class list, from the gradebook and a roster file, says whose an upload is."""

import pytest

from grading.collecting.uploads import Unusable
from tests.collecting.uploading import HOUR, LMS, NOON, notebook

ADA = "Ada Lovelace_101_assignsubmission_file_/momentum.ipynb"
MALLORY = "Mallory Moe_666_assignsubmission_file_/momentum.ipynb"
EVERYTHING = {"first_name": "Ada", "last_name": "Lovelace", "email": "Ada@Example.org", "lms_user_id": "101"}


# --- the gradebook ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        ADA,
        "Lovelace Ada_9_assignsubmission_file_/momentum.ipynb",
        "Participant_101_assignsubmission_file_/momentum.ipynb",
        "lovelaceada_9_10_momentum.ipynb",
        "s123_momentum.ipynb",
        "s123_homework.ipynb",
        "ada@example.org/work.ipynb",
    ],
)
def test_the_gradebook_knows_students_by_name_number_id_or_address(lms: LMS, name: str) -> None:
    lms.know("s123", **EVERYTHING)
    lms.upload(name)
    assert lms.reasons() == {}
    assert lms.submitted() == {"s123"}


@pytest.mark.parametrize("known", EVERYTHING)
@pytest.mark.parametrize(
    "name", [MALLORY, "moemallory_9_10_momentum.ipynb", "mallory_momentum.ipynb", "mallory/a.ipynb"]
)
def test_a_stranger_to_the_gradebook_is_unmatched(lms: LMS, name: str, known: str) -> None:
    """It takes one student of whom the gradebook knows more than the id."""
    lms.know("s123", **{known: EVERYTHING[known]})
    lms.upload(name)
    assert set(lms.reasons()) == {name}
    assert (lms.submitted(), lms.kept("unmatched")) == (set(), {name: notebook()})


def test_without_a_class_list_students_are_named_after_uploads(lms: LMS) -> None:
    """Ids that grading itself put into the gradebook are not a class list."""
    lms.know("somebody")
    lms.upload(ADA)
    lms.upload("bob_momentum.ipynb")
    assert lms.reasons() == {}
    assert lms.submitted() == {"ada-lovelace", "bob"}


def test_collecting_and_grading_do_not_make_a_class_list(lms: LMS) -> None:
    lms.upload(ADA)
    lms.reasons()
    lms.know("ada-lovelace")  # as grading does
    lms.upload(ADA, notebook("second"), NOON + HOUR)
    lms.upload(MALLORY)
    assert lms.reasons() == {}
    assert lms.submitted() == {"ada-lovelace", "mallory-moe"}
    assert lms.text("ada-lovelace") == "second"


def test_a_class_list_that_comes_later_counts_from_then_on(lms: LMS) -> None:
    for name in (ADA, MALLORY, "mallory_momentum.ipynb"):
        lms.upload(name)
    assert lms.reasons() == {}
    invented = {"ada-lovelace", "mallory-moe", "mallory"}
    assert lms.submitted() == invented
    for student in invented:
        lms.know(student)  # as grading does
    lms.know("s123", **EVERYTHING)
    before = lms.kept("submitted")
    assert set(lms.reasons()) == {MALLORY, "mallory_momentum.ipynb"}
    assert lms.submitted() == invented | {"s123"}
    assert before.items() <= lms.kept("submitted").items(), "nothing is lost"
    unmatched, submitted = lms.kept("unmatched"), lms.kept("submitted")
    assert set(lms.reasons()) == set(unmatched)
    assert (lms.kept("unmatched"), lms.kept("submitted")) == (unmatched, submitted)


def test_a_student_of_whom_only_the_id_is_known_can_be_added_by_a_roster(lms: LMS) -> None:
    lms.know("s123", **EVERYTHING)
    lms.know("zoe")
    lms.upload("zoe_momentum.ipynb")
    assert set(lms.reasons()) == {"zoe_momentum.ipynb"}
    assert lms.reasons(roster=lms.roster("zoe", columns="id")) == {}
    assert lms.submitted() == {"zoe"}


def test_an_id_that_cannot_be_a_folder_is_reported(lms: LMS) -> None:
    lms.know("../bob", first_name="Bob")
    lms.upload("ada/momentum.ipynb")
    with pytest.raises(Unusable, match=r"'\.\./bob' cannot be the name of a folder"):
        lms.reasons()


# --- a roster file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "row"),
    {
        "student,name,lms_id": "x9,Bob Byron,7",
        "id,first_name,last_name,email,lms_user_id": "x9,Bob,Byron,bob@example.org,7",
        "last_name,id,first_name": "Byron,x9,Bob",
    }.items(),
)
def test_a_roster_adds_to_the_gradebook(lms: LMS, columns: str, row: str) -> None:
    lms.know("s123", **EVERYTHING)
    lms.upload(ADA)
    lms.upload("Bob Byron_8_assignsubmission_file_/momentum.ipynb")
    lms.upload(MALLORY)
    assert set(lms.reasons(roster=lms.roster(row, columns=columns))) == {MALLORY}
    assert lms.submitted() == {"s123", "x9"}


def test_a_roster_adds_names_and_numbers_of_the_same_student(lms: LMS) -> None:
    lms.know("s123", **EVERYTHING)
    lms.upload(ADA)
    lms.upload("King_5_assignsubmission_file_/adam.ipynb", notebook(assignment="adam"))
    lms.upload("Participant_6_assignsubmission_file_/momentum.ipynb", notebook("newer"), NOON + HOUR)
    assert lms.reasons(roster=lms.roster("s123,Ada King,", "s123,King,", "s123,,6")) == {}
    assert lms.classroom.submissions() == [("s123", "adam"), ("s123", "momentum")]
    assert lms.text("s123") == "newer"


def test_a_roster_alone_is_a_class_list(lms: LMS) -> None:
    lms.upload(ADA)
    lms.upload(MALLORY)
    assert set(lms.reasons(roster=lms.roster("s123,Ada Lovelace,"))) == {MALLORY}
    assert lms.submitted() == {"s123"}


def test_namesakes_of_the_gradebook_are_told_apart_by_a_roster(lms: LMS) -> None:
    lms.know("minsu1", first_name="Minsu", last_name="Kim")
    lms.know("minsu2", first_name="Minsu", last_name="Kim")
    lms.upload("Kim Minsu_1_assignsubmission_file_/momentum.ipynb", notebook("one"))
    lms.upload("Kim Minsu_2_assignsubmission_file_/momentum.ipynb", notebook("two"))
    assert "Several students" in str(lms.reasons())
    assert lms.submitted() == set()
    assert lms.reasons(roster=lms.roster("minsu1,,1", "minsu2,,2")) == {}
    assert (lms.text("minsu1"), lms.text("minsu2")) == ("one", "two")


@pytest.mark.parametrize(
    "content",
    [
        b"student;name\nada;Ada",
        b"student,name\nada,Ada",
        b"",
        b"student,name,lms_id\n../bob,Bob,1",
        b"id\n../bob",
        b"student,name,lms_id\na,A,1\nb,B,1",
        b"student,name,lms_id\nb,B,101",
        b"\xff\xfe",
    ],
)
def test_an_unusable_roster_is_reported(lms: LMS, content: bytes) -> None:
    lms.know("s123", **EVERYTHING)
    lms.upload("s123/momentum.ipynb")
    roster = lms.roster()
    roster.write_bytes(content)
    with pytest.raises(Unusable):
        lms.reasons(roster=roster)
    assert lms.submitted() == set()
