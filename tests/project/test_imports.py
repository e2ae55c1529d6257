"""Imports run one way: bench -> grading -> solutions; chapters and assignments -> course.

Nothing but the tests imports tests; course and solutions import no other room.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"bench", "book", "course", "grading", "screenshots", "solutions", "tests"}
MAY_IMPORT = {
    "solutions": {"solutions"},
    "course": {"course"},
    "grading": {"grading", "solutions"},
    "chapters": {"course"},
    "assignments": {"course"},
    "bench": {"bench", "grading"},
    "book": {"book"},
    "screenshots": {"screenshots"},
}
# The rooms and modules of `grading`. Each imports only itself and what is on the floors below.
FLOORS = (
    {"__main__", "plugins"},
    {"collecting", "execution", "jupyterlab", "new", "results", "running"},
    {"basis", "hidden_test", "platforms", "release", "sample_class"},
    {"assignments", "questions", "sandbox"},
    {"classroom", "intake", "marking", "nbgrader_steps", "version", "virtual_environment"},
)
# Students never see these lines.
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
MAGIC = re.compile(r"^[%!].*", re.MULTILINE)
TEMPLATE = ROOT / "grading" / "assignment_template" / "assignment.ipynb"


def _sources(room: str) -> Iterator[tuple[str, str]]:
    for path in (ROOT / room).rglob("*.py"):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    # The template becomes an assignment.
    template = {TEMPLATE} if room == "assignments" else set()
    for path in template | set((ROOT / room).rglob("*.ipynb")) - {TEMPLATE}:
        if ".ipynb_checkpoints" not in path.parts:
            cells = nbformat.read(path, as_version=4).cells
            code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
            yield str(path.relative_to(ROOT)), MAGIC.sub("", HIDDEN.sub("", code))


def _imported_modules(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:  # a relative import stays in its room
            # A name in a package may be a module.
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _imported_rooms(source: str) -> set[str]:
    return {name.split(".")[0] for name in _imported_modules(source)} & ROOMS


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_follow_the_arrows(room: str) -> None:
    sources = dict(_sources(room))
    assert sources
    for path, source in sources.items():
        assert _imported_rooms(source) <= MAY_IMPORT[room], path


def _room_of_grading(module: str) -> str | None:
    package, _, rest = module.partition(".")
    room = rest.split(".")[0]
    return room if package == "grading" and room in set().union(*FLOORS) else None


def test_each_room_of_grading_has_a_floor() -> None:
    rooms = {path.stem for path in (ROOT / "grading").glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in (ROOT / "grading").glob("*/__init__.py")}
    assert rooms == set().union(*FLOORS)
    assert sum(map(len, FLOORS)) == len(rooms)


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_imports_of_grading_go_down(floor: int) -> None:
    below = set().union(*FLOORS[floor + 1 :])
    for room in FLOORS[floor]:
        files = [*(ROOT / "grading" / room).rglob("*.py"), *(ROOT / "grading").glob(f"{room}.py")]
        assert files
        for file in files:
            imported = {_room_of_grading(name) for name in _imported_modules(file.read_text(encoding="utf-8"))}
            assert imported - {None, room} <= below, file
