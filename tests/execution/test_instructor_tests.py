"""A test cell survives whatever a student's function does, and shows no more of it than an output may hold."""

import textwrap
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from grading.execution.instructor_tests import Names, run_test_cell
from grading.execution.notebook import execute
from grading.hidden_test import leaves_untouched
from grading.intake.limits import MAX_ERROR_MESSAGE_CHARACTERS, MAX_OUTPUT_TEXT_CHARACTERS
from grading.sandbox.launch import SandboxError

BUILT_IN = [
    *("BaseException", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "Exception", "MemoryError", "StopIteration"),
    *("StopAsyncIteration", "RecursionError", "SyntaxError", "UnicodeDecodeError", "OSError", "Warning"),
]


def _run(source: str, **found: object) -> list[NotebookNode]:
    names = Names()
    names.find = found.__getitem__
    _, outputs, _ = run_test_cell(source, names, 1)
    return outputs


def _cell(source: str, grade: bool = True) -> NotebookNode:
    nbgrader = {"grade": grade, "solution": False, "locked": True, "points": 1, "grade_id": "t" if grade else "s"}
    return new_code_cell(source, metadata={"nbgrader": nbgrader})


def _grade(student: str, *tests: str) -> list[tuple[float, list[NotebookNode]]]:
    cells = [_cell("import numpy as np", grade=False), new_code_cell(student), *map(_cell, tests)]
    executed = execute(new_notebook(cells=cells)).notebook
    return [(determine_grade(cell)[0], cell.outputs) for cell in executed.cells[2:]]


RAISED_BY_THE_STUDENT = {
    **{name: f"raise {name}('secret')" for name in BUILT_IN if name != "UnicodeDecodeError"},
    "UnicodeDecodeError": "b'\\xff'.decode()",
    "a group": "raise ExceptionGroup('secret', [ValueError('secret')] * 3)",
    "a base group": "raise BaseExceptionGroup('secret', [GeneratorExit('secret')])",
    "a class without a message": "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})",
    "a class of the base": "raise type('E' * 10_000, (BaseException,), {'__str__': lambda self: 1})",
    "a forged traceback": "e = ValueError('secret'); e.__traceback__ = None; e.raised_in = None; raise e",
    "a deep recursion": "f(x)",
}
RAISED_BY_THE_STUDENT["a long chain"] = (
    "e = ValueError()\nfor n in range(2_000):\n    last = ValueError(n); last.__context__ = e; e = last\nraise e"
)


def test_whatever_a_function_raises_costs_its_own_test() -> None:
    functions = "\n".join(
        f"def f{number}(x):\n{textwrap.indent(code, '    ').replace('f(x)', f'f{number}(x)')}\n"
        for number, code in enumerate(RAISED_BY_THE_STUDENT.values())
    )
    tests = [f"assert f{number}(1) == 1" for number in range(len(RAISED_BY_THE_STUDENT))]
    for (points, outputs), kind in zip(_grade(functions, *tests), RAISED_BY_THE_STUDENT, strict=True):
        assert points == 0, kind
        assert [output.output_type for output in outputs] == ["error"], kind
        assert "secret" not in str(outputs), kind


def test_what_a_function_raised_is_not_told_by_the_error_after_it() -> None:
    student = "def f(x): raise ValueError(f'called with {x}')"
    tests = [
        "try:\n    f('hid' + 'den')\nexcept ValueError as error:\n    raise KeyError('why') from error",
        "try:\n    f('hid' + 'den')\nexcept ValueError:\n    try: 1 / 0\n    finally: assert False, 'why'",
    ]
    for points, outputs in _grade(student, *tests):
        assert points == 0
        assert "why" in str(outputs)
        assert "hidden" not in str(outputs)


def test_whatever_a_function_raises_is_survived_by_mark() -> None:
    for code in ("raise GeneratorExit", "raise BaseException", "raise BaseExceptionGroup('', [GeneratorExit()])"):
        student = f"def ewa(theta, beta):\n    {code}"
        ((points, outputs),) = _grade(student, "from grading import mark\nmark('ewa', ewa)")
        assert points == 0
        assert "0 of 6 points" in str(outputs), code


