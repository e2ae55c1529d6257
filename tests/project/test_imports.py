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


def _imported_rooms(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:  # a relative import stays in its room
            names.add(node.module)
    return {name.split(".")[0] for name in names} & ROOMS


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_follow_the_arrows(room: str) -> None:
    sources = dict(_sources(room))
    assert sources
    for path, source in sources.items():
        assert _imported_rooms(source) <= MAY_IMPORT[room], path
