"""What `mark` prints and returns, whatever a student's function does."""

import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from grading import mark, points
from grading.assignments import COURSE, all_questions, questions_of
from grading.marking.calling import AnswerTooLarge, Case, IsolatedFunction, Outcome
from grading.marking.criteria import Trial
from grading.marking.judging import recognize, run_trials
from solutions.momentum import update_with_momentum

NAME = "update_with_momentum"


@pytest.mark.parametrize("name", all_questions())
def test_an_unwritten_function_earns_nothing(name: str, capsys: pytest.CaptureFixture) -> None:
    def unwritten(*args, **kwargs):
        raise NotImplementedError

    assert mark(name, unwritten) == 0
    assert "still to be written" in capsys.readouterr().out


@pytest.mark.parametrize("name", all_questions())
@pytest.mark.parametrize(
    "nonsense",
    [
        lambda *args, **kwargs: None,
        lambda *args, **kwargs: "text",
        lambda *args, **kwargs: (None, None, None),
        lambda *args, **kwargs: ({}, {}),
        lambda *args, **kwargs: [([], [])],
        lambda *args, **kwargs: object(),
        lambda *args, **kwargs: np.full((2, 2), np.nan),
        lambda *args, **kwargs: float("nan"),
        lambda *args, **kwargs: np.array(["a"]),
        lambda *args, **kwargs: args,
        lambda *args, **kwargs: 1 / 0,
        lambda *args, **kwargs: sys.exit("the end"),
        lambda: None,
        None,
    ],
)
def test_nonsense_earns_nothing_and_ends_nothing(name: str, nonsense: object) -> None:
    assert mark(name, nonsense) == 0


@pytest.mark.parametrize("name", all_questions())
def test_refusing_everything_earns_nothing(name: str) -> None:
    def refuse(*args, **kwargs):
        raise ValueError("no")

    assert mark(name, refuse) == 0


def test_each_criterion_has_a_line_with_its_points(capsys: pytest.CaptureFixture) -> None:
    def climb(parameters, gradients, velocity, learning_rate, beta=0.9):
        down, velocity = update_with_momentum(parameters, gradients, velocity, learning_rate, beta)
        return {name: 2 * parameters[name] - down[name] for name in parameters}, velocity

    assert mark(NAME, climb) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "update_with_momentum: 3 of 5 points"
    assert [line.split()[:2] for line in lines[1:-1]] == [["✓", "2/2"], ["✗", "0/2"], ["✓", "1/1"]]
    assert lines[-1] == "  → Your step goes uphill: subtract the velocity, do not add it."


def test_hidden_inputs_do_not_leak(capfd: pytest.CaptureFixture) -> None:
    seen = []

    def tell(parameters, *args, **kwargs):
        seen.append(parameters["W1"].flat[0])
        print(parameters)
        print(parameters, file=sys.stderr)
        warnings.warn(str(parameters), stacklevel=1)
        raise type(f"Told{parameters}", (KeyError,), {})(str(parameters))

    assert mark(NAME, tell) == 0
    told = "".join(capfd.readouterr())
    assert "raised KeyError on 24 of 24" in told
    assert "Told" not in told
    assert not any(f"{number:.4f}"[:6] in told for number in seen)


def test_an_exception_in_some_cases_costs_only_their_criteria() -> None:
    def fails_without_memory(parameters, gradients, velocity, learning_rate, beta=0.9):
        assert not np.any(velocity["dW1"]), "only first steps are written"
        return update_with_momentum(parameters, gradients, velocity, learning_rate, beta)

    assert mark(NAME, fails_without_memory) < points(NAME)


def test_hidden_cases_are_new_each_time_unless_a_seed_fixes_them() -> None:
    seen = []

    def remember(parameters, *args, **kwargs):
        seen.append(parameters["W1"].flat[0])
        return update_with_momentum(parameters, *args, **kwargs)

    for seed in (None, None, 7, 7):
        mark(NAME, remember, seed)
    runs = np.split(np.array(seen), 4)
    assert not np.array_equal(runs[0], runs[1])
    assert np.array_equal(runs[2], runs[3])


def test_an_interrupt_is_passed_on() -> None:
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mark(NAME, interrupted)


def test_only_the_error_that_was_raised_most_often_is_told(capsys: pytest.CaptureFixture) -> None:
    def fails_in_two_ways(parameters, gradients, velocity, learning_rate, beta=0.9):
        raise (KeyError if np.any(velocity["dW1"]) else ZeroDivisionError)

    assert mark(NAME, fails_in_two_ways) == 0
    told = capsys.readouterr().out
    assert "Your function raised KeyError on " in told
    assert "ZeroDivisionError" not in told


class _AnswersTooMuch(IsolatedFunction):
    def __call__(self, *args: object, **kwargs: object) -> object:
        raise AnswerTooLarge

    def answer(self, case: Case, expected: Outcome) -> Outcome:
        return Outcome(None, AnswerTooLarge.__name__, case.args, case.kwargs)


def test_an_answer_that_is_too_large_is_told_in_words(capsys: pytest.CaptureFixture) -> None:
    assert mark(NAME, _AnswersTooMuch()) == 0
    assert "Your function returned too large an answer on " in capsys.readouterr().out


def test_what_cannot_be_observed_is_no_common_mistake() -> None:
    def observe(trial: Trial) -> object:
        raise OSError

    question = replace(all_questions()[NAME], observe=observe)
    assert recognize(question, run_trials(question, update_with_momentum, 1)) is None


@pytest.mark.parametrize("ask", [points, lambda name: mark(name, print)])
def test_an_unknown_question_is_refused_by_name(ask) -> None:
    with pytest.raises(ValueError, match="name must be one of .* got 'update_with_luck'"):
        ask("update_with_luck")


@pytest.mark.parametrize("name", [question.name for assignment in COURSE for question in questions_of(assignment)])
def test_there_are_enough_common_mistakes(name: str) -> None:
    many = {"random_mini_batches", "update_with_momentum", "update_with_rmsprop", "update_with_adam"}
    assert len(all_questions()[name].mistakes) >= (8 if name in many else 4)
