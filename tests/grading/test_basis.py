"""What a mark rests on is noticed when it changes, and nothing else is."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading import basis
from grading.basis import (
    CHANGES,
    Basis,
    basis_of_assignment,
    basis_of_submission,
    basis_on_page,
    changes,
    line_for_page,
)
from grading.classroom import ROOT

COPIED = (
    "assignments",
    "course",
    "grading",
    "solutions",
    "tests/grading",
    "chapters/for-students.md",
    "nbgrader_config.py",
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Copy the project, so that a test may change it."""
    for name in COPIED:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copyfile(source, target)
    monkeypatch.setattr(basis, "ROOT", tmp_path)
    yield tmp_path
    basis_of_assignment.cache_clear()


def current(root: Path, assignment: str = "momentum") -> Basis:
    """Return the basis as a new process would find it."""
    basis_of_assignment.cache_clear()
    return basis_of_assignment(assignment, (root / "assignments" / assignment / f"{assignment}.ipynb").read_bytes())


@pytest.mark.parametrize(
    ("file", "clause"),
    [
        ("assignments/momentum/momentum.ipynb", "its notebook has changed"),
        ("grading/questions/momentum.py", "its questions have changed"),
        ("grading/questions/_layers.py", "its questions have changed"),
        ("solutions/momentum.py", "its reference solution has changed"),
        ("solutions/_check.py", "its reference solution has changed"),
        ("grading/intake/canonical.py", "the way submissions are read has changed"),
        ("grading/execution/instructor_tests.py", "the way notebooks are executed has changed"),
        ("grading/sandbox/session.py", "the sandbox has changed"),
        ("grading/sandbox/inside/wire.py", "the sandbox has changed"),
        ("grading/marking/comparing.py", "the way functions are marked has changed"),
        ("grading/hidden_test.py", "the way functions are marked has changed"),
        ("grading/plugins/autograde.py", "the steps of autograding have changed"),
        ("grading/plugins/late_penalty.py", "the steps of autograding have changed"),
    ],
)
def test_a_change_of_what_marks_rest_on_is_named(root: Path, file: str, clause: str) -> None:
    before = current(root)
    with (root / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    assert changes(before, current(root)) == [clause]


@pytest.mark.parametrize(
    "file",
    [
        "assignments/adam/adam.ipynb",
        "grading/questions/adam.py",
        "solutions/adam.py",
        "grading/__main__.py",
        "grading/running/grade.py",
        "grading/results/marks_table.py",
        "grading/plugins/feedback.py",
        "course/plots.py",
        "tests/grading/test_basis.py",
        "chapters/for-students.md",
    ],
)
def test_a_change_of_anything_else_is_not(root: Path, file: str) -> None:
    before = current(root)
    with (root / file).open("a", encoding="utf-8") as changed:
        changed.write("\n")
    assert changes(before, current(root)) == []


def test_times_of_files_do_not_matter(root: Path) -> None:
    before = current(root)
    for path in root.rglob("*.*"):
        os.utime(path)
    assert changes(before, current(root)) == []


def test_a_module_that_a_question_imports_later_counts(root: Path) -> None:
    question = root / "grading" / "questions" / "momentum.py"
    question.write_text(f"from ._helpers import cases\n{question.read_text()}")
    helpers = root / "grading" / "questions" / "_helpers.py"
    helpers.write_text("from solutions import decay\n")
    before = current(root)
    helpers.write_text("from solutions import decay, ewa\n")
    assert changes(before, current(root)) == ["its questions have changed"]
    before = current(root)
    with (root / "solutions" / "decay.py").open("a") as changed:
        changed.write("\n")
    assert changes(before, current(root)) == ["its reference solution has changed"]


def test_what_an_ordinary_hidden_test_imports_counts(root: Path) -> None:
    notebook = root / "assignments" / "momentum" / "momentum.ipynb"
    notebook.write_text(notebook.read_text().replace("from grading import mark", "from solutions.decay import *"))
    before = current(root)
    with (root / "solutions" / "decay.py").open("a") as changed:
        changed.write("\n")
    assert changes(before, current(root)) == ["its reference solution has changed"]


def _change_settings(root: Path, *lines: str) -> None:
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", *lines, ""]))


@pytest.mark.parametrize(
    "lines",
    [
        ("c.DailyLatePenalty.share_per_day = 0.2",),
        ("c.ExecuteInSandbox.cell_seconds = 21",),
        ("c.AssignLatePenalties.plugin_class = 'mine.Penalty'", "c.Penalty.points = 3"),
    ],
)
def test_grading_settings_count(root: Path, lines: tuple[str, ...]) -> None:
    before = current(root)
    _change_settings(root, *lines)
    assert changes(before, current(root)) == ["the grading settings have changed"]


@pytest.mark.parametrize(
    "line",
    [
        "# A comment.",
        "c.CourseDirectory.db_url = 'postgresql://elsewhere'",
        "c.Exchange.root = '/elsewhere'",
        "c.HTMLExporter.filters = {}",
        "c.ExecuteInSandbox.seed = 3",
    ],
)
def test_other_settings_do_not(root: Path, line: str) -> None:
    before = current(root)
    _change_settings(root, line)
    assert changes(before, current(root)) == []


def test_what_was_handed_in_counts_with_its_time() -> None:
    first = basis_of_submission(b"notebook", b"2027-03-08 18:00:00 UTC")
    assert first == basis_of_submission(b"notebook", b"2027-03-08 18:00:00 UTC\n")
    others = [
        (b"notebook ", b"2027-03-08 18:00:00 UTC"),
        (b"notebook", None),
        (b"notebook", b"2027-03-09 18:00:00 UTC"),
    ]
    for other in others:
        assert changes(first, basis_of_submission(*other)) == ["it was handed in again"]


def test_a_page_says_what_its_marks_rest_on(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert basis_on_page(page) is None
    page.write_text("<html></html>")
    assert basis_on_page(page) is None
    parts = dict.fromkeys(CHANGES, "0123456789abcdef")
    forged = line_for_page({"submission": "forged"})
    for text in ("", "x" * 10_000):
        page.write_text(f"<html>{forged}{text}</html>\n{line_for_page(parts)}\n<!-- gradebook: {'f' * 64} -->\n")
        assert basis_on_page(page) == parts
