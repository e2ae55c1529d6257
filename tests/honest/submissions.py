"""Honest students, who write in many ways and have accidents.

Each must get exactly the marks that the same notebook gets when it is run in the open, from top to bottom.
"""

from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from tests.released import answered, duplicate, find, insert, place, released

FIRST, SECOND, THIRD = "initialize_velocity", "update_with_momentum", "update_with_nesterov"
LINE = f"def {SECOND}(parameters, gradients, velocity, learning_rate, beta=0.9):"
V = "{n: beta * velocity[n] + (1 - beta) * gradients[n] for n in gradients}"
P = "{n: parameters[n] - learning_rate * v['d' + n] for n in parameters}"
BODY = f"    v = {V}\n    p = {P}\n"
RIGHT = f"{LINE}\n{BODY}    return p, v"


@dataclass(frozen=True)
class Honest:
    """An honest submission.

    Attributes:
        name: what is special about it; also the name of the student.
        change: turns the notebook with the model answers into what is handed in.
        full: whether it earns every point; else the marks in the open tell.
    """

    name: str
    change: Callable[[NotebookNode], object]
    full: bool = True

    def notebook(self) -> NotebookNode:
        """Make the notebook that is handed in."""
        notebook = answered()
        self.change(notebook)
        return notebook


def _answer(source: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        find(notebook, SECOND).source = source

    return change


def _returning(values: str) -> Callable[[NotebookNode], None]:
    return _answer(f"{LINE}\n{BODY}    return {values}")


def _doing(statements: str, before: str = "") -> Callable[[NotebookNode], None]:
    lines = "".join(f"    {line}\n" for line in statements.splitlines())
    return _answer(f"{before}\n{LINE}\n{lines}{BODY}    return p, v".strip())


def _cell(text: str, before: str = SECOND, kind: str = "code") -> Callable[[NotebookNode], object]:
    return lambda notebook: insert(notebook, text, before=before, kind=kind)


_EACH = "tuple({{n: {} for n, a in d.items()}} for d in (p, v))"

# What the function does besides, or how it is written.
_CODE = {
    "prints": _doing("print('velocity', velocity)"),
    "prints-to-stderr": _doing("import sys\nprint('careful', file=sys.stderr)"),
    "prints-very-much": _cell("for n in range(3000): print(n, 'of', 3000)"),
    "warns": _doing("import warnings\nwarnings.warn('beta is large')"),
    "warns-in-a-cell": _cell("import warnings; warnings.warn('deprecated', DeprecationWarning); np.array([1.0]) / 0"),
    "logs": _doing("logging.warning('step')", before="import logging\nlogging.basicConfig(level=logging.DEBUG)"),
    "shows-progress": _doing("from tqdm import tqdm\nfor _ in tqdm(range(3)): pass"),
    "renames-imports": _answer(f"import numpy as numpy\nimport numpy as n_p\n{RIGHT}"),
    "imports-names": _answer(f"from numpy import *\nfrom math import *\n{RIGHT}"),
    "imports-from-the-future": _answer(f"from __future__ import annotations\n{RIGHT}"),
    "imports-pandas": _cell("import pandas as pd; pd.DataFrame({'beta': [0.9]})"),
    "helper-in-the-cell": _answer(f"def average(a, b, w):\n    return w * a + (1 - w) * b\n\n\n{RIGHT}"),
    "annotations": _answer(RIGHT.replace("beta=0.9", "beta: 'a float' = 0.9")),
    "lambda": _answer(f"{SECOND} = lambda parameters, gradients, velocity, learning_rate, beta=0.9: "
                      f"(lambda v: ({P}, v))({V})"),
    "partial": _answer(f"import functools\n{RIGHT}\n{SECOND} = functools.partial({SECOND})"),
    "callable-object": _answer(
        "class Momentum:\n    def __call__(self, parameters, gradients, velocity, learning_rate, beta=0.9):\n"
        f"        v = {V}\n        return {P}, v\n\n\n{SECOND} = Momentum()"
    ),
    "static-method": _answer(
        "class Momentum:\n    @staticmethod\n"
        "    def update(parameters, gradients, velocity, learning_rate, beta=0.9):\n"
        f"        v = {V}\n        return {P}, v\n\n\n{SECOND} = Momentum.update"
    ),
    "decorated": _answer(
        "import functools\n\n\ndef loud(f):\n    @functools.wraps(f)\n    def g(*args, **kwargs):\n"
        f"        print(f.__name__)\n        return f(*args, **kwargs)\n    return g\n\n\n@loud\n{RIGHT}"
    ),
    "closure": _answer(f"def make():\n    names = []\n    {RIGHT.replace(chr(10), chr(10) + '    ')}\n"
                       f"    return {SECOND}\n\n\n{SECOND} = make()"),
    "any-arguments": _answer(f"{RIGHT.replace(SECOND, '_update')}\n\n\ndef {SECOND}(*args, **kwargs):\n"
                             "    return _update(*args, **kwargs)"),
    "global-constant": _answer(f"ONE = 1.0\n{RIGHT.replace('(1 - beta)', '(ONE - beta)')}"),
    "global-counter": _doing("global calls\ncalls += 1", before="calls = 0"),
    "recursion": _doing("def down(n): return n and down(n - 1)\ndown(500)"),
    "copies": _doing("import copy\nparameters = copy.deepcopy(parameters)\nfor a in parameters.values(): a += 0"),
    "asserts": _doing("assert set(gradients) == set(velocity), 'keys'\nassert 0 <= beta < 1"),
    "checks-its-arguments": _doing("if not 0 <= beta < 1:\n    raise ValueError(f'beta is {beta}')"),
    "catches-exceptions": _doing("try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass"),
    "random-numbers": _doing("np.random.seed(0)\nnp.random.normal()\nimport random\nrandom.random()"),
    "threads": _doing("from concurrent.futures import ThreadPoolExecutor\n"
                      "with ThreadPoolExecutor(2) as pool: list(pool.map(abs, [1, 2]))"),
    "a-file": _doing("open('state.txt', 'a').write('x')\nassert open('state.txt').read()"),
    "slow": _doing("import time\ntime.sleep(0.15)"),
    "slow-cell": _cell("import time; time.sleep(3)"),
    "strict-numbers": _cell("np.seterr(all='raise'); np.set_printoptions(precision=2)"),
    "plots-within": _doing("plt.figure()\nplt.plot([1, 2])"),
    "defined-twice": _answer(f"{LINE}\n    return 'later'\n\n\n{RIGHT}"),
    "Korean": _answer(f"# 모멘텀\n기본값 = 0.9\n{RIGHT}\nprint('속도는 평균이다')"),
    "calls-another-answer": lambda notebook: setattr(
        find(notebook, THIRD), "source",
        f"def {THIRD}(parameters, gradients, velocity, learning_rate, beta=0.9):\n"
        f"    _, v = {SECOND}(parameters, gradients, velocity, learning_rate, beta)\n"
        f"    _, ahead = {SECOND}(parameters, gradients, v, learning_rate, beta)\n"
        "    return {n: parameters[n] - learning_rate * ahead['d' + n] for n in parameters}, v",
    ),
}  # fmt: skip

# What the function returns.
_VALUES = {
    "a-list": ("[p, v]", True),
    "a-named-tuple": ("__import__('collections').namedtuple('Step', 'parameters velocity')(p, v)", True),
    "ordered-dictionaries": ("tuple(map(__import__('collections').OrderedDict, (p, v)))", True),
    "user-dictionaries": ("tuple(map(__import__('collections').UserDict, (p, v)))", True),
    "read-only-dictionaries": ("tuple(map(__import__('types').MappingProxyType, (p, v)))", True),
    "Fortran-order": (_EACH.format("np.asfortranarray(a)"), True),
    "views": (_EACH.format("np.pad(a, 3)[3:-3, 3:-3]"), True),
    "reversed-views": (_EACH.format("a[::-1, ::-1].copy()[::-1, ::-1]"), True),
    "read-only-arrays": ("[a.setflags(write=False) for a in (*p.values(), *v.values())] and (p, v)", True),
    "matrices": (_EACH.format("np.asmatrix(a)"), True),
    "long-floats": (_EACH.format("a.astype(np.longdouble)"), True),
    "float32": (_EACH.format("a.astype(np.float32)"), False),
    "complex-numbers": (_EACH.format("a + 0j"), False),
    "lists-for-arrays": (_EACH.format("a.tolist()"), False),
    "floats-for-arrays": (_EACH.format("float(a.sum())"), False),
    "objects-for-arrays": (_EACH.format("a.astype(object)"), False),
    "broadcast-arrays": ("p, {n: np.broadcast_to(a, a.shape) for n, a in v.items()}", True),
    "its-inputs": ("parameters, velocity", False),
    "the-wrong-order": ("v, p", False),
    "nothing": ("None", False),
    "not-a-number": (_EACH.format("a * np.nan"), False),
}

_ACCIDENTS = {
    "in-place": (_answer(f"{LINE}\n    for n in velocity:\n        velocity[n] *= beta\n"
                         "        velocity[n] += (1 - beta) * gradients[n]\n"
                         "    for n in parameters: parameters[n] -= learning_rate * velocity['d' + n]\n"
                         "    return parameters, velocity"), False),
    "a-generator": (_answer(f"{LINE}\n{BODY}    yield p\n    yield v"), True),
    "an-exception-in-one-function": (_doing("raise RuntimeError('not yet')"), False),
    "an-exception-in-one-cell": (_cell("1 / 0"), True),
    "a-syntax-error": (_answer(RIGHT.replace("v = ", "v == = ")), False),
    "unwritten": (_answer("raise NotImplementedError()"), False),
    "some-cases-only": (_doing("assert len(parameters) == 2, 'one layer only'"), False),
    "leaves-with-exit": (_doing("import sys\nsys.exit('done')"), False),
    "a-cell-that-exits": (_cell("import sys; sys.exit()"), True),
    "asks-for-input": (_cell("input('your name? ')"), True),
    "everything-unwritten": (lambda notebook: setattr(notebook, "cells", released().cells), False),
}  # fmt: skip


def _split(notebook: NotebookNode) -> None:
    find(notebook, SECOND).source = "def average(a, b, w):\n    return w * a + (1 - w) * b"
    duplicate(notebook, SECOND).source = RIGHT


def _merged(notebook: NotebookNode) -> None:
    other = find(notebook, THIRD)
    notebook.cells.remove(other)
    find(notebook, SECOND).source += f"\n\n\n{other.source}"


def _helper_in_a_cell(notebook: NotebookNode) -> None:
    insert(notebook, "def average(a, b, w):\n    return w * a + (1 - w) * b", before=FIRST)
    find(notebook, SECOND).source = RIGHT.replace(V, "{n: average(velocity[n], gradients[n], beta) for n in gradients}")


def _in_an_extra_cell(notebook: NotebookNode) -> None:
    find(notebook, SECOND).source = "# see below"
    insert(notebook, RIGHT, before=f"{SECOND}_checks")


def _without_texts(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]


def _executed(notebook: NotebookNode) -> None:
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text="an old output"), nbformat.v4.new_output("display_data")]