RAISED_BY_THE_TEST = {
    "a base exception": "raise BaseException('why')",
    "a generator's exit": "raise GeneratorExit('why')",
    "an exit": "raise SystemExit('why')",
    "a group": "raise BaseExceptionGroup('why', [ValueError(), KeyboardInterrupt()])",
    "a message that fails": "class E(Exception):\n    def __str__(self): raise KeyError\nraise E",
    "a message that is a number": "class E(BaseException):\n    def __str__(self): return 5\nraise E",
    "a chain that is a circle": "a, b = ValueError(), KeyError()\na.__context__, b.__context__ = b, a\nraise a",
    "no traceback": "class E(Exception):\n    def with_traceback(self, _): return None\nraise E('why')",
    "a deep recursion": "def down(n): return down(n + 1)\ndown(0)",
    "too much memory": "np.ones(10**16)",
}


@pytest.mark.parametrize("source", RAISED_BY_THE_TEST.values(), ids=RAISED_BY_THE_TEST)
def test_whatever_a_test_raises_is_its_output(source: str) -> None:
    (output,) = _run(source, np=np)
    assert output.output_type == "error"
    assert output.traceback


def test_an_interrupt_by_hand_ends_the_test() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run("interrupted()", interrupted=interrupted)


def _seconds_and_megabytes(action: Callable[[], Any]) -> tuple[Any, float, float]:
    tracemalloc.start()
    began = time.monotonic()
    try:
        return action(), time.monotonic() - began, tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


LONG = "x" * 3_000_000
VALUES = {
    "a list of arrays": [np.ones(5)] * 500_000,
    "nested lists": [[[[1.0] * 50] * 50] * 50] * 50,
    "a dictionary": {number: [number] * 9 for number in range(300_000)},
    "a text": LONG,
    "texts": [LONG] * 100,
    "an array without columns": np.empty((8_000_000, 0)),
}


@pytest.mark.parametrize("use", ["value", "print(value)", "assert False, value", "raise KeyError(value)"])
@pytest.mark.parametrize("kind", VALUES)
def test_what_a_test_shows_of_a_value_is_bounded(use: str, kind: str) -> None:
    if use == "print(value)" and kind != "a text":
        pytest.skip("`print` makes the whole text first, of a value that the wire has bounded")
    outputs, seconds, megabytes = _seconds_and_megabytes(lambda: _run(use, value=VALUES[kind]))
    assert sum(len(str(output)) for output in outputs) <= 2 * MAX_OUTPUT_TEXT_CHARACTERS + 5_000
    assert seconds < 20
    assert megabytes < 100


def test_prints_without_end_are_bounded() -> None:
    printing = "import sys\nfor n in range(200): print(value); print(value, file=sys.stderr)"
    outputs, _, megabytes = _seconds_and_megabytes(lambda: _run(printing, value=LONG))
    assert [len(output.text) for output in outputs] == [MAX_OUTPUT_TEXT_CHARACTERS + 1]
    assert megabytes < 100


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4.0, "4.0"),
        (3, "3"),
        (True, "True"),
        ("text", "'text'"),
        ([1, 2.5], "[1, 2.5]"),
        ([np.ones(2)], "[array([1., 1.])]"),
        ({"a": (1,)}, "{'a': (1,)}"),
    ],
)
def test_an_ordinary_value_is_shown_as_ever(value: object, shown: str) -> None:
    (output,) = _run("value", value=value)
    assert output.data == {"text/plain": shown}


def test_an_ordinary_message_has_its_traceback() -> None:
    (output,) = _run("assert value == 2, f'got {value}'", value=3)
    assert (output.ename, output.evalue) == ("AssertionError", "got 3")
    assert any("assert" in line for line in output.traceback)
    (output,) = _run("assert False, value", value="y" * (MAX_ERROR_MESSAGE_CHARACTERS - 1))
    assert len(output.traceback) > 1


