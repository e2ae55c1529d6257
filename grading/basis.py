"""What a mark rests on, as digests of content.

They are kept with the mark, in the metadata of the graded notebook. If one of them has changed, the submission is
graded again; times of files don't matter. `course` doesn't count: students have it too, and a new color in a figure is
no reason to grade a class again.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.api import Gradebook, MissingEntry
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from grading.assignments import module_name
from grading.classroom import ROOT
from grading.intake.cells import is_test
from grading.intake.setting_aside import read_handed_in

Basis = dict[str, str]

# In the order in which the parts are named to the instructor.
CHANGES = {
    "submission": "it was handed in again",
    "time": "the time of handing it in has changed",
    "notebook": "its notebook has changed",
    "release": "its release has changed",
    "due date": "its due date has changed",
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

_CODE = {
    "intake": ("intake/*.py",),
    "execution": ("execution/*.py",),
    "sandbox": ("sandbox/**/*.py",),
    "marking": ("marking/*.py", "hidden_test.py", "assignments.py"),
}
# How pages look, and a check that is made before grading.
_NO_MARK_RESTS_ON = ("intake/markdown.py", "sandbox/doctor.py")
_STEPS = (
    *("Autograde", "AssignLatePenalties", "NbGraderPreprocessor", "BasePlugin"),
    *("ClearSolutions", "ClearHiddenTests", "ClearMarkScheme"),
    *("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells"),
)
# How one run was started, not what its marks rest on.
_OF_ONE_RUN = {"seed", "trusted_submissions"}
_DIGITS = 16
# nbformat writes a notebook's metadata at its end.
_END_BYTES = 3_000


def basis_of_assignment(assignment: str, source: bytes) -> Basis:
    """Return the digests that all marks of an assignment share, apart from its release.

    Files of code count as they were when this process first read them: what was imported stays, even if its file
    changes.

    Args:
        assignment: name.
        source: content of the instructor's notebook.
    """
    # The questions are found by the assignment's name, as if its notebook imported them.
    imported = _imported_files((*_hidden_tests(source), f"import grading.questions.{module_name(assignment)}"))
    reference = {file for file in imported if file.is_relative_to(ROOT / "solutions")}
    config = _config()
    return {
        "notebook": _digest(source),
        "questions": _digest_of_files(imported - reference),
        "reference": _digest_of_files(reference),
        "settings": _digest_of_data(_settings(config)),
        "plugins": _digest_of_files(_own_files(_named_steps(config))),
        **{part: _digest_of_files(_files_of_room(patterns)) for part, patterns in _CODE.items()},
    }


def basis_of_release(gradebook: Gradebook, assignment: str) -> Basis:
    """Return the digests of what the gradebook says about an assignment: its locked cells and points, and its due date.

    nbgrader puts these cells and points into every submission. `release` brings them up to date.

    Args:
        gradebook: open.
        assignment: name; an assignment that the gradebook does not know has no release.
    """
    try:
        known = gradebook.find_assignment(assignment)
    except MissingEntry:
        return {}
    cells = [cell for notebook in known.notebooks for cell in (*notebook.source_cells, *notebook.grade_cells)]
    cells += [cell for notebook in known.notebooks for cell in notebook.task_cells]
    columns = ("name", "cell_type", "source", "locked", "max_score")
    return {
        "release": _digest_of_data(sorted([str(getattr(cell, column, "")) for column in columns] for cell in cells)),
        "due date": _digest_of_data(known.duedate),
    }


def basis_of_submission(notebook: bytes, handed_in: bytes | None) -> Basis:
    """Return the digests of what a student handed in.

    Args:
        notebook: content of the file.
        handed_in: content of timestamp.txt; None if there is none, or no readable time in it.
    """
    return {"submission": _digest(notebook), "time": _digest(b"" if handed_in is None else handed_in.strip())}


def basis_of_files(notebook: Path) -> Basis:
    """Return the digests of what a student handed in, from its files, whatever they are."""
    return basis_of_submission(*read_handed_in(notebook))


def basis_of_mark(autograded: Path) -> Basis:
    """Read what a mark rests on from the graded notebook; nothing if it cannot be read, or doesn't say."""
    try:
        with autograded.open("rb") as file:
            file.seek(-min(_END_BYTES, autograded.stat().st_size), 2)
            end = file.read().decode(errors="replace")
        found = re.findall(rf'"{KEY}": ({{[^{{}}]*}})', end)
        basis: Basis = json.loads(found[-1]) if found else {}
    except (OSError, ValueError):
        return {}
    return basis


