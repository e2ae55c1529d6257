"""A platform that is added is a module and a line: collecting and exporting go through whatever is on the list."""

import re
from datetime import datetime
from pathlib import PurePosixPath

import pytest
from nbgrader.api import Student

from grading import platforms
from grading.classroom import ROOT, Classroom
from grading.platforms.interface import Label, MarksFile, Platform, Row
from tests.collecting.uploading import LMS, NOON, notebook
from tests.platforms.exporting import exported
from tests.released import ASSIGNMENT


def _read_label(upload: PurePosixPath) -> Label | None:
    found = re.fullmatch(r"no (\d+) by (\w+)( in time)?(?: .*)?", upload.parts[0])
    return found and Label(ids=(found[2],), certain=True, serial=int(found[1]), on_time=bool(found[3]))


def _identity(student: Student) -> Row:
    return {"Who": student.id, "Mail": student.email}


def _rows_above(most_points: Row) -> list[Row]:
    return [{"Who": "at most"} | most_points, {"Who": "---"}]


MADE_UP = Platform(
    name="made-up",
    help="Download everything twice.",
    read_label=_read_label,
    marks_file=MarksFile(_identity, "Import it once.", _rows_above),
)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "PLATFORMS", [MADE_UP, *platforms.PLATFORMS])


@pytest.mark.usefixtures("made_up")
def test_its_uploads_are_collected(lms: LMS) -> None:
    with lms.classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("momentum", duedate=datetime(2025, 3, 8, 11, 0))
    lms.upload("no 9 by ada final.ipynb", notebook("first"), NOON + 2)
    lms.upload("no 10 by ada final.ipynb", notebook("second"))
    lms.upload("no 11 by bob in time/work.ipynb")
    lms.upload("cleo_momentum.ipynb")
    assert lms.reasons() == {}
    assert lms.submitted() == {"ada", "bob", "cleo"}
    assert lms.text("ada") == "second"
    assert lms.handed_in("ada") == "2025-03-08 12:00:00+00:00"
    assert lms.handed_in("bob") == "2025-03-08 11:00:00+00:00"


def test_without_its_line_nobody_knows_its_names(lms: LMS) -> None:
    lms.upload("no 9 by ada final.ipynb")
    assert set(lms.reasons()) == {"no 9 by ada final.ipynb"}


@pytest.mark.usefixtures("made_up")
def test_its_marks_are_exported(marked: Classroom) -> None:
    assert exported(marked, "made-up") == [
        {"Who": "at most", "Mail": "", ASSIGNMENT: "15"},
        {"Who": "---", "Mail": "", ASSIGNMENT: ""},
        {"Who": "ada", "Mail": "ada@example.org", ASSIGNMENT: "6.12"},
    ]


def test_no_label_from_any_platform_is_a_reason(lms: LMS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "PLATFORMS", [MADE_UP])
    lms.upload("ada_momentum.ipynb")
    assert "No platform" in lms.reasons()["ada_momentum.ipynb"]


@pytest.mark.parametrize("name", [platform.name for platform in platforms.PLATFORMS if platform.name != "plain"])
def test_no_other_code_knows_a_platform_by_name(name: str) -> None:
    rooms = [ROOT / "grading" / room for room in ("collecting", "results")]
    sources = [ROOT / "grading" / "__main__.py", *(source for room in rooms for source in room.rglob("*.py"))]
    assert [str(source) for source in sources if name in source.read_text(encoding="utf-8").lower()] == []
