"""The folders in `assignments/` are the assignments, and modules of their names hold their questions."""

from copy import copy
from pathlib import Path

import pytest

from grading import assignments


def test_the_course_comes_first_and_then_others_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in ("zeta/zeta", "adam/adam", "alpha/alpha", "ewa/ewa", "unfinished/notes", ".ipynb_checkpoints/adam"):
        notebook = tmp_path / f"{path}.ipynb"
        notebook.parent.mkdir()
        notebook.touch()
    monkeypatch.setattr(assignments, "_SOURCES", tmp_path)
    assert assignments._find_assignments() == ["ewa", "adam", "alpha", "zeta"]


def test_an_assignment_without_a_module_has_no_questions() -> None:
    assert assignments._questions_of("alpha") == ()
    assert assignments._questions_of("mini-batch") == assignments.ASSIGNMENTS["mini-batch"] != ()


def test_two_questions_of_one_name_are_an_error() -> None:
    (question, *_) = assignments.ASSIGNMENTS["adam"]
    assert assignments._by_name([question, question]) == {question.name: question}
    with pytest.raises(ValueError, match="two questions are called 'initialize_adam'"):
        assignments._by_name([question, copy(question)])
