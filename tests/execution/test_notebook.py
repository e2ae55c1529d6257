"""Each function of a notebook earns its own points, whatever another one does."""

import copy
import textwrap
import time
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from grading.assignments import source_notebook
from grading.execution.notebook import execute
from grading.sandbox.limits import Limits

QUICK = Limits(cell_seconds=1.5)
SOLUTION, TESTS = "update_with_momentum", "update_with_momentum_tests"
OTHERS = {"initialize_velocity_tests": 2, "update_with_nesterov_tests": 4}


@pytest.fixture(scope="module")
def momentum() -> NotebookNode:
    return nbformat.read(source_notebook("momentum"), as_version=4)


def _points(notebook: NotebookNode) -> dict[str, float]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.metadata.nbgrader.grade]
    return {cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in cells}


def _spoilt(notebook: NotebookNode, spoil: Callable[[str], str]) -> NotebookNode:
    notebook = copy.deepcopy(notebook)
    cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == SOLUTION)
    cell.source = spoil(cell.source)
    return notebook


def _before_return(statement: str) -> Callable[[str], str]:
    return lambda source: source.replace("    return ", f"{textwrap.indent(statement, '    ')}\n    return ", 1)


def _after(statement: str) -> Callable[[str], str]:
    return lambda source: f"{source}\n{statement}"


def test_right_answers_earn_all(momentum: NotebookNode) -> None:
    executed = execute(momentum)
    assert _points(executed.notebook) == {**OTHERS, TESTS: 5}
    assert executed.notes == ()
    assert not any("outputs" in cell and cell.outputs for cell in momentum.cells)


def test_a_seed_repeats_the_run(momentum: NotebookNode) -> None:
    drawn = {execute(momentum).seed for _ in range(2)}
    assert len(drawn) == 2
    spoilt = _spoilt(momentum, _before_return("if parameters['W1'].sum() > 0:\n    return None"))
    seen = {str(_points(execute(spoilt, seed=3).notebook)) for _ in range(3)}
    assert len(seen) == 1


COSTS_ALL = {
    "an endless loop": _before_return("while True:\n    pass"),
    "a loop that catches": _before_return("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True:\n    pass"),
    "an exit": _before_return("import os\nos._exit(0)"),
    "a crash": _before_return("import ctypes\nctypes.string_at(0)"),
    "too much memory": _before_return("np.zeros(10**10)"),
    "an exception": _before_return("raise KeyError"),
    "a sys.exit": _before_return("import sys\nsys.exit()"),
    "a syntax error": _before_return("if beta = 1:"),
    "no function": lambda source: "",
    "a number": lambda source: "update_with_momentum = 5",
    "an answer of another kind": _after("update_with_momentum = lambda *args, **kwargs: object()"),
    "an answer too long": _after("update_with_momentum = lambda *args, **kwargs: [0] * 10**7"),
    "an answer without end": _after("import itertools\nupdate_with_momentum = lambda *_, **__: itertools.count()"),
    "noise on the wire": _before_return("import os\nfor n in range(3, 9):\n    os.write(n, b'x' * 99)"),
    "a closed wire": _before_return("import os\nos.closerange(3, 20)"),
}


@pytest.mark.parametrize("spoil", COSTS_ALL.values(), ids=COSTS_ALL)
def test_a_failing_function_costs_its_own_points(momentum: NotebookNode, spoil: Callable[[str], str]) -> None:
    began = time.monotonic()
    points = _points(execute(_spoilt(momentum, spoil), limits=QUICK).notebook)
    assert points == {**OTHERS, TESTS: 0}
    assert time.monotonic() - began < 150


COSTS_NOTHING = {
    "a warning": _before_return("import warnings\nwarnings.warn('careful')"),
    "words": _before_return("import sys\nprint('here')\nprint('there', file=sys.stderr)"),
    "globals": _before_return("global calls\ncalls = 1"),
    "an exit behind it": _after("import sys\nsys.exit()"),
    "an error behind it": _after("1 / 0"),
    "closed streams": _before_return("import sys\nsys.stdout.close()"),
}


@pytest.mark.parametrize("spoil", COSTS_NOTHING.values(), ids=COSTS_NOTHING)
def test_harmless_code_costs_nothing(momentum: NotebookNode, spoil: Callable[[str], str]) -> None:
    assert _points(execute(_spoilt(momentum, spoil)).notebook) == {**OTHERS, TESTS: 5}


