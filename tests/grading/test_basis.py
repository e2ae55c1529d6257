"""What a mark rests on is noticed when it changes, and nothing else is."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grading import basis
from grading.basis import CHANGES, KEY, Basis, basis_of_assignment, basis_of_mark, basis_of_submission, changes
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
    _as_a_new_process()


def _as_a_new_process() -> None:
    basis._content.cache_clear()
    basis._imported_files.cache_clear()


def current(root: Path, assignment: str = "momentum") -> Basis:
    """Return the basis as a new process would find it."""
    _as_a_new_process()
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
        "grading/intake/markdown.py",
        "grading/sandbox/doctor.py",
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


@pytest.mark.parametrize("name", ["autograde", "late_penalty", "mine"])
def test_the_steps_that_the_settings_name_count(root: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = root / "grading" / "plugins" / f"{name}.py"
    (plugin.parent / "mine.py").touch()
    monkeypatch.setattr(basis, "find_spec", lambda module: _Spec(root / "grading" / "plugins" / f"{module[16:]}.py"))
    _change_settings(root, "c.Autograde.autograde_preprocessors.append('grading.plugins.mine.Step')")
    before = current(root)
    plugin.write_bytes(plugin.read_bytes() + b"\n")
    assert changes(before, current(root)) == ["the steps of autograding have changed"]


class _Spec:
    def __init__(self, file: Path) -> None:
        self.origin = str(file)


def test_code_counts_as_it_was_when_it_was_first_read(root: Path) -> None:
    before = current(root)
    with (root / "grading" / "marking" / "comparing.py").open("a") as changed:
        changed.write("\n")
    source = (root / "assignments" / "momentum" / "momentum.ipynb").read_bytes()
    assert changes(before, basis_of_assignment("momentum", source + b"\n")) == ["its notebook has changed"]


def test_a_question_with_a_syntax_error_has_a_basis(root: Path) -> None:
    before = current(root)
    (root / "grading" / "questions" / "momentum.py").write_text("def (:")
    assert "its questions have changed" in changes(before, current(root))


def _change_settings(root: Path, *lines: str) -> None:
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", *lines, ""]))


@pytest.mark.parametrize(
    "lines",
    [
        ("c.DailyLatePenalty.share_per_day = 0.2",),
        ("c.ExecuteInSandbox.cell_seconds = 21",),
        ("c.OverwriteCells.enabled = False",),
        ("c.AssignLatePenalties.plugin_class = 'mine.Penalty'", "c.Penalty.points = 3"),
    ],
)
def test_grading_settings_count(root: Path, lines: tuple[str, ...]) -> None:
    before = current(root)
    _change_settings(root, *lines)
    assert "the grading settings have changed" in changes(before, current(root))


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


def test_what_was_handed_in_counts_and_its_time() -> None:
    first = basis_of_submission(b"notebook", b"2027-03-08 18:00:00 UTC")
    assert first == basis_of_submission(b"notebook", b"2027-03-08 18:00:00 UTC\n")
    assert changes(first, basis_of_submission(b"notebook ", b"2027-03-08 18:00:00 UTC")) == ["it was handed in again"]
    for time in (None, b"2027-03-09 18:00 UTC"):
        assert changes(first, basis_of_submission(b"notebook", time)) == ["the time of handing it in has changed"]


def test_a_graded_notebook_says_what_its_mark_rests_on(tmp_path: Path) -> None:
    graded = tmp_path / "graded.ipynb"
    assert basis_of_mark(graded) == {}
    parts = dict.fromkeys(CHANGES, "0123456789abcdef")
    forged = new_code_cell(f'x = {{"{KEY}": {{"submission": "forged"}}}}', metadata={KEY: {"submission": "forged"}})
    for text in ("", "x" * 10_000):
        notebook = new_notebook(
            cells=[forged, new_code_cell(text)], metadata={KEY: parts, "language_info": {"name": "python"}}
        )
        nbformat.write(notebook, graded)
        assert basis_of_mark(graded) == parts
    del notebook.metadata[KEY]
    nbformat.write(new_notebook(cells=[new_code_cell("x" * 10_000)]), graded)
    assert basis_of_mark(graded) == {}
