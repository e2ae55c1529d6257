"""The files of marks that learning platforms import; what is particular to each is tested with the platform."""

import csv
from pathlib import Path

import pytest

from grading.classroom import Classroom
from grading.platforms import marks_files
from grading.results.lms_export import export_for_lms
from grading.results.marks_table import export_marks
from tests.released import ASSIGNMENT
from tests.results.fabricated import fabricate, mark_by_hand

FORMULA = '=HYPERLINK("https://example.org")'


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = fabricate(tmp_path_factory.mktemp("class"))
    mark_by_hand(classroom, "ada", (4, 2.125, 0))
    mark_by_hand(classroom, FORMULA, (0, 0, 0))
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment("adam")
        gradebook.update_or_create_student("ada", first_name="+Ada", email="@ada")
        gradebook.add_student("absent")
    return classroom


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("lms", marks_files())
def test_everybody_is_there_and_absence_is_not_zero(classroom: Classroom, lms: str) -> None:
    rows = _rows(export_for_lms(classroom, lms))
    for student, points in {"absent": "", "ada": "6.12", f"'{FORMULA}": "0"}.items():
        assert [row[ASSIGNMENT] for row in rows if student in row.values()] == [points]


@pytest.mark.parametrize("lms", marks_files())
def test_what_nobody_handed_in_has_no_column(classroom: Classroom, lms: str) -> None:
    assert all("adam" not in row for row in _rows(export_for_lms(classroom, lms)))


@pytest.mark.parametrize("lms", marks_files())
def test_no_name_is_a_formula(classroom: Classroom, lms: str) -> None:
    cells = [cell for row in _rows(export_for_lms(classroom, lms)) for cell in row.values()]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_no_name_in_the_table_of_marks_is_a_formula(classroom: Classroom) -> None:
    rows = _rows(export_marks(classroom))
    assert {row["student_id"] for row in rows} >= {"ada", "absent"}
    assert not [text for row in rows for text in row.values() if text and text[0] in "=+-@"]
    assert any(text.startswith("'=") for row in rows for text in row.values())


@pytest.mark.parametrize("lms", marks_files())
def test_a_class_of_nobody_has_a_header(tmp_path: Path, lms: str) -> None:
    header = export_for_lms(fabricate(tmp_path), lms).read_text(encoding="utf-8").splitlines()[0]
    assert len(header.split(",")) > 3
