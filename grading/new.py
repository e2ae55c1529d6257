"""A new assignment, made from a template: a small one that can be graded as it is and is there to be edited."""

import ast
import builtins
import keyword
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath

import nbformat
from nbformat import NotebookNode

from grading.assignments import ASSIGNMENTS, all_questions, module_name, source_notebook
from grading.classroom import ROOT
from grading.intake.cells import grade_id
from grading.release import STUDENT_BUNDLE

ASSIGNMENT_TEMPLATE = ROOT / "grading" / "assignment_template"
LONGEST_NAME = 40

_USABLE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEMPLATE_NAME = "new-assignment"
_TEMPLATE_TITLE = "New assignment"


class UnusableName(ValueError):
    """An assignment cannot have this name; the message says why."""


def new_assignment(name: str, title: str | None = None, root: Path = ROOT) -> list[Path]:
    """Write the notebook, the reference and the questions of a new assignment.

    Args:
        name: name of the assignment and its folder, such as "weight-decay"; its function is called `weight_decay`.
        title: title of the notebook; by default made from the name: "Weight decay".
        root: folder of the course.

    Returns:
        The paths of the three files, in this order.

    Raises:
        UnusableName: the name is taken or cannot be used.
        OSError: a file cannot be written. In that case, none is.
        grading.assignments.BrokenQuestions: some questions cannot be used, so nobody can say which names are taken.
    """
    _refuse_unusable(name)
    function = module_name(name)

    def rename(text: str) -> str:
        text = text.replace(_TEMPLATE_NAME, name).replace(module_name(_TEMPLATE_NAME), function)
        return text.replace(_TEMPLATE_TITLE, _one_line(title or name.replace("-", " ").capitalize()))

    files = {
        source_notebook(name, root): nbformat.writes(_notebook(rename)) + "\n",
        root / "grading" / "questions" / f"{function}.py": rename(_read("questions.py")),
        root / "solutions" / f"{function}.py": rename(_read("solutions.py")),
    }
    for file in files:
        if file.exists():
            raise UnusableName(f"{file.relative_to(root)} already exists. Choose another name.")
    _write(files)
    return list(files)


def _refuse_unusable(name: str) -> None:
    if not _USABLE_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        rule = f"lowercase letters, digits and single hyphens, at most {LONGEST_NAME}, starting with a letter"
        raise UnusableName(f"{name!r} cannot name an assignment. A name has {rule}, such as weight-decay.")
    if name in ASSIGNMENTS:
        raise UnusableName(f"The assignment {name} already exists. Choose another name.")
    function = module_name(name)
    if function in all_questions():
        raise UnusableName(f"A question is already called {function}. Choose another name.")
    if keyword.iskeyword(function) or hasattr(builtins, function) or function in set(_template_names()):
        raise UnusableName(f"{function} already has a meaning in the notebook. Choose a longer name.")
    if name == "course" or (STUDENT_BUNDLE / name).exists() or PureWindowsPath(name).is_reserved():
        raise UnusableName(f"Students could not unzip a folder called {name}. Choose another name.")


def _template_names() -> Iterator[str]:
    """Yield the names that the template's code uses, and the ids of its cells."""
    cells = _notebook().cells
    yield from filter(None, map(grade_id, cells))
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    for source in (*code, _read("questions.py"), _read("solutions.py")):
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                    yield name
                case ast.alias(name=name, asname=shorter):
                    yield shorter or name


def _notebook(rename: Callable[[str], str] = str) -> NotebookNode:
    """Return the template's notebook with the text of its cells renamed."""
    notebook: NotebookNode = nbformat.read(ASSIGNMENT_TEMPLATE / "assignment.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.id, cell.source = rename(cell.id), rename(cell.source)
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = rename(cell.metadata.nbgrader.grade_id)
    return notebook


def _read(file: str) -> str:
    return (ASSIGNMENT_TEMPLATE / file).read_text(encoding="utf-8")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _write(files: dict[Path, str]) -> None:
    """Write all files or none, because part of an assignment would block the next attempt."""
    written = []
    try:
        for file, text in files.items():
            file.parent.mkdir(exist_ok=True)
            with file.open("x", encoding="utf-8") as stream:
                written.append(file)
                stream.write(text)
    except BaseException:
        for file in written:
            file.unlink()
        raise
