"""Without a shared file system: from the zip to the marks, by upload under the names that platforms give."""

import csv
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grading.classroom import ROOT
from tests.student_bundle.desk import Desk

UPLOADS = {
    "ada": "Ada Lovelace_101_assignsubmission_file_/momentum (2).ipynb",
    "bob": "Bob Byron_102_assignsubmission_file_/my homework.ipynb",
}
ROSTER = "student,name,lms_id\nada,Ada Lovelace,101\nbob,Bob Byron,102\n"
UPHILL = ("learning_rate *", "-learning_rate *")


@pytest.fixture(scope="module")
def classroom(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of two: one answers, one steps uphill; both hand in one notebook from their unpacked zip."""
    scratch = tmp_path_factory.mktemp("upload")
    downloads = scratch / "from-moodle"
    for student, name in UPLOADS.items():
        desk = Desk.unpack(bundle, scratch / student)
        answer = desk.answer("momentum", UPHILL if student == "bob" else ("", ""))
        upload = downloads / name
        upload.parent.mkdir(parents=True)
        upload.write_bytes(answer.read_bytes())
    (scratch / "roster.csv").write_text(ROSTER, encoding="utf-8")
    course = bundle.parent
    for step in (["collect", downloads, "--roster", scratch / "roster.csv"], ["grade"]):
        command = [sys.executable, "-m", "grading", "--classroom", course, *step]
        done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return course


def _scores(classroom: Path) -> dict[str, float]:
    with (classroom / "marks.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == "momentum"
        }


def test_what_is_uploaded_is_what_is_graded(classroom: Path) -> None:
    """A right notebook earns all but the reflection's three points, which a person gives."""
    scores = _scores(classroom)
    assert scores["ada"] == 11
    assert 0 < scores["bob"] < 11


def test_the_advice_comes_back(classroom: Path) -> None:
    feedback = (classroom / "feedback" / "bob" / "momentum" / "momentum.html").read_text(encoding="utf-8")
    assert "Your step goes uphill" in feedback
    uploaded = nbformat.read(classroom / "submitted" / "bob" / "momentum" / "momentum.ipynb", as_version=4)
    assert any("-learning_rate *" in cell.source for cell in uploaded.cells)