def test_a_value_that_cannot_be_looked_at_costs_its_own_test() -> None:
    student = """
import os
from collections.abc import Mapping
class Bomb(Mapping):
    def __getitem__(self, key): return 1
    def __len__(self): return 1
    def __iter__(self): os._exit(0)
answer, other = Bomb(), 1
"""
    cells = [new_code_cell(student), _test_cell("assert answer"), _test_cell("assert other == 1")]
    executed = execute(new_notebook(cells=cells)).notebook
    assert [determine_grade(cell)[0] for cell in executed.cells[1:]] == [0, 1]


def test_changed_arguments_are_seen(momentum: NotebookNode) -> None:
    for statement in ("velocity['dW1'] += 1", "velocity.clear()", "parameters['new'] = 0"):
        points = _points(execute(_spoilt(momentum, _before_return(statement))).notebook)
        assert points[TESTS] == 4, statement


def test_a_late_case_costs_what_was_not_earned_before(momentum: NotebookNode) -> None:
    slow_at_the_end = _before_return("if learning_rate == 0:\n    while True: pass")
    assert _points(execute(_spoilt(momentum, slow_at_the_end), limits=QUICK).notebook).keys()


def _test_cell(source: str, points: int = 1) -> NotebookNode:
    metadata = {"nbgrader": {"grade": True, "solution": False, "locked": True, "points": points, "grade_id": "t"}}
    return new_code_cell(source, metadata=metadata)


def _grade(student: str, test: str, locked: str = "import numpy as np") -> tuple[float, NotebookNode]:
    metadata = {"nbgrader": {"grade": False, "solution": False, "locked": True, "grade_id": "setup"}}
    cells = [new_code_cell(locked, metadata=metadata), new_code_cell(student), _test_cell(test)]
    cell = execute(new_notebook(cells=cells), limits=QUICK).notebook.cells[-1]
    return determine_grade(cell)[0], cell


def test_ordinary_assertions_work() -> None:
    square = "def square(x): return x * x"
    assert _grade(square, "assert square(3) == 9")[0] == 1
    assert _grade(square, "assert np.allclose(square(np.arange(3)), [0, 1, 4])")[0] == 1
    assert _grade(square, "assert square(x=3) == 8")[0] == 0
    assert _grade(square, "try:\n    square()\nexcept TypeError:\n    pass\nelse:\n    1 / 0")[0] == 1


def test_variables_arrive_as_copies() -> None:
    assert _grade("answer = [1, {'a': np.ones(2)}]", "assert answer[1]['a'].sum() == 2")[0] == 1
    assert _grade("", "assert answer == 1")[1].outputs[0].ename == "NameError"


def test_names_of_the_instructor_are_not_taken_from_the_student() -> None:
    locked = "def double(x):\n    return 2 * x\n\ndef of_both(x):\n    return double(x) + triple(x)"
    student = "def double(x):\n    return 0\n\ndef triple(x):\n    return 3 * x\nassert_ = print = sum = None"
    assert _grade(student, "assert double(2) == 4 and of_both(1) == 5 and sum([1]) == 1", locked)[0] == 1


def test_tests_are_out_of_reach() -> None:
    student = """
import sys, inspect
def spy(x):
    word = "".join(["sec", "ret"])
    names = {name for frame in inspect.stack() for name in [*frame.frame.f_locals, *frame.frame.f_globals]}
    return word in names or word in str(vars(sys.modules["__main__"]))
"""
    assert _grade(student, "secret = 1\nassert spy(1) is False")[0] == 1


def test_patches_stay_in_the_sandbox() -> None:
    student = "import numpy as np, builtins\nnp.allclose = lambda *_: True\nbuiltins.abs = lambda x: 0\nf = lambda x: 7"
    assert _grade(student, "assert np.allclose(f(1), 1)")[0] == 0
    assert _grade(student, "assert abs(f(1)) == 0")[0] == 0


class TestAnswersAreFresh:
    """Objects with ideas of their own arrive as plain data or not at all."""

    LIAR = "class Liar(%s):\n    def __eq__(self, other): return True\n    __hash__ = None\n"

    @pytest.mark.parametrize("kind", ["object", "float", "int", "str", "list", "dict", "np.float64", "np.ndarray"])
    def test_equality_is_ours(self, kind: str) -> None:
        make = "Liar((1,))" if kind == "np.ndarray" else "Liar()"
        student = f"import numpy as np\n{self.LIAR % kind}f = lambda x: {make}"
        assert _grade(student, "assert (f(1) == 'right') is True")[0] == 0


