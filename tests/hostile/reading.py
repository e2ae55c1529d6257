"""Reading hidden tests, the reference, the gradebook, others' work, the environment."""

import os
from pathlib import Path

from tests.hostile.attack import HONEST, Attack, Scene, fill_in, released, save, tells, with_code
from tests.released import ASSIGNMENT, find

_READ = {
    "others_work": ("work", 'print(open("@CLASS@/submitted/@HONEST@/@ASSIGNMENT@/@ASSIGNMENT@.ipynb").read())'),
    "others_work_by_search": (
        "work",
        """
import glob
for path in glob.glob("../../**/*.ipynb", recursive=True) + glob.glob("../../../submitted/**/*.ipynb", recursive=True):
    print(open(path).read())""",
    ),
    "names_of_others": ("student", 'import os; print(os.listdir("@CLASS@/submitted"), os.listdir("../.."))'),
    "the_reference": ("reference", 'print(open("@PROJECT@/solutions/momentum.py").read())'),
    "the_reference_by_import": ("reference", "import inspect, solutions.momentum as m; print(inspect.getsource(m))"),
    "the_assignments_source": ("tests", 'print(open("@PROJECT@/assignments/@ASSIGNMENT@/@ASSIGNMENT@.ipynb").read())'),
    "the_gradebook": ("gradebook", 'print(open("@CLASS@/gradebook.db", "rb").read())'),
    "the_gradebook_by_query": (
        "gradebook",
        'import sqlite3; print(sqlite3.connect("@CLASS@/gradebook.db").execute("select * from student").fetchall())',
    ),
    "the_environment": ("environment", "import os; print(os.environ)"),
    "the_environment_of_the_process": ("environment", 'print(open("/proc/self/environ").read())'),
    "the_environment_of_other_processes": (
        "environment",
        """
import glob
for path in glob.glob("/proc/[0-9]*/environ"):
    try: print(open(path, errors="replace").read())
    except OSError: pass""",
    ),
    "the_home": ("home", 'print(open("@HOME@/secret.txt").read())'),
    "the_home_by_expansion": ("home", 'import pathlib; print((pathlib.Path.home() / "secret.txt").read_text())'),
    "the_root_of_other_processes": (
        "home",
        """
import glob
for root in glob.glob("/proc/[0-9]*/root"):
    try: print(open(root + "@HOME@/secret.txt").read())
    except OSError: pass""",
    ),
    "the_folders_of_other_processes": (
        "work",
        """
import glob
for folder in glob.glob("/proc/[0-9]*/cwd"):
    for path in glob.glob(folder + "/_class/submitted/@HONEST@/*/*.ipynb"): print(open(path).read())""",
    ),
    "the_memory_of_the_parent": (
        "tests",
        """
import os, re
for line in open(f"/proc/{os.getppid()}/maps"):
    start, end = (int(part, 16) for part in line.split()[0].split("-"))
    if "rw" in line:
        memory = os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY)
        try: print(*re.findall(rb"@TOKEN@-[a-z]+", os.pread(memory, min(end - start, 2**26), start)))
        except OSError: pass
        finally: os.close(memory)""",
    ),
    "command_lines": (
        "student",
        """
import glob
for path in glob.glob("/proc/[0-9]*/cmdline"):
    if "@CLASS@" in open(path).read() or "@PROJECT@" in open(path).read(): print("@TOKEN@" "-student")""",
    ),
    "open_descriptors": (
        "work",
        """
import os
for descriptor in range(3, 200):
    try: print(os.readlink(f"/proc/self/fd/{descriptor}").replace("@PROJECT@", "@TOKEN@" "-work"))
    except OSError: pass""",
    ),
}

