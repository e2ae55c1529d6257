"""The files that Canvas and Moodle import."""

import csv
from pathlib import Path

import pytest

from grading.classroom import Classroom
from grading.results.lms_export import PLATFORMS, export_for_lms
from tests.released import ASSIGNMENT
from tests.results.fabricated import fabricate, mark_by_hand


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = fabricate(tmp_path_factory.mktemp("class"))
    mark_by_hand(classroom, "ada", (4, 2.125, 0))
    mark_by_hand(classroom, '=HYPERLINK("https://example.org")', (0, 0, 0))
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment("adam")
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name="Löwe, née Byron", email="ada@example.org", lms_user_id="17"
        )
        gradebook.add_student("absent")
    return classroom


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_canvas_finds_its_columns_where_it_looks(classroom: Classroom) -> None:
    path = export_for_lms(classroom, "canvas")
    most, *students = _rows(path)
    assert list(most) == ["Student", "ID", "SIS Login ID", "Section", ASSIGNMENT]
    assert (most["Student"].strip(), most[ASSIGNMENT]) == ("Points Possible", "15")
    (ada,) = [row for row in students if row["SIS Login ID"] == "ada"]
    assert list(ada.values()) == ["Löwe, née Byron, Ada", "17", "ada", "", "6.12"]


def test_moodle_can_map_students_by_number_address_or_username(classroom: Classroom) -> None:
    (ada,) = [row for row in _rows(export_for_lms(classroom, "moodle")) if row["Username"] == "ada"]
    assert (ada["ID number"], ada["Email address"], ada[ASSIGNMENT]) == ("17", "ada@example.org", "6.12")


@pytest.mark.parametrize("lms", PLATFORMS)
def test_everybody_is_there_and_absence_is_no_zero(classroom: Classroom, lms: str) -> None:
    column = {"canvas": "SIS Login ID", "moodle": "Username"}[lms]
    given = {row[column]: row[ASSIGNMENT] for row in _rows(export_for_lms(classroom, lms))}
    assert given["absent"] == ""
    assert "0" in given.values()


@pytest.mark.parametrize("lms", PLATFORMS)
def test_what_nobody_handed_in_has_no_column(classroom: Classroom, lms: str) -> None:
    assert all("adam" not in row for row in _rows(export_for_lms(classroom, lms)))


@pytest.mark.parametrize("lms", PLATFORMS)
def test_no_name_is_a_formula(classroom: Classroom, lms: str) -> None:
    cells = [cell for row in _rows(export_for_lms(classroom, lms)) for cell in row.values()]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_class_of_nobody_has_a_header(tmp_path: Path) -> None:
    classroom = fabricate(tmp_path)
    for lms, column in (("canvas", "Section"), ("moodle", "Username")):
        assert column in export_for_lms(classroom, lms).read_text(encoding="utf-8").splitlines()[0]
