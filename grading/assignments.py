"""Every question by its public name, grouped by assignment.

The folders in `assignments/` are the assignments. The questions of `weight-decay` are in
`questions/weight_decay.py`; an assignment without such a module has ordinary assertions for its hidden tests.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from grading.marking.question import Question

COURSE = ("mini-batch", "ewa", "momentum", "rmsprop", "adam", "decay")

_HERE = Path(__file__).resolve().parent
_SOURCES = _HERE.parent / "assignments"


def module_name(assignment: str) -> str:
    """Return the name of an assignment's module, in `questions` and in `solutions`."""
    return assignment.replace("-", "_")


def _find_assignments() -> list[str]:
    """List the assignments, those of the course first and in its order."""
    found = sorted(path.stem for path in _SOURCES.glob("*/*.ipynb") if path.stem == path.parent.name)
    return [name for name in COURSE if name in found] + [name for name in found if name not in COURSE]


def _questions_of(assignment: str) -> tuple[Question, ...]:
    name = module_name(assignment)
    return import_module(f"grading.questions.{name}").QUESTIONS if (_HERE / "questions" / f"{name}.py").exists() else ()


def _by_name(questions: Iterable[Question]) -> dict[str, Question]:
    named: dict[str, Question] = {}
    for question in questions:
        if named.setdefault(question.name, question) is not question:
            raise ValueError(f"two questions are called {question.name!r}: tests could not tell them apart")
    return named


ASSIGNMENTS: dict[str, tuple[Question, ...]] = {name: _questions_of(name) for name in _find_assignments()}

QUESTIONS: dict[str, Question] = _by_name(question for questions in ASSIGNMENTS.values() for question in questions)
