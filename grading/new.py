"""A new assignment, made from a template: a small one that can be graded as it is, to be edited."""

import ast
import builtins
import keyword
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath

import nbformat

from grading.assignments import ASSIGNMENTS, QUESTIONS, module_name
from grading.classroom import ROOT
from grading.intake.cells import grade_id
from grading.release import FOR_STUDENTS

TEMPLATE = Path(__file__).resolve().parent / "assignment_template"
LONGEST_NAME = 40

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME_IN_THE_TEMPLATE = "new-assignment"
_TITLE_IN_THE_TEMPLATE = "New assignment"


class UnusableName(ValueError):
    """An assignment cannot have this name; the message says why."""


def new_assignment(name: str, title: str | None = None, root: Path = ROOT) -> list[Path]:
    """Write the notebook, the reference and the questions of a new assignment.

    Args:
        name: of the assignment and its folder, such as "weight-decay"; its function is called `weight_decay`.
        title: of the notebook; by default made of the name: "Weight decay".
        root: folder of the course.

    Returns:
        The three files.

    Raises:
        UnusableName: the name is taken, or would not do.
        OSError: a file cannot be written. Then none is.
    """
    _refuse_unusable(name)
    function = module_name(name)

    def rename(text: str) -> str:
        text = text.replace(_NAME_IN_THE_TEMPLATE, name).replace(module_name(_NAME_IN_THE_TEMPLATE), function)
        return text.replace(_TITLE_IN_THE_TEMPLATE, _one_line(title or name.replace("-", " ").capitalize()))

    files = {
        root / "assignments" / name / f"{name}.ipynb": nbformat.writes(_notebook(rename)) + "\n",
        root / "grading" / "questions" / f"{function}.py": rename(_read("questions.py")),
        root / "solutions" / f"{function}.py": rename(_read("solutions.py")),
    }
    for file in files:
        if file.exists():
            raise UnusableName(f"{file.relative_to(root)} is there already: take another name.")
    _write(files)
    return list(files)


def _refuse_unusable(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        rule = f"small letters, digits and single hyphens, at most {LONGEST_NAME}, a letter first, as in weight-decay"
        raise UnusableName(f"{name!r} cannot name an assignment. Names have {rule}.")
    if name in ASSIGNMENTS:
        raise UnusableName(f"The assignment {name} is there already: take another name.")
    function = module_name(name)
    if function in QUESTIONS:
        raise UnusableName(f"A question is called {function} already: take another name.")
    if keyword.iskeyword(function) or hasattr(builtins, function) or function in set(_names_in_the_template()):
        raise UnusableName(f"{function} has a meaning of its own in the notebook: take a longer name.")
    if name == "course" or (FOR_STUDENTS / name).exists() or PureWindowsPath(name).is_reserved():
        raise UnusableName(f"Students could not unpack a folder called {name}: take another name.")


def _names_in_the_template() -> Iterator[str]:
    """List the names that the template's code uses, and the ids of its cells."""
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


def _notebook(rename: Callable[[str], str] = str) -> nbformat.NotebookNode:
    """Read the template's notebook, with other names in its cells."""
    notebook = nbformat.read(TEMPLATE / "assignment.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.id, cell.source = rename(cell.id), rename(cell.source)
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = rename(cell.metadata.nbgrader.grade_id)
    return notebook


def _read(file: str) -> str:
    return (TEMPLATE / file).read_text(encoding="utf-8")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _write(files: dict[Path, str]) -> None:
    """Write all files or none: a part of an assignment would be in the way of the next attempt."""
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
