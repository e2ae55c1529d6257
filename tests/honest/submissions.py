"""Honest students, who write in many ways and have accidents.

Each must get exactly the marks that the same notebook gets when it is run in the open, from top to bottom.
"""

from collections.abc import Callable
from dataclasses import dataclass

import nbformat
import numpy as np
from nbformat import NotebookNode

from grading.assignments import all_questions
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
        quick: whether it takes a few seconds at most.
    """

    name: str
    change: Callable[[NotebookNode], object]
    full: bool = True
    quick: bool = True

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
    "limits-threads": _cell("from threadpoolctl import threadpool_limits\nthreadpool_limits(1)"),
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


def _cells(*texts: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        for text in texts:
            insert(notebook, text, before=SECOND)

    return change


def _reflecting(text: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        find(notebook, "reflection").source = text

    return change


def _with_a_module(notebook: NotebookNode) -> None:
    averaged = "{n: averaging.average(velocity[n], gradients[n], beta) for n in gradients}"
    _cells("%%writefile averaging.py\ndef average(a, b, w):\n    return w * a + (1 - w) * b")(notebook)
    _answer("import averaging\n" + RIGHT.replace(V, averaged))(notebook)


def _computing(seconds: float) -> Callable[[NotebookNode], None]:
    """Spend so many seconds of the processor on all calls of the question together."""
    share = seconds / len(all_questions()[SECOND].cases(np.random.default_rng(0)))
    return _doing(f"import time\nend = time.process_time() + {share}\nwhile time.process_time() < end: pass")


_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# What else people write in notebooks, from data files to unit tests.
_ODD = {
    "a-data-file": _cells(
        "np.savetxt('losses.csv', np.arange(12.0).reshape(3, 4), delimiter=',')\n"
        "import json; json.dump({'beta': 0.9}, open('settings.json', 'w'))",
        "assert np.loadtxt('losses.csv', delimiter=',').sum() == 66\nassert json.load(open('settings.json'))",
    ),
    "reads-a-data-file-in-each-call": _doing(
        "ONE = np.load('one.npy')[0]\nbeta = beta * ONE", before="np.save('one.npy', np.ones(1))"
    ),
    "pathlib-and-temporary-files": _doing(
        "import pathlib, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n"
        "    path = pathlib.Path(folder) / 'velocity.txt'\n    path.write_text('0.9')\n"
        "    assert float(path.read_text()) == 0.9"
    ),
    "pickles": _doing("import pickle\nparameters = pickle.loads(pickle.dumps(parameters))"),
    "a-database": _cell("import sqlite3\nwith sqlite3.connect('runs.db') as runs: runs.execute('create table r (a)')"),
    "a-module-of-its-own": _with_a_module,
    "a-thread-with-a-queue": _doing(
        "import queue, threading\nresults = queue.Queue()\n"
        "thread = threading.Thread(target=lambda: results.put(beta))\nthread.start()\nthread.join()\n"
        "beta = results.get(timeout=5)"
    ),
    "several-processes": _doing(
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    assert pool.map(abs, [1, -2]) == [1, 2]"
    ),
    "several-processes-in-a-cell": _cell(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(2) as pool: print(list(pool.map(abs, [-1, 2])))"
    ),
    "a-child-process": _cell("import subprocess; subprocess.run(['python3', '-c', 'print(1)'], check=True)"),
    "timeit": _cells("%timeit -n 10 -r 2 sum(range(100))", "%%timeit -n 10 -r 2\nsum(range(100))"),
    "captures-a-cell": _cells("%%capture said\nprint('hidden')", "print(said.stdout)"),
    "loads-an-extension": _cells("%load_ext autoreload\n%autoreload 2", "%config InlineBackend.figure_format = 'svg'"),
    "looks-around": _cells("!ls\nfiles = !ls -a\nprint(files)", "%pwd", "%whos", "?np.sum", "%history"),
    "tables-of-numbers": _cells(
        "import pandas as pd\nruns = pd.DataFrame({'beta': [0.5, 0.9] * 50, 'cost': np.linspace(1, 0, 100)})\nruns",
        "runs.to_csv('runs.csv'); pd.read_csv('runs.csv').groupby('beta').cost.agg(['mean', 'min'])",
        "runs.style.background_gradient()",
    ),
    "widgets": _cell("from ipywidgets import FloatSlider, interact\n"
                     "interact(lambda beta: beta, beta=FloatSlider(0.9))"),
    "progress-in-a-notebook": _cell("from tqdm.auto import tqdm, trange\nfor n in trange(50): pass"),
    "an-animation": _cell(
        "from matplotlib.animation import FuncAnimation\nfrom IPython.display import HTML\n"
        "figure, axes = plt.subplots()\n(line,) = axes.plot([], [])\n"
        "film = FuncAnimation(figure, lambda n: line.set_data([0, n], [0, n]) or (line,), frames=5)\n"
        "HTML(film.to_jshtml())"
    ),
    "many-figures": _cell("for n in range(8):\n    with plt.style.context('dark_background'):\n"
                          "        plt.figure(); plt.scatter(*np.random.rand(2, 500)); plt.show()"),
    "prints-without-measure": _cells("for n in range(100_000): print(n, 'of', 100_000)", "list(range(20_000))"),
    "large-arrays": _cells("history = np.ones(62_500_000)\nhistory.sum()", "del history"),
    "large-arrays-within": _doing("a = np.zeros((3000, 3000))\na += 1\nassert a.mean() == 1"),
    "computes-for-3-seconds": _computing(3),
    "waits-in-cells": _cells(*["import time; time.sleep(1)"] * 3),
    "generators-within": _doing(
        "def pairs():\n    for n in gradients:\n        yield n, gradients[n]\n"
        "gradients = dict(pairs())\nassert sum(1 for _ in pairs()) == len(gradients)"
    ),
    "a-dataclass": _answer(
        "from dataclasses import dataclass, field\n\n\n@dataclass(frozen=True)\nclass Momentum:\n"
        "    beta: 'float' = 0.9\n    history: list = field(default_factory=list)\n\n"
        f"    def step(self, parameters, gradients, velocity, learning_rate):\n        beta = self.beta\n"
        f"        v = {V}\n        self.history.append(v)\n        return {P}, v\n\n\n"
        f"{LINE}\n    return Momentum(beta).step(parameters, gradients, velocity, learning_rate)"
    ),
    "typed-throughout": _answer(
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING, TypedDict, TypeVar, cast\n"
        "if TYPE_CHECKING:\n    from numpy.typing import NDArray\nArrays = dict[str, 'NDArray[np.float64]']\n"
        "class Settings(TypedDict):\n    beta: float\n"
        f"{RIGHT.replace('beta=0.9)', 'beta: float = 0.9) -> tuple[Arrays, Arrays]')}"
    ),
    "walrus": _answer(
        f"{LINE}\n    v, p = {{}}, {{}}\n    for n in parameters:\n"
        "        p[n] = parameters[n] - learning_rate * "
        "(v := {**v, 'd' + n: beta * velocity['d' + n] + (1 - beta) * gradients['d' + n]})['d' + n]\n    return p, v"
    ),
    "match": _doing("match parameters:\n    case {'W2': _}: layers = 2\n"
                    "    case {'W1': W, **rest} if W.ndim == 2: layers = 1\n    case _: raise KeyError"),
    "a-global-generator": _doing("assert rng.normal(size=3).shape == (3,)", before="rng = np.random.default_rng(0)"),
    "a-cache": _doing("beta = same(beta)",
                      before="import functools\n@functools.lru_cache(maxsize=None)\ndef same(x): return x"),
    "a-decorator-that-caches": _answer(
        "def remember(f):\n    seen = {}\n    def g(*args, **kwargs):\n"
        "        key = repr((args, sorted(kwargs.items())))\n        if key not in seen:\n"
        f"            seen[key] = f(*args, **kwargs)\n        return seen[key]\n    return g\n\n\n@remember\n{RIGHT}"
    ),
    "recursive-layers": _answer(
        f"def update(names, *rest):\n    if not names:\n        return {{}}, {{}}\n"
        "    (n, *others), (parameters, gradients, velocity, learning_rate, beta) = names, rest\n"
        "    v = beta * velocity['d' + n] + (1 - beta) * gradients['d' + n]\n    p, w = update(others, *rest)\n"
        "    return {n: parameters[n] - learning_rate * v, **p}, {'d' + n: v, **w}\n\n\n"
        f"{LINE}\n    return update(list(parameters), parameters, gradients, velocity, learning_rate, beta)"
    ),
    "warnings-as-errors": _cells("import warnings; warnings.simplefilter('error')", "warnings.warn('an error here')"),
    "reads-the-environment": _doing("import os\nbeta = float(os.environ.get('BETA', beta))\n"
                                    "os.environ['SEEN'] = 'yes'"),
    "logs-to-a-file": _cells(
        "import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': {'file': {'class': "
        "'logging.FileHandler', 'filename': 'run.log'}}, 'root': {'handlers': ['file'], 'level': 'DEBUG'}})",
        "logging.info('started'); print(open('run.log').read())",
    ),
    "unit-tests": _cells(
        "import unittest\nclass TestMomentum(unittest.TestCase):\n"
        "    def test_start(self): self.assertEqual(initialize_velocity({'b1': np.ones((1, 1))})['db1'].sum(), 0)\n"
        "unittest.main(argv=[''], exit=False)"
    ),
    "unit-tests-that-exit": _cell("import unittest\nunittest.main(argv=[''])"),
    "doctests": _cell("import doctest\ndef half(x):\n    '''\n    >>> half(4)\n    2.0\n    '''\n    return x / 2\n"
                      "doctest.testmod()"),
    "asynchronous": _doing(
        "async def same(x):\n    await asyncio.sleep(0)\n    return x\nbeta = asyncio.run(same(beta))",
        before="import asyncio",
    ),
    "awaits-in-a-cell": _cell("import asyncio\nawait asyncio.sleep(0.1)"),
    "exact-fractions": _cell("from fractions import Fraction\nb = Fraction(9, 10)\n"
                             "assert sum((1 - b) * b**k for k in range(5)) == 1 - b**5"),
    "imports-all-of-the-course": _cells(*[f"from course.{room} import *" for room in ("checks", "plots")]),
    "context-managers": _doing("import contextlib\nwith contextlib.suppress(KeyError), np.errstate(all='raise'), "
                               "contextlib.redirect_stdout(None): gradients['dW99']"),
    "handles-signals": _cell("import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nsignal.alarm(1)"),
    "a-reflection-with-formulas": _reflecting(
        r"$$v_t = (1-\beta)\sum_{k=0}^{t-1}\beta^k g_{t-k}$$ Since $\sum_k \beta^k \to \frac{1}{1-\beta}$, it "
        r"\begin{align} a &= b \\ c &= d \end{align} *averages*."
    ),
    "a-reflection-with-a-picture": _reflecting(f"![a valley](data:image/png;base64,{_PICTURE})\n\n<b>It</b> helps."),
    "a-reflection-in-Korean": _reflecting("모멘텀은 기울기의 지수 가중 평균입니다. 같은 방향은 더해집니다. 🙂"),
}  # fmt: skip

_SLOW = {"computes-for-15-seconds": _computing(15)}

SUBMISSIONS = [
    *(Honest(name, change) for name, change in _NOTEBOOKS.items()),
    *(Honest(name, change) for name, change in _CODE.items()),
    *(Honest(name, change) for name, change in _ODD.items()),
    *(Honest(name, change, quick=False) for name, change in _SLOW.items()),
    *(Honest(f"returns-{name}", _returning(values), full) for name, (values, full) in _VALUES.items()),
    *(Honest(name, change, full) for name, (change, full) in _ACCIDENTS.items()),
]