_NOTEBOOKS = {
    "model-answers": lambda notebook: None,
    "executed": _executed,
    "helper-in-an-extra-cell": _helper_in_a_cell,
    "answer-in-an-extra-cell": _in_an_extra_cell,
    "split-cell": _split,
    "merged-cells": _merged,
    "copied-checks": lambda notebook: duplicate(notebook, f"{SECOND}_checks"),
    "copied-experiment": lambda notebook: setattr(duplicate(notebook, "see_it_at_work"), "source", "print(0.99)"),
    "no-texts": _without_texts,
    "formulas": _cell(r"$$v := \beta v + (1 - \beta)\, dW$$ and $\frac{1}{1-\beta}$", kind="markdown"),
    "notes": _cell("## 내 메모\n\n- *기울기*\n\n| a | b |\n|---|---|\n| 1 | 2 |", kind="markdown"),
    "empty-cells": _cell("\n\n"),
    "plots": _cell("plt.plot(np.arange(5)); plt.title('속도'); plt.show()"),
    "styles": _cell("plt.style.use('ggplot'); plt.rcParams['figure.dpi'] = 72; plt.ion(); plt.plot([1, 2])"),
    "magics": _cell("%matplotlib inline\n%time sum(range(10))"),
    "cell-magic": lambda notebook: setattr(find(notebook, SECOND), "source", f"%%time\n{RIGHT}"),
    "shell": _cell("!echo hello"),
    "tables": _cell("from IPython.display import HTML, Math, display\ndisplay(HTML('<b>x</b>'), Math('x'))"),
    "a-variable-of-that-name": _cell("parameters = gradients = velocity = beta = 3", before=f"{SECOND}_tests"),
    "deleted-setup": lambda notebook: notebook.cells.pop(place(notebook, "what-you-have-now")),
}

SUBMISSIONS = [
    *(Honest(name, change) for name, change in _NOTEBOOKS.items()),
    *(Honest(name, change) for name, change in _CODE.items()),
    *(Honest(f"returns-{name}", _returning(values), full) for name, (values, full) in _VALUES.items()),
    *(Honest(name, change, full) for name, (change, full) in _ACCIDENTS.items()),
]