class TestArgumentsAreCopies:
    """Whatever a function does to its arguments, the test's own stay as they are."""

    ZEROS = "def double(x):\n    x[...] = 0\n    return x"
    RESIZES = "def double(x):\n    x.resize(0, refcheck=False)\n    return x"
    GROWS = "def double(x):\n    x.append(1)\n    return x"
    REFERENCE = "def reference(x): return 2 * x\n"

    @pytest.mark.parametrize("student", [ZEROS, RESIZES])
    @pytest.mark.parametrize("call", ["double(x)", "double(x=x)"])
    def test_of_the_reference_that_is_called_after_it(self, student: str, call: str) -> None:
        test = f"{self.REFERENCE}x = np.arange(1.0, 4)\nassert np.allclose({call}, reference(x))"
        ((points, _),) = _grade(student, test)
        assert points == 0

    def test_in_lists_and_dictionaries(self) -> None:
        student = "def f(d, l, rng):\n    d['a'][...] = 0; d['b'] = 1; l.clear(); rng.random()"
        test = """
d, l, rng = {"a": np.ones(2)}, [1], np.random.default_rng(1)
f(d, l, rng)
assert list(d) == ["a"] and d["a"].all() and l == [1]
assert rng.random() == np.random.default_rng(1).random()
"""
        ((points, _),) = _grade(student, test)
        assert points == 1

    def test_and_a_test_can_ask_whether_they_were_changed(self) -> None:
        ask = "from grading import leaves_untouched\nassert leaves_untouched(double, {})"
        tests = [ask.format(argument) for argument in ("np.ones(2)", "x=np.ones(2)")]
        for student, earned in (
            (self.ZEROS, 0),
            ("def double(x): return 2 * x", 1),
            ("def double(x): return 1 / 0", 0),
        ):
            assert [points for points, _ in _grade(student, *tests)] == [earned, earned], student


def test_what_leaves_untouched_says_without_a_sandbox() -> None:
    def zeroes(x: np.ndarray, y: int = 0) -> None:
        x[...] = 0

    given = np.ones(2)
    assert not leaves_untouched(zeroes, given)
    assert not leaves_untouched(zeroes, x=given)
    assert leaves_untouched(np.sum, given)
    assert not leaves_untouched(np.linalg.inv, given)
    assert given.all()


def test_a_forged_reply_about_the_arguments_is_refused() -> None:
    student = """
import inside.service as service
real = service._call
def forge(*given):
    return real(*given) | {"args": "as they were", "kwargs": 5}
service._call = forge
def f(x): return x
"""
    ((points, outputs),) = _grade(student, "assert f(1) == 1")
    assert points == 0
    assert outputs[0].ename == "SystemError"


@pytest.mark.parametrize(
    ("last", "points"),
    [
        ("2", 2),
        ("2.0", 2),
        ("np.int64(0)", 0),
        ("np.float64(1.5)", 1.5),
        ("np.array(2)", 2),
        ("3 * np.array([False, True])", 0),
        ("False", 0),
        ("np.False_", 0),
        ("True", 3),
        ("None", 3),
        ("np.nan", 0),
        ("-1", 0),
        ("4", 0),
        ("1j", 0),
    ],
)
def test_the_last_value_of_a_test_is_its_score_or_none(last: str, points: float) -> None:
    test = _cell(f"import numpy as np\n{last}")
    test.metadata.nbgrader.points = 3
    executed = execute(new_notebook(cells=[test])).notebook
    assert determine_grade(executed.cells[0]) == (points, 3)


def test_constants_and_lambdas_are_the_instructors() -> None:
    locked = _cell("TOLERANCE = 1e-6\nright = lambda x: 2 * x\nexpected = [1, 2]", grade=False)
    student = new_code_cell("TOLERANCE = 1e9\nright = lambda x: x\nexpected = [3]\ndef f(x): return x")
    test = _cell("assert TOLERANCE < 1\nassert expected == [1, 2]\nassert right(2) == 4\nassert f(2) == 2")
    executed = execute(new_notebook(cells=[locked, student, test])).notebook
    assert executed.cells[2].outputs == []


def test_a_lost_sandbox_is_no_error_of_the_student() -> None:
    def lost() -> None:
        raise SandboxError("lost")

    with pytest.raises(SandboxError):
        _run("f()", f=lost)
