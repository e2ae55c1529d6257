"""The structured result of marking, and the text that renders it."""

import json

import numpy as np
import pytest

from grading.assignments import all_questions
from grading.hidden_test import mark
from grading.marking.calling import Function
from grading.marking.judging import judge
from grading.marking.score import MEDIA_TYPE, SCHEMA, Result, UnknownSchema, keep_results

MINI_BATCHES = all_questions()["random_mini_batches"]
INVALID = 4


def _raises(*args: object, **kwargs: object) -> None:
    raise KeyError


def _unwritten(*args: object, **kwargs: object) -> None:
    raise NotImplementedError


def _refuses(*args: object, **kwargs: object) -> None:
    raise ValueError


def _never_refuses(X: np.ndarray, Y: np.ndarray, batch_size: int, rng: np.random.Generator) -> list:
    try:
        return MINI_BATCHES.reference(X, Y, batch_size, rng)
    except ValueError:
        return []


FUNCTIONS = [MINI_BATCHES.reference, MINI_BATCHES.mistakes[0].function, _raises, _unwritten, _refuses, _never_refuses]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_result_survives_json(function: Function) -> None:
    result = judge(MINI_BATCHES, function, seed=1)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


@pytest.mark.parametrize(
    ("function", "refusals", "failures"),
    [
        (MINI_BATCHES.reference, INVALID, {}),
        (_never_refuses, 0, {}),
        # A refused call whose arguments are valid is a failure, and so is an error other than the one asked for.
        (_refuses, INVALID, {"ValueError": 7}),
        (_raises, 0, {"KeyError": 7 + INVALID}),
        (_unwritten, 0, {"NotImplementedError": 7 + INVALID}),
    ],
)
def test_refusals_are_told_from_failures(function: Function, refusals: int, failures: dict[str, int]) -> None:
    result = judge(MINI_BATCHES, function, seed=1)
    assert (result.refusals, result.refusals_due, result.calls) == (refusals, INVALID, 7 + INVALID)
    assert result.failures == failures
    assert result.written == (function is not _unwritten)


def test_jupyter_gets_text_and_data() -> None:
    with keep_results() as results:
        assert mark(MINI_BATCHES.name, _raises) == 0
    (result,) = results
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"] == str(result)
    assert "raised KeyError on 11 of 11 hidden cases" in bundle["text/plain"]
    assert Result.from_json(bundle[MEDIA_TYPE]) == result


@pytest.mark.parametrize("change", [{"schema": SCHEMA + 1}, {"schema": None}, {"criteria": [{}]}, {"mood": "good"}])
def test_data_of_another_schema_is_refused(change: dict) -> None:
    data = judge(MINI_BATCHES, _raises, seed=1).to_json()
    with pytest.raises(UnknownSchema, match="schema"):
        Result.from_json(data | change)