_HIDDEN = {
    "the_test_cell_by_its_hook": (
        "get_ipython().events.register('post_run_cell', lambda result: print(result.info.raw_cell))",
        "",
    ),
    "the_test_cell_by_the_history": ("", "print(*In); print(*get_ipython().history_manager.get_range())"),
    "the_test_cell_by_the_tree": (
        "import ast\nclass Tell(ast.NodeTransformer):\n    def visit(self, node):\n"
        "        print(ast.dump(node)); return node\nget_ipython().ast_transformers.append(Tell())",
        "",
    ),
}

_KEEP = """
seen = []
def @QUESTION@(parameters, *args, **kwargs):
    if parameters["W1"].size > 2: HOW
    return parameters, args[1]"""
_INPUTS = {
    "hidden_inputs_kept_for_later": ('seen.append("@TOKEN@" "-inputs")', "print(seen)"),
    "hidden_inputs_in_the_output": ('print("@TOKEN@" "-inputs")', ""),
    "hidden_inputs_past_the_capture": (
        'import os; os.write(1, b"@TOKEN@" b"-inputs"); os.write(2, b"@TOKEN@" b"-inputs")',
        "",
    ),
    "hidden_inputs_in_an_exception": ('raise type("@TOKEN@" "-inputs", (ValueError,), {})("@TOKEN@" "-inputs")', ""),
    "hidden_inputs_in_a_file": (
        'open("inputs.txt", "a").write("@TOKEN@" "-inputs")',
        'print(open("inputs.txt").read())',
    ),
    "hidden_inputs_in_a_figure": (
        'import matplotlib.pyplot as plt; plt.title("@TOKEN@" "-inputs"); seen.append(plt.gca())',
        "print([axes.get_title() for axes in seen])",
    ),
    "hidden_inputs_by_a_thread": (
        "import threading; threading.Timer(0.3, lambda: print('@TOKEN@' '-inputs')).start()",
        "import time; time.sleep(1)",
    ),
}


def _link(target: str, name: str = f"{ASSIGNMENT}.ipynb", make=os.symlink):
    def hand_in(folder: Path, scene: Scene) -> None:
        if name != f"{ASSIGNMENT}.ipynb":
            save(folder, released())
        make(fill_in(target, scene), folder / name)

    return hand_in


def _link_of_the_folder(folder: Path, scene: Scene) -> None:
    folder.rmdir()
    folder.symlink_to(folder.parent.parent / HONEST / ASSIGNMENT)


def _attachment(folder: Path, scene: Scene) -> None:
    notebook = released()
    find(notebook, "reflection").source = fill_in("![a](../../../submitted/@HONEST@/@ASSIGNMENT@/work.txt)", scene)
    save(folder, notebook)


_WORK = "@CLASS@/submitted/@HONEST@/@ASSIGNMENT@/@ASSIGNMENT@.ipynb"


def _attack(name: str, place: str, hand_in) -> Attack:
    return Attack("reading", f"reads_{name}", f'the secret "{place}" comes back', hand_in, tells(place))


ATTACKS = [
    *(_attack(name, place, with_code(code)) for name, (place, code) in _READ.items()),
    *(_attack(name, "tests", with_code(code, after)) for name, (code, after) in _HIDDEN.items()),
    *(_attack(name, "inputs", with_code(_KEEP.replace("HOW", how), after)) for name, (how, after) in _INPUTS.items()),
    _attack("others_work_by_a_link", "work", _link(_WORK)),
    _attack("others_work_by_a_linked_folder", "work", _link_of_the_folder),
    _attack("the_gradebook_by_a_link", "gradebook", _link("@CLASS@/gradebook.db", "data.csv")),
    _attack("the_gradebook_by_a_hard_link", "gradebook", _link("@CLASS@/gradebook.db", "data.csv", os.link)),
    _attack("the_home_by_a_hard_link", "home", _link("@HOME@/secret.txt", "data.txt", os.link)),
    _attack("the_home_by_a_link_beside", "home", _link("@HOME@/secret.txt", "data.txt")),
    _attack("others_work_by_a_picture", "work", _attachment),
]
