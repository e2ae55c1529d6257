"""Whatever the JSON of a notebook says, the instructor's notebook comes out of it, or a reason why not."""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from traitlets.config import Config

from grading.assignments import source_notebook
from grading.intake import canonical as canonical_module
from grading.intake import reading
from grading.intake.canonical import read_canonical
from grading.intake.cells import grade_id
from grading.intake.reading import Refused, read_content, read_submission
from grading.intake.source import Source, read_source
from tests.released import ASSIGNMENT, answered

WORK: dict[str, Any] = json.loads(nbformat.writes(answered()))
IDS = [cell["id"] for cell in WORK["cells"]]
NAMES = [name for cell in WORK["cells"] if (name := grade_id(cell))]

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *IDS,
            *NAMES,
            *(
                "code",
                "markdown",
                "raw",
                "heading",
                "\ud800",
                "\x00",
                "\u2028",
                "\u202e",
                "def update_with_momentum",
                "a" * 70_000,
            ),
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all values in the notebook but the whole."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, value in inner for found in ((*path, key), *places(value, (*path, key)))]


PLACES = places(WORK)
# So that the many lines of text are not all that is changed.
SHALLOW = [path for path in PLACES if "source" not in path]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Draw a notebook of which some things are something else, missing, there twice, or in another order."""
    work = copy.deepcopy(WORK)
    for _ in range(draw(st.integers(1, 6))):
        *way, last = draw(st.sampled_from(SHALLOW if draw(st.booleans()) else PLACES))
        parent: Any = work
        try:
            for key in way:
                parent = parent[key]
            change = draw(st.sampled_from(["replace", "replace", "delete", "double", "move"]))
            if change == "replace":
                parent[last] = draw(VALUES)
            elif change == "delete":
                del parent[last]
            elif change == "double":
                parent.insert(draw(st.integers(0, 30)), copy.deepcopy(parent[last]))
            else:
                parent.insert(draw(st.integers(0, 30)), parent.pop(last))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change has taken it away
    if draw(st.integers(0, 5)) == 0:
        work = {"nbformat": 3, "worksheets": [{"cells": work.get("cells")}, draw(VALUES)]}
    return work


def check(path: Path) -> None:
    """Check what becomes of a file: a valid notebook whose locked cells are the instructor's."""
    read = read_submission(path)
    if not isinstance(read, Refused):
        nbformat.validate(read)
    result = read_canonical(source_notebook(ASSIGNMENT), path, Config())
    nbformat.validate(result.notebook)
    nbformat.writes(result.notebook).encode()
    source = read_source(source_notebook(ASSIGNMENT), Config())
    of_instructor = {cell.id: cell for cell in result.notebook.cells}
    for number, cell in enumerate(source.cells):
        found = of_instructor[cell.id]
        assert (found.cell_type, found.metadata) == (cell.cell_type, cell.metadata)
        if not source.is_solution(number) and not source.is_free(number):
            assert found.source == cell.source
    assert all(isinstance(change, str) for change in result.changes)


FUZZING = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@settings(FUZZING, max_examples=100)
@given(work=mutated())
def test_a_changed_notebook(tmp_path: Path, work: Any) -> None:
    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    path.write_text(json.dumps(work))
    check(path)


@settings(FUZZING, max_examples=60)
@given(data=st.data())
def test_changed_bytes(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(nbformat.writes(answered()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 9))] = data.draw(
            st.binary(max_size=9)
            | st.sampled_from([b'"', b"{", b"]", b"\\u", b"\\", b"," * 99, b"[" * 99, b"\xff\xfe", b"9" * 5_000])
        )
    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    path.write_bytes(content)
    check(path)


@settings(FUZZING, max_examples=100)
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    path.write_bytes(content)
    assert read_content(path) == content
    check(path)


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError])
def test_whatever_fails_in_reading_is_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(data: object) -> NotebookNode:
        raise error

    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    nbformat.write(answered(), path)
    monkeypatch.setattr(reading, "_rebuilt", fails)
    assert read_submission(path) == Refused("The notebook is damaged and could not be repaired.")


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, MemoryError])
def test_whatever_fails_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    nbformat.write(answered(), path)
    claims = canonical_module._claims

    def fails_for_work(source: Source, cells: list[NotebookNode]) -> dict[int, list[int]]:
        if len(cells) > 1:
            raise error
        return claims(source, cells)

    monkeypatch.setattr(canonical_module, "_claims", fails_for_work)
    result = read_canonical(source_notebook(ASSIGNMENT), path, Config())
    assert result.changes[0] == "The notebook does not fit into that of the assignment."
    assert any("not graded" in cell.source for cell in result.notebook.cells)


def test_an_error_in_the_instructors_notebook_is_not_the_students(tmp_path: Path) -> None:
    source, path = tmp_path / "source.ipynb", tmp_path / f"{ASSIGNMENT}.ipynb"
    source.write_text("no notebook")
    nbformat.write(answered(), path)
    with pytest.raises(nbformat.reader.NotJSONError):
        read_canonical(source, path, Config())
