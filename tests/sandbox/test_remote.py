"""A remote function behaves as the function itself does, as far as a test can see, and survives any reply."""

import builtins
import itertools
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grading.assignments import all_questions
from grading.marking.calling import TOLD, AnswerTooLarge, Case, Function, Outcome, call
from grading.marking.criteria import Question
from grading.marking.judging import judge
from grading.sandbox.bounds import bounds_of_answer, bounds_of_call
from grading.sandbox.calls import CallFailed
from grading.sandbox.inside.limits import LARGEST, MAX_ERROR_CHARACTERS, TOO_LARGE, Size
from grading.sandbox.inside.wire import decode, encode, measure
from grading.sandbox.launch import Zygote
from grading.sandbox.limits import Limits
from grading.sandbox.remote import RemoteFunction
from grading.sandbox.session import Session

NOTHING = Outcome(None, None, (), {})


class Forged:
    """Calls whose replies are made here, sent and received as the sandbox's are.

    Attributes:
        reply: given the arguments, returns the reply.
    """

    def __init__(self, reply: Callable[[tuple, dict], Any]) -> None:
        self.reply = reply

    def call(self, name: str, args: tuple, kwargs: dict, largest: Size) -> Any:
        args, kwargs = decode(encode([args, kwargs]))
        return decode(encode(self.reply(args, kwargs)), largest)


def _remote(function: Function) -> RemoteFunction:
    """Return a remote function that does what a local one does."""

    def reply(args: tuple, kwargs: dict) -> Any:
        return {"value": function(*args, **kwargs), "error": None, "text": "", "args": args, "kwargs": kwargs}

    return RemoteFunction("f", Forged(reply))


def _answering(value: object, **changes: object) -> RemoteFunction:
    """Return a remote function whose replies have this value, and changes."""

    def reply(args: tuple, kwargs: dict) -> Any:
        return {"value": value, "error": None, "text": "", "args": args, "kwargs": kwargs} | changes

    return RemoteFunction("f", Forged(reply))


def _change(X: np.ndarray, numbers: list, layers: dict, rng: np.random.Generator) -> None:
    X.resize(1_000, refcheck=False)
    numbers.append(8)
    layers["W1"] += 1
    layers["W2"].resize(9, refcheck=False)
    layers["b2"] = np.ones(2)
    rng.random()


def test_what_a_function_does_to_its_arguments_changes_only_copies() -> None:
    X, numbers, rng = np.arange(3.0), [1, 2], np.random.default_rng(1)
    layers = {"W1": np.zeros((2, 2)), "W2": np.zeros(4)}
    views, state = (X[1:], layers["W2"][1:]), rng.bit_generator.state
    case = Case("changes", (X, numbers, layers, rng))
    _remote(_change)(*case.args)
    after_X, after_numbers, after_layers, after_rng = call(_remote(_change), case, NOTHING).args
    assert X.tolist() == [0, 1, 2]
    assert numbers == [1, 2]
    assert {name: array.tolist() for name, array in layers.items()} == {"W1": [[0, 0], [0, 0]], "W2": [0, 0, 0, 0]}
    assert [view.tolist() for view in views] == [[1, 2], [0, 0, 0]]
    assert rng.bit_generator.state == state
    assert after_X.shape == (1_000,)
    assert after_numbers == [1, 2, 8]
    assert {name: array.size for name, array in after_layers.items()} == {"W1": 4, "W2": 9, "b2": 2}
    assert after_rng.bit_generator.state != state


ODD_REPLIES = [
    None,
    [],
    "ready",
    {},
    {"value": 1},
    {"value": 1, "error": None, "text": "", "args": (), "kwargs": {}},
    {"value": 1, "error": None, "text": "", "args": [1], "kwargs": {}},
    {"value": 1, "error": None, "text": "", "args": (1, 2), "kwargs": {}},
    {"value": 1, "error": None, "text": "", "args": (1,), "kwargs": {"a": 1}},
    {"value": 1, "error": None, "text": "", "args": (1,), "kwargs": []},
    {"value": 1, "error": np.zeros(2), "text": "", "args": (1,), "kwargs": {}},
    {"value": 1, "error": ["ValueError"], "text": "", "args": (1,), "kwargs": {}},
    {"value": 1, "error": "ValueError", "text": np.zeros(2), "args": (1,), "kwargs": {}},
    {"value": 1, "error": np.zeros((3, 0)), "text": "", "args": np.zeros(1), "kwargs": {}},
    np.zeros((2, 2)),
    object(),
]