def test_questions_do_not_see_each_other() -> None:
    student = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)"
    notebook = new_notebook(
        cells=[
            new_code_cell(student),
            _test_cell("assert [f(1), f(1)] == [1, 2]"),
            _test_cell("assert f(1) == 1"),
            new_code_cell("f(0)"),
            _test_cell("assert f(1) == 2"),
        ]
    )
    executed = execute(notebook).notebook
    assert [determine_grade(cell)[0] for cell in executed.cells if cell.metadata.get("nbgrader")] == [1, 1, 1]


def test_a_test_sees_the_notebook_as_it_was_at_its_place() -> None:
    cells = [new_code_cell("answer = 1\ndef f(): return answer")]
    cells += [_test_cell("assert (f(), answer) == (1, 1)"), new_code_cell("answer = 2")]
    cells += [_test_cell("assert (f(), answer) == (2, 2)"), new_code_cell("def f(): return 3\ndel answer")]
    cells += [_test_cell("assert f() == 3"), new_code_cell("del f")]
    executed = execute(new_notebook(cells=cells)).notebook
    assert [determine_grade(cell)[0] for cell in executed.cells if cell.metadata.get("nbgrader")] == [1, 1, 1]


def test_a_crash_leaves_the_place_of_the_test_as_it_was() -> None:
    student = "import os\nruns = 0\ndef f(x):\n    global runs\n    runs += 1\n    return runs if x else os._exit(0)"
    test = """
def crashes():
    try:
        f(0)
    except SystemError:
        return True
assert [f(1), f(1), crashes(), f(1), crashes(), crashes(), f(1), f(1)] == [1, 2, True, 1, True, True, 1, 2]
"""
    cells = [new_code_cell(student), _test_cell(test), new_code_cell("runs = 7"), _test_cell("assert f(1) == 8")]
    executed = execute(new_notebook(cells=cells)).notebook
    assert [determine_grade(cell)[0] for cell in executed.cells[1::2]] == [1, 1]


# Place: (before the test, what the tested function does, what a later cell looks at).
LEFT_BEHIND = {
    "the working folder": ("", "open('left', 'w').write(word)", "open('left').read()"),
    "the scratch folder": ("", "open('/scratch/left', 'w').write(word)", "open('/scratch/left').read()"),
    "shared memory": ("", "open('/dev/shm/left', 'w').write(word)", "open('/dev/shm/left').read()"),
    "an open file": (
        "file = open('open', 'w+')",
        "file.write(word); file.flush()",
        "(file.seek(0), file.read())",
    ),
    "a shared map": (
        "import mmap; file = open('map', 'w+b'); file.truncate(100); shared = mmap.mmap(file.fileno(), 100)",
        "shared.write(word.encode())",
        "shared[:]",
    ),
    "a pipe": (
        "import os; ends = os.pipe(); os.set_blocking(ends[0], False)",
        "os.write(ends[1], word.encode())",
        "os.read(ends[0], 100)",
    ),
    "an abstract socket": (
        "import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(chr(0) + 'a'); s.settimeout(0.5)",
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(word.encode(), chr(0) + 'a')",
        "s.recv(100)",
    ),
    "a process": (
        "import os, time",
        "os.fork() or (time.sleep(0.1), open('late', 'w').write(word), os._exit(0))",
        "time.sleep(0.3); open('late').read()",
    ),
    "a signal": (
        "import os, signal; heard = []; signal.signal(signal.SIGUSR1, lambda *_: heard.append('hid' 'den'))",
        "[os.kill(n, signal.SIGUSR1) for n in (1, os.getppid()) if word]",
        "(__import__('time').sleep(0.2), heard)",
    ),
    "a variable": ("seen = []", "seen.append(word)", "seen"),
    "the outputs": ("", "print(word); __import__('os').write(1, word.encode())", "0"),
}


@pytest.mark.parametrize("place", LEFT_BEHIND)
def test_no_cell_sees_what_a_call_leaves_behind(place: str) -> None:
    before, leave, look = LEFT_BEHIND[place]
    cells = [new_code_cell(f"{before}\ndef f(word): {leave}"), _test_cell("f('hid' + 'den')"), new_code_cell(look)]
    called = [new_code_cell(cells[0].source), new_code_cell("f('hid' + 'den')"), new_code_cell(look)]
    # The look finds it where a cell has called the function, so it would find it here.
    assert "hidden" in str([cell.outputs for cell in execute(new_notebook(cells=called)).notebook.cells])
    executed = execute(new_notebook(cells=cells)).notebook
    assert determine_grade(executed.cells[1])[0] == 1
    assert "hidden" not in str([cell.outputs for cell in executed.cells])
