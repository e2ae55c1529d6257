"""A class that uploads to a learning platform, and what it uploads."""

import io
import os
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grading.classroom import Classroom
from grading.collecting.collect import collect
from grading.intake import timestamp

NOON = 1741435200.0  # 2025-03-08 12:00:00 UTC
HOUR = 3600.0
GRADE_IDS = {
    "momentum": ("setup", "initialize_velocity", "update_with_momentum", "reflection"),
    "adam": ("setup", "initialize_adam", "update_with_adam", "reflection"),
}


def notebook(text: str = "first", assignment: str = "momentum") -> bytes:
    """Make a notebook to hand in, which differs from others only in its text."""
    cells = [
        new_code_cell(f"# {text}", id=name, metadata={"nbgrader": {"grade_id": name}}) for name in GRADE_IDS[assignment]
    ]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def archive(entries: dict[str, bytes]) -> bytes:
    """Make a zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, entry in entries.items():
            zipped.writestr(zipfile.ZipInfo(name, (2025, 3, 1, 0, 0, 0)), entry, zipfile.ZIP_DEFLATED)
    return content.getvalue()


class LMS:
    """A folder of uploads, and the class that collects it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "uploads"
        self.folder.mkdir()
        self.classroom = Classroom(folder / "class")
        self.classroom.directory.mkdir(parents=True, exist_ok=True)
        self.classroom.directory.mkdir(exist_ok=True)
        self.unmatched = self.classroom.directory / "unmatched"

    def upload(self, name: str, content: bytes | None = None, time: float = NOON) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook() if content is None else content)
        os.utime(path, (time, time))
        return path

    def text(self, student: str, assignment: str = "momentum") -> str:
        path = self.classroom.notebook("submitted", student, assignment)
        return nbformat.read(path, as_version=4).cells[0].source.removeprefix("# ")

    def handed_in(self, student: str) -> str:
        return f"{timestamp.read(self.classroom.notebook('submitted', student, 'momentum').parent)}"

    def submitted(self) -> set[str]:
        return {student for student, _ in self.classroom.submissions()}

    def kept(self, folder: str) -> dict[str, bytes]:
        top = self.classroom.directory / folder
        return {str(file.relative_to(top)): file.read_bytes() for file in top.rglob("*") if file.is_file()}

    def roster(self, *rows: str, columns: str = "student,name,lms_id") -> Path:
        path = self.classroom.directory / "roster.csv"
        path.write_text("\n".join((columns, *rows)), encoding="utf-8-sig")
        return path

    def know(self, student: str, **facts: str) -> None:
        """Put a student into the gradebook, as nbgrader imports them; without facts, as grading adds them."""
        with self.classroom.gradebook() as gradebook:
            gradebook.update_or_create_student(student, **facts)

    def reasons(self, **options: object) -> dict[str, str]:
        """Collect, and return what was not matched and why."""
        return dict(collect(self.classroom, self.folder, **options).unmatched)

    def matches_once_listed(self, name: str) -> bool:
        """Check whether an upload is kept while its student is unknown, and is s123's once the roster knows them."""
        content = archive({"momentum.ipynb": notebook()}) if name.endswith(".zip") else notebook()
        self.upload(name, content)
        strangers = self.roster("x9,Bob Byron,7")
        assert set(self.reasons(roster=strangers)) == {name}
        assert self.kept("unmatched") == {name: content}
        everybody = self.roster("x9,Bob Byron,7", 's123,"Ada King Lovelace",101')
        unmatched = collect(self.classroom, self.unmatched, roster=everybody).unmatched
        assert self.handed_in("s123") == "2025-03-08 12:00:00+00:00"
        return (unmatched, self.kept("unmatched"), self.submitted()) == ([], {}, {"s123"})


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty gradebook, only once, because it takes nbgrader seconds."""
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    with classroom.gradebook():
        return classroom.directory / "gradebook.db"


@pytest.fixture
def lms(tmp_path: Path, empty_gradebook: Path) -> LMS:
    lms = LMS(tmp_path)
    shutil.copy(empty_gradebook, lms.classroom.directory)
    return lms
