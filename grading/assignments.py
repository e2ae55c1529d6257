"""The assignments, their notebooks and their questions.

The folders in `assignments/` are the assignments. The questions of `weight-decay` are in
`questions/weight_decay.py`; an assignment without such a module uses ordinary assertions as its hidden tests.
Nothing here imports a module of questions before somebody asks for its questions, so that a mistake in one stops
only the commands that need it.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_tb

from grading.marking.criteria import Question

COURSE = ("mini-batch", "ewa", "momentum", "rmsprop", "adam", "decay")

_ROOT = Path(__file__).resolve().parent.parent
_AUTHORED = ("grading.questions.", "solutions.")


class BrokenQuestions(Exception):
    """The questions cannot be used; the message names the file and line, and says why."""


def module_name(assignment: str) -> str:
    """Return the name of an assignment's module, in `questions` and in `solutions`."""
    return assignment.replace("-", "_")


def source_notebook(assignment: str, root: Path = _ROOT) -> Path:
    """Return the path of an assignment's source, with model answers and hidden tests, in the course at `root`."""
    return root / "assignments" / assignment / f"{assignment}.ipynb"


@cache
def questions_of(assignment: str) -> tuple[Question, ...]:
    """Return an assignment's questions in the order of its notebook; none if it has no module of questions.

    Raises:
        BrokenQuestions: the module cannot be imported.
    """
    module = f"grading.questions.{module_name(assignment)}"
    if find_spec(module) is None:
        return ()
    try:
        questions: tuple[Question, ...] = import_module(module).QUESTIONS
    except Exception as error:
        raise BrokenQuestions(f"{_place(error, module)}: {type(error).__name__}: {error}.") from error
    return questions


@cache
def all_questions() -> dict[str, Question]:
    """Return every question by its public name.

    Raises:
        BrokenQuestions: a module cannot be imported, or two questions have the same name.
    """
    return _by_name(question for assignment in ASSIGNMENTS for question in questions_of(assignment))


def _find_assignments(root: Path = _ROOT) -> tuple[str, ...]:
    """List the assignments: first those of the course in its order, then the others by name."""
    folders = (root / "assignments").glob("*")
    found = sorted(folder.name for folder in folders if source_notebook(folder.name, root).exists())
    return (*(name for name in COURSE if name in found), *(name for name in found if name not in COURSE))


def _by_name(questions: Iterable[Question]) -> dict[str, Question]:
    named: dict[str, Question] = {}
    for question in questions:
        if named.setdefault(question.name, question) is not question:
            raise BrokenQuestions(f"Two questions are called {question.name!r}, so tests cannot tell them apart.")
    return named


def _place(error: Exception, module: str) -> str:
    """Return the file and line to mend: the innermost line of a question or a solution that led to the error."""
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__", "").startswith(_AUTHORED)
    ]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        places.append((error.filename, error.lineno))
    if not places:
        return module
    file, line = places[-1]
    shown = Path(file).relative_to(_ROOT) if Path(file).is_relative_to(_ROOT) else Path(file)
    return f"{shown}, line {line}"


ASSIGNMENTS: tuple[str, ...] = _find_assignments()
