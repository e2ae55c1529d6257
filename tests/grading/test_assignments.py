"""The folders in `assignments/` are the assignments, and modules of their names hold their questions."""

import copy
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import grading.questions
from grading import assignments
from grading.__main__ import main
from grading.assignments import BrokenQuestions, all_questions, questions_of
from grading.hidden_test import seeded

BROKEN = "broken-by-a-test"

# What a module of questions says, and what the instructor is told.
WAYS_TO_BREAK = {
    "a syntax error": ("x = 1\ndef f(:\n", "line 2: SyntaxError: invalid syntax"),
    "an unknown name": ("x = 1\n\nQUESTIONS = (question,)\n", "line 3: NameError: name 'question' is not defined"),
    "a wrong argument": (
        "from grading.questions import Question\n\nQUESTIONS = (Question(points=3),)\n",
        "line 3: TypeError: Question.__init__() got an unexpected keyword argument 'points'",
    ),
    "inside our own code": (
        "from grading.questions import Question\n"
        "question = Question(print, list, [])\nquestion.mistake('advice', breaks=5)(print)\n",
        "line 3: TypeError: 'int' object is not iterable",
    ),
    "an import": ("import no_such_module\n", "line 1: ModuleNotFoundError: No module named 'no_such_module'"),
    "no questions": ("x = 1\n", "AttributeError: module 'grading.questions.broken_by_a_test' has no attribute"),
}


@pytest.fixture
def write_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Write questions of an assignment that is there for one test."""

    def write(text: str) -> None:
        (tmp_path / "broken_by_a_test.py").write_text(text)
        importlib.invalidate_caches()
        for cached in (questions_of, all_questions):
            cached.cache_clear()

    monkeypatch.setattr(grading.questions, "__path__", [*grading.questions.__path__, str(tmp_path)])
    monkeypatch.setattr(assignments, "ASSIGNMENTS", (*assignments.ASSIGNMENTS, BROKEN))
    yield write
    sys.modules.pop("grading.questions.broken_by_a_test", None)
    for cached in (questions_of, all_questions):
        cached.cache_clear()


def test_the_course_comes_first_and_then_others_by_name(tmp_path: Path) -> None:
    for path in ("zeta/zeta", "adam/adam", "alpha/alpha", "ewa/ewa", "unfinished/notes", ".ipynb_checkpoints/adam"):
        notebook = tmp_path / "assignments" / f"{path}.ipynb"
        notebook.parent.mkdir(parents=True)
        notebook.touch()
    assert assignments._find_assignments(tmp_path) == ("ewa", "adam", "alpha", "zeta")


def test_an_assignment_without_a_module_has_no_questions() -> None:
    assert questions_of("alpha") == ()
    assert [question.name for question in questions_of("adam")] == ["initialize_adam", "update_with_adam"]


def test_two_questions_of_one_name_are_an_error() -> None:
    (question, *_) = questions_of("adam")
    assert assignments._by_name([question, question]) == {question.name: question}
    with pytest.raises(BrokenQuestions, match="Two questions are called 'initialize_adam'"):
        assignments._by_name([question, copy.copy(question)])


@pytest.mark.parametrize("way", WAYS_TO_BREAK)
def test_broken_questions_name_their_file_and_line(write_questions: Callable[[str], None], way: str) -> None:
    text, told = WAYS_TO_BREAK[way]
    write_questions(text)
    with pytest.raises(BrokenQuestions) as broken:
        questions_of(BROKEN)
    assert told in str(broken.value)
    assert "broken_by_a_test" in str(broken.value)


def test_broken_questions_end_the_run_before_a_test_could_cost_points(write_questions: Callable[[str], None]) -> None:
    write_questions("QUESTIONS = (question,)")
    with pytest.raises(BrokenQuestions), seeded(1):
        pytest.fail("the tests would run")


def test_broken_questions_end_only_the_commands_that_need_them(
    write_questions: Callable[[str], None], tmp_path: Path
) -> None:
    write_questions("QUESTIONS = (question,)")

    def invoke(*step: str) -> str:
        return CliRunner().invoke(main, ["--classroom", str(tmp_path), *step]).output

    assert "Nothing is graded yet" in invoke("marks")
    told = invoke("new", "weight-decay")
    assert told.startswith(f"Error: {tmp_path / 'broken_by_a_test.py'}, line 1: NameError: name 'question'")
    assert "Traceback" not in told
