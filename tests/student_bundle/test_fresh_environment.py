"""The students' zip works in a fresh virtual environment, on each Python that its README names and this machine has."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from grading.assignments import ASSIGNMENTS
from grading.classroom import ROOT
from tests.student_bundle.desk import SUPPORTED, Desk, pythons

PYTHONS = pythons()
RUN_CELLS = Path(__file__).with_name("run_cells.py")


@pytest.fixture(scope="module", params=PYTHONS)
def desk(bundle: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Desk:
    """A desk with one of the Pythons."""
    return Desk.make(bundle, tmp_path_factory.mktemp("student") / "desk", PYTHONS[request.param])


def test_the_readme_names_the_pythons_that_are_tried(bundle: Path) -> None:
    readme = (bundle.with_suffix("") / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\d\.\d\d", readme.split("In a terminal")[0]) == list(SUPPORTED)


def test_the_book_and_the_readme_install_with_the_same_lines(bundle: Path) -> None:
    readme = (bundle.with_suffix("") / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "chapters" / "for-students.md").read_text(encoding="utf-8")
    lines = [re.split(" {3,}", line.strip()) for line in readme.splitlines() if re.match(" {4}.*(venv|uv )", line)]
    assert len(lines) == 6
    ways = [list(column) for part in (lines[:3], lines[3:]) for column in zip(*part, strict=True)]
    blocks = [block.splitlines() for block in re.findall(r"```text\n((?:.*\n){3})```", page)]
    # Windows, macOS, Linux, uv.
    assert blocks == [ways[0], ways[1], ways[1], ways[2]]


def test_notebooks_run_to_the_first_unanswered_cell_and_answered_ones_to_the_end(desk: Desk) -> None:
    released = [desk.folder / name / f"{name}.ipynb" for name in ASSIGNMENTS]
    complete = [desk.answer(name) for name in ASSIGNMENTS]
    results = desk.folder / "results.json"
    ran = desk.run("python", RUN_CELLS, results, *released, *complete)
    assert ran.returncode == 0, ran.stderr
    ends = json.loads(results.read_text())
    assert {path: ends[str(path)] for path in complete} == dict.fromkeys(complete)
    for path in released:
        assert ends[str(path)] == [_first_use(path), "NotImplementedError()"]


def _first_use(path: Path) -> str:
    """Find the cell that calls the first function that the student writes: the next cell of code."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    place = next(number for number, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("solution"))
    return cells[place + 1].id


def test_validate_passes_right_answers(desk: Desk) -> None:
    validated = desk.run("nbgrader", "validate", desk.answer("rmsprop"))
    assert "Success! Your notebook passes all the tests." in validated.stdout, validated.stdout + validated.stderr


def test_it_brings_the_course_without_what_marks_it(desk: Desk) -> None:
    imports = "import importlib.util as u; print([n for n in ('solutions', 'grading', 'tensorflow') if u.find_spec(n)])"
    assert desk.run("python", "-c", imports).stdout.strip() == "[]"
    text = "".join(path.read_text() for path in desk.folder.glob("*/*.*") if ".venv" not in path.parts)
    assert "HIDDEN TESTS" not in text
    assert "BEGIN SOLUTION" not in text
