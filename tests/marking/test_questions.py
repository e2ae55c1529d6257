"""Every common mistake loses exactly the criteria it breaks; every right way earns all points."""

import pytest

from grading import mark, points
from grading.assignments import all_questions
from grading.marking.calling import Function
from grading.marking.criteria import Mistake, Question
from grading.marking.judging import criteria_met, recognize, run_trials

SEEDS = range(5)
MISTAKES = [(question, mistake) for question in all_questions().values() for mistake in question.mistakes]
RIGHT_WAYS = [
    (question, function)
    for question in all_questions().values()
    for function in [question.reference, *question.right_ways]
]


def _name(value: object) -> str:
    return getattr(value, "__name__", None) or getattr(getattr(value, "function", None), "__name__", None) or value.name


@pytest.mark.parametrize(("question", "mistake"), MISTAKES, ids=_name)
def test_a_mistake_loses_exactly_the_criteria_it_breaks(question: Question, mistake: Mistake) -> None:
    for seed in SEEDS:
        met = criteria_met(question, run_trials(question, mistake.function, seed))
        lost = {criterion.key for criterion in question.criteria if criterion not in met}
        assert lost == mistake.breaks
    assert mistake.breaks


@pytest.mark.parametrize(("question", "mistake"), MISTAKES, ids=_name)
def test_a_mistake_is_recognized_as_itself(question: Question, mistake: Mistake) -> None:
    for seed in SEEDS:
        assert recognize(question, run_trials(question, mistake.function, seed)) is mistake


@pytest.mark.parametrize(("question", "mistake"), MISTAKES, ids=_name)
def test_the_advice_reaches_the_student(question: Question, mistake: Mistake, capsys: pytest.CaptureFixture) -> None:
    mark(question.name, mistake.function)
    assert mistake.advice in capsys.readouterr().out


@pytest.mark.parametrize(("question", "function"), RIGHT_WAYS, ids=_name)
def test_a_right_way_earns_every_point(question: Question, function: Function) -> None:
    for seed in SEEDS:
        assert mark(question.name, function, seed) == points(question.name)
