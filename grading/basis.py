"""What a mark rests on, as digests of content.

They are kept with the mark, in the metadata of the graded notebook and at the end of its feedback page. If one of them
has changed, the submission is graded again; times of files don't matter. `course` doesn't count: students have it too,
and a new color in a figure is no reason to grade a class again.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.utils import is_grade, is_solution
from traitlets.config.loader import PyFileConfigLoader

from grading.assignments import module_name
from grading.classroom import ROOT
from grading.intake import timestamp

Basis = dict[str, str]

# In the order in which the parts are named to the instructor.
CHANGES = {
    "submission": "it was handed in again",
    "notebook": "its notebook has changed",
    "questions": "its questions have changed",
    "reference": "its reference solution has changed",
    "settings": "the grading settings have changed",
    "intake": "the way submissions are read has changed",
    "execution": "the way notebooks are executed has changed",
    "sandbox": "the sandbox has changed",
    "marking": "the way functions are marked has changed",
    "plugins": "the steps of autograding have changed",
}
KEY = "basis"

# Pages and tables can change their looks without a mark resting on it, so they are not here.
_CODE = {
    "intake": ("intake/*.py",),
    "execution": ("execution/*.py",),
    "sandbox": ("sandbox/**/*.py",),
    "marking": ("marking/*.py", "hidden_test.py", "assignments.py"),
    "plugins": ("plugins/autograde.py", "plugins/late_penalty.py"),
}
_STEPS = ("Autograde", "AssignLatePenalties", "ClearSolutions", "ClearHiddenTests", "ClearMarkScheme")
# How one run was started, not what its marks rest on.
_OF_ONE_RUN = {"seed", "trusted_submissions"}
_DIGITS = 16
_LINE = "<!-- basis: {} -->"
_LONGEST_END_BYTES = 2_000


@lru_cache(maxsize=32)
def basis_of_assignment(assignment: str, source: bytes) -> Basis:
    """Return the digests that all marks of an assignment share, as they were when this process first asked.

    Code that was imported stays as it was, even if its file changes, and so its digest does, too.

    Args:
        assignment: name.
        source: content of the instructor's notebook.
    """
    # The questions are found by the assignment's name, as if its notebook imported them.
    imported = _imported_files([*_hidden_tests(source), f"import grading.questions.{module_name(assignment)}"])
    reference = {file for file in imported if file.is_relative_to(ROOT / "solutions")}
    return {
        "notebook": _digest(source),
        "questions": _digest_of_files(imported - reference),
        "reference": _digest_of_files(reference),
        "settings": _digest(json.dumps(_settings(), sort_keys=True, default=repr).encode()),
        **{
            part: _digest_of_files({file for pattern in patterns for file in (ROOT / "grading").glob(pattern)})
            for part, patterns in _CODE.items()
        },
    }


def basis_of_submission(notebook: bytes, handed_in: bytes | None) -> Basis:
    """Return the digest of what a student handed in.

    Args:
        notebook: content of the file.
        handed_in: content of timestamp.txt; None if there is none.
    """
    return {"submission": _digest(notebook, b"" if handed_in is None else handed_in.strip())}


def basis_of_files(notebook: Path) -> Basis:
    """Return the digest of what a student handed in, from its files."""
    time = notebook.with_name(timestamp.NAME)
    return basis_of_submission(notebook.read_bytes(), time.read_bytes() if time.is_file() else None)


def changes(before: Basis, now: Basis) -> list[str]:
    """Return why a mark with the basis `before` no longer holds, as clauses; empty if it still does."""
    return [clause for part, clause in CHANGES.items() if before.get(part) != now.get(part)]


def line_for_page(basis: Basis) -> str:
    """Return the line at the end of a feedback page that says what its marks rest on."""
    return _LINE.format(json.dumps(basis, sort_keys=True))


def basis_on_page(page: Path) -> Basis | None:
    """Read the basis from the end of a feedback page; None if there is no page, or it says nothing about it."""
    try:
        with page.open("rb") as file:
            file.seek(-min(_LONGEST_END_BYTES, page.stat().st_size), 2)
            end = file.read().decode(errors="replace")
    except FileNotFoundError:
        return None
    found = re.findall(_LINE.format(r"({[^{}]*})"), end)
    return json.loads(found[-1]) if found else None


def _digest_of_files(files: Iterable[Path]) -> str:
    return _digest(
        *(part for file in sorted(files) for part in (str(file.relative_to(ROOT)).encode(), file.read_bytes()))
    )


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:_DIGITS]


def _settings() -> dict[str, dict[str, object]]:
    """Return the settings of all the steps of autograding, the instructor's own plugins included."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    named = [*config.Autograde.get("autograde_preprocessors", ()), config.AssignLatePenalties.get("plugin_class", "")]
    sections = {*_STEPS, *(str(name).rpartition(".")[2] for name in named)}
    settings = {
        section: {name: value for name, value in config[section].items() if name not in _OF_ONE_RUN}
        for section in sections & config.keys()
    }
    return {section: values for section, values in settings.items() if values}


def _hidden_tests(source: bytes) -> Iterator[str]:
    for cell in nbformat.reads(source.decode(), as_version=4).cells:
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            yield TransformerManager().transform_cell(cell.source)


def _imported_files(sources: Iterable[str]) -> set[Path]:
    """Return the modules of `solutions` and `grading.questions` that these sources import, directly or not."""
    found: set[Path] = set()
    waiting = [(source, ROOT / "grading" / "questions") for source in sources]
    while waiting:
        new = {file for module in _imported_modules(*waiting.pop()) for file in _files_of(module)} - found
        found |= new
        waiting += [(file.read_text(encoding="utf-8"), file.parent) for file in new]
    return found


def _imported_modules(source: str, folder: Path) -> Iterator[Path]:
    """Yield the paths, without suffix, at which what a source in this folder imports would be."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (ROOT.joinpath(*alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = [ROOT, folder, *folder.parents][node.level].joinpath(*(node.module or "").split("."))
            yield package
            # A name in a package may be a module.
            yield from (package / alias.name for alias in node.names)


def _files_of(module: Path) -> Iterator[Path]:
    if module.is_relative_to(ROOT / "solutions") or module.is_relative_to(ROOT / "grading" / "questions"):
        yield from (file for file in (module.with_suffix(".py"), module / "__init__.py") if file.exists())