@pytest.mark.parametrize("reply", ODD_REPLIES)
def test_an_odd_reply_is_an_error_and_changes_nothing(reply: object) -> None:
    function, X = RemoteFunction("f", Forged(lambda *_: reply)), np.zeros(1)
    with pytest.raises(SystemError, match="rules of the wire"):
        function(X)
    assert X.tolist() == [0]
    assert call(function, Case("odd", (X,)), NOTHING) == Outcome(None, "SystemError", (X,), {})


@pytest.mark.parametrize("late", [True, False])
def test_a_call_that_fails_is_an_error(late: bool) -> None:
    def fail(*_: object) -> None:
        raise CallFailed("its process ended", late)

    calls = Forged(fail)
    calls.call = fail
    expected = TimeoutError if late else SystemError
    with pytest.raises(expected):
        RemoteFunction("f", calls)()
    assert call(RemoteFunction("f", calls), Case("any"), NOTHING).error == expected.__name__


EXCEPTIONS = sorted(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)


@pytest.mark.parametrize("name", [*EXCEPTIONS, "", "print", "__debug__", "Secret", "\0", "x" * 500])
def test_an_exception_is_told_by_a_name_of_the_list(name: str) -> None:
    function = _answering(None, error=name, text="secret " * 1_000)
    outcome = call(function, Case("raises"), NOTHING)
    assert outcome.error in {kind.__name__ for kind in TOLD}
    assert "secret" not in repr(outcome)
    with pytest.raises(TOLD) as raised:
        function()
    assert type(raised.value).__name__ == outcome.error
    assert len(str(raised.value)) <= MAX_ERROR_CHARACTERS + 2
    assert raised.value.raised_in == "f"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ModuleNotFoundError", "ImportError"),
        ("UnboundLocalError", "NameError"),
        ("UnicodeDecodeError", "ValueError"),
        ("FileNotFoundError", "OSError"),
        ("StopIteration", "Exception"),
        ("KeyboardInterrupt", "Exception"),
        ("GeneratorExit", "Exception"),
        ("BaseException", "Exception"),
        ("SystemExit", "SystemExit"),
        ("DeprecationWarning", "Exception"),
    ],
)
def test_other_exceptions_are_told_as_the_nearest_that_is_in_the_list(name: str, told: str) -> None:
    assert call(_answering(None, error=name), Case("raises"), NOTHING).error == told


@pytest.mark.parametrize("reply", [_answering([0] * 500_000), _answering(None, error=TOO_LARGE, args=(), kwargs={})])
def test_an_answer_that_is_too_large_fails_that_call_and_says_so(reply: RemoteFunction) -> None:
    X = np.zeros(2)
    with pytest.raises(AnswerTooLarge, match="f: too large an answer"):
        reply(X)
    assert call(reply, Case("large", (X,)), NOTHING) == Outcome(None, "AnswerTooLarge", (X,), {})


def test_a_test_of_ones_own_may_get_what_is_as_large_as_its_arguments() -> None:
    X = np.ones((1000, 1000))
    assert _remote(lambda X: [X, X])(X)[1].shape == (1000, 1000)
    assert len(_remote(lambda: list(range(100_000)))()) == 100_000
    assert _remote(lambda: np.ones((1000, 1000)))().shape == (1000, 1000)


def test_no_call_may_bring_more_than_any_message() -> None:
    large = np.ones(LARGEST.elements // 2)
    for bounds in (bounds_of_call((large,), {}), bounds_of_answer(Outcome(large, None, (), {}))):
        assert bounds.bytes == LARGEST.bytes
        assert bounds.elements == LARGEST.elements


FUNCTIONS = [
    (question, function)
    for question in all_questions().values()
    for function in (question.reference, *question.right_ways, *(mistake.function for mistake in question.mistakes))
]


def _as_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(_as_lists, value))
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize(
    ("question", "function"), FUNCTIONS, ids=lambda value: getattr(value, "__name__", "") or value.name
)
def test_answers_of_every_known_way_have_plenty_of_room(question: Question, function: Function) -> None:
    for seed in range(2):
        for case in question.cases(np.random.default_rng(seed)):
            bounds = bounds_of_answer(call(question.reference, case))
            outcome = call(function, case)
            # Everything twice, and lists for arrays, and what a reply has around it.
            answer = [outcome.value, outcome.value, _as_lists(outcome.value)]
            reply = {"value": answer, "error": "ValueError", "text": "각" * 1_000}
            reply |= {"args": outcome.args, "kwargs": outcome.kwargs}
            decode(encode(reply), bounds)
            assert measure(reply).bytes <= bounds.bytes