def changes(before: Basis, now: Basis) -> list[str]:
    """Return why a mark with the basis `before` no longer holds, as clauses; empty if it still does."""
    return [clause for part, clause in CHANGES.items() if before.get(part) != now.get(part)]


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes().replace(b"\r\n", b"\n")


def _digest_of_files(files: Iterable[Path]) -> str:
    named = [(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file, _content(file)) for file in files]
    return _digest(*(part for name, content in sorted(named) for part in (name.as_posix().encode(), content)))


def _digest_of_data(data: object) -> str:
    return _digest(json.dumps(data, sort_keys=True, default=str).encode())


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:_DIGITS]


def _files_of_room(patterns: Iterable[str]) -> set[Path]:
    here = ROOT / "grading"
    files = {file for pattern in patterns for file in here.glob(pattern)}
    return files - {here / name for name in _NO_MARK_RESTS_ON}


# --- settings and plugins --------------------------------------------------------------------------------------------


def _config() -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def _named_steps(config: Config) -> list[str]:
    """Return the classes that the settings name, the instructor's own included."""
    autograde = config.Autograde
    named = [*autograde.get("autograde_preprocessors", ()), *autograde.get("sanitize_preprocessors", ())]
    named += [autograde.get("exporter_class", ""), config.AssignLatePenalties.get("plugin_class", "")]
    return [name if isinstance(name, str) else f"{name.__module__}.{name.__qualname__}" for name in named if name]


def _settings(config: Config) -> dict[str, dict[str, object]]:
    """Return the settings of all steps of autograding."""
    sections = {*_STEPS, *(name.rpartition(".")[2] for name in _named_steps(config))}
    settings = {
        section: {name: value for name, value in config[section].items() if name not in _OF_ONE_RUN}
        for section in sections & config.keys()
    }
    return {section: values for section, values in settings.items() if values}


def _own_files(classes: Iterable[str]) -> set[Path]:
    """Return the files of those classes that are not nbgrader's or nbconvert's."""
    found = set()
    for module in {name.rpartition(".")[0] for name in classes}:
        if module.split(".")[0] not in ("nbgrader", "nbconvert"):
            try:
                spec = find_spec(module)
            except ModuleNotFoundError:
                continue
            if spec and spec.origin:
                found.add(Path(spec.origin))
    return found


# --- questions and references ----------------------------------------------------------------------------------------


def _hidden_tests(source: bytes) -> Iterator[str]:
    for cell in filter(is_test, nbformat.reads(source.decode(), as_version=4).cells):
        yield TransformerManager().transform_cell(cell.source)


@lru_cache(maxsize=32)
def _imported_files(sources: tuple[str, ...]) -> frozenset[Path]:
    """Return the modules of `solutions` and `grading.questions` that these sources import, directly or not."""
    found: set[Path] = set()
    waiting = [(source, ROOT / "grading" / "questions") for source in sources]
    while waiting:
        new = {file for module in _imported_modules(*waiting.pop()) for file in _files_of(module)} - found
        found |= new
        waiting += [(_content(file).decode(), file.parent) for file in new]
    return frozenset(found)


def _imported_modules(source: str, folder: Path) -> Iterator[Path]:
    """Yield the paths, without suffix, at which what a source in this folder imports would be."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        # Its own content counts all the same, and grading says what is wrong with it.
        return
    for node in nodes:
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