MULTIPLES_OF_ONE_HASH = [number * (2**61 - 1) for number in range(400)]
NASTY: dict[str, Callable[[int], Any]] = {
    "rows and columns": lambda call: np.ones((1, 90_000) if call % 2 else (90_000, 1)),
    "another dimension": lambda _: np.ones((90_000, 1, 1)),
    "32 dimensions": lambda _: np.ones((1,) * 32),
    "rows of nothing": lambda _: np.zeros((90_000, 0)),
    "nothing of columns": lambda _: np.zeros((0, 90_000)),
    "half precision": lambda _: np.array([6e4, -6e4, np.inf, np.nan], np.float16),
    "not a number": lambda _: np.full((3, 3), np.nan),
    "complex numbers": lambda _: np.full((3, 3), np.nan + 1j),
    "booleans": lambda _: np.ones((3, 3), bool),
    "a huge integer": lambda _: 2**4000,
    "an integer that is no size": lambda _: -(2**62),
    "keys of one hash": lambda _: dict.fromkeys(MULTIPLES_OF_ONE_HASH),
    "keys that are not numbers": lambda _: {float("nan"): 1, None: 2, -0.0: 3},
    "deep lists": lambda _: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],
    "many arrays": lambda _: [np.zeros(0)] * 3_000,
    "a long text": lambda _: "x" * 7_000,
    "a generator": lambda _: np.random.default_rng(1),
    "a dictionary": lambda _: {},
    "what is not plain": lambda _: object(),
}


def _with(nasty: Any, value: Any, depth: int) -> Any:
    """Put a nasty value in the first place of nested lists and dictionaries, at this depth."""
    if depth and isinstance(value, dict) and value:
        first, *others = value
        return {first: _with(nasty, value[first], depth - 1)} | {key: value[key] for key in others}
    if depth and isinstance(value, list | tuple) and value:
        return type(value)([_with(nasty, value[0], depth - 1), *value[1:]])
    return nasty


def _judge_nasty(question: Question, nasty: str, depth: int, place: str = "value") -> None:
    """Judge replies that hold a nasty value, and else what is right."""
    number = itertools.count()

    def reply(args: tuple, kwargs: dict) -> Any:
        right = call(question.reference, Case("right", args, kwargs))
        answer = {"value": right.value, "error": right.error, "text": "", "args": args, "kwargs": kwargs}
        return answer | {"error": None, place: _with(NASTY[nasty](next(number)), answer[place], depth)}

    # A comparison with one mistake shows what the others would cost, too.
    question = replace(question, mistakes=question.mistakes[:1])
    result = judge(question, RemoteFunction(question.name, Forged(reply)), 1)
    assert result.points < result.most_points or place == "args"


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda question: question.name)
def test_no_answer_that_arrives_takes_long_to_be_judged(question: Question) -> None:
    _judge_nasty(question, "what is not plain", depth=0)
    _judge_nasty(question, "what is not plain", depth=1, place="args")
    for nasty in NASTY:
        began = time.process_time()
        _judge_nasty(question, nasty, depth=2)
        assert time.process_time() - began < 30


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda question: question.name)
@pytest.mark.parametrize("nasty", ["rows and columns", "another dimension"])
def test_no_answer_that_arrives_takes_much_memory_to_be_judged(question: Question, nasty: str) -> None:
    for depth in (0, 2):
        tracemalloc.start()
        try:
            _judge_nasty(question, nasty, depth)
            assert tracemalloc.get_traced_memory()[1] < 150 * 2**20
        finally:
            tracemalloc.stop()


def test_a_call_of_the_sandbox_that_answers_too_much_fails_alone(zygote: Zygote) -> None:
    source = """
import os
def answer(size): return [0] * size
def process(): return os.getpid()"""
    with Session(zygote, Limits()) as session:
        session.run_cell(source, 1)
        with session.question(session.keep()) as calls:
            answer, process = (RemoteFunction(name, calls) for name in ("answer", "process"))
            before = process()
            # One is refused here, the other there, because it does not fit into a message.
            for size in (10_000, 2_000_000):
                assert call(answer, Case("large", (size,)), NOTHING).error == "AnswerTooLarge"
            assert call(answer, Case("small", (3,)), NOTHING) == Outcome([0, 0, 0], None, (3,), {})
            assert process() == before
