"""Notebooks that are handed in are read and repaired, or refused in a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import nbformat
import pytest

from grading.intake import limits, reading
from grading.intake.reading import SHARED, Refused, read_submission
from grading.intake.setting_aside import find_refused

SECONDS = 10
CODE = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None}


def _written(folder: Path, content: object) -> Path:
    path = folder / "work.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def _notebook(*cells: dict, **entries: object) -> dict:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **entries}


def _sources(folder: Path, content: object) -> list[str]:
    notebook = read_submission(_written(folder, content))
    assert not isinstance(notebook, Refused), notebook.reason
    nbformat.validate(notebook)
    json.dumps(notebook).encode()
    nbformat.writes(notebook).encode("utf-8")
    return [cell.source for cell in notebook.cells]


MEGABYTE = 2**20
UNREADABLE = {
    "nothing": b"",
    "blanks": b"  \n ",
    "text": b"My solution is in the other file.",
    "cut off": json.dumps(_notebook(CODE)).encode()[:-5],
    "a list": [],
    "a number": b"1",
    "no cells": {"nbformat": 4},
    "cells are text": {"cells": "x = 1"},
    "an archive": b"PK\x03\x04" + bytes(1000),
    "deep lists": b"[" * MEGABYTE,
    "deep objects": b'{"a":' * MEGABYTE,
    "deep but short": b'{"cells":' + b"[" * 500 + b"]" * 500 + b"}",
    "a million lists": b'{"cells":[' + b"[]," * MEGABYTE + b"1]}",
    "quotes": b'"' * 15 * MEGABYTE,
    "escaped quotes": b'"\\' * 7 * MEGABYTE,
    "backslashes": b'{"a":"' + b"\\" * 15 * MEGABYTE,
    "too large": b'{"cells":[]}' + b" " * limits.MAX_FILE_BYTES,
    "too many cells": _notebook(*[CODE] * (limits.MAX_CELLS + 1)),
    "a library": _notebook(*[{**CODE, "source": "x" * 150_000}] * 3),
    "a book in a cell": _notebook({**CODE, "source": "x" * (limits.MAX_CELL_CHARACTERS + 1)}),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_anything_but_a_notebook_is_refused_in_a_sentence(content: object, tmp_path: Path) -> None:
    started = monotonic()
    refused = read_submission(_written(tmp_path, content))
    assert isinstance(refused, Refused)
    assert refused.reason.endswith(".")
    assert "\n" not in refused.reason
    assert monotonic() - started < SECONDS


@pytest.mark.parametrize(
    "content",
    [
        {"cells": [CODE]},
        _notebook(CODE, nbformat=99),
        _notebook(CODE, nbformat_minor=0, metadata=None),
        _notebook(CODE, nbformat="four", nbformat_minor=-1, metadata=[]),
        _notebook(CODE, 7, None, "text"),
        _notebook({"cell_type": "code", "source": ["x = ", "1"]}),
        _notebook({"cell_type": "code", "source": ["x = ", None, 3, "1"], "metadata": []}),
        _notebook({"cell_type": "code", "input": "x = 1", "language": "python", "collapsed": False}),
        _notebook({**CODE, "metadata": {"nbgrader": ["grade_id"], "tags": ["skip-execution"]}}),
        _notebook({**CODE, "outputs": {"a": 1}, "execution_count": "first", "attachments": 1}),
        _notebook({**CODE, "id": '"><script>'}),
        _notebook({**CODE, "source": "x =\x00 1\ud800"}),
        _notebook({**CODE, "source": "x = 1", "execution_count": 10**400}),
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"], "prompt_number": 1}]}]},
        b"\xef\xbb\xbf" + json.dumps(_notebook(CODE)).encode(),
        json.dumps(_notebook(CODE)).encode("utf-16"),
        b'{"cells":[],"nbformat":4,"cells":' + json.dumps([CODE]).encode() + b"}",
        b'{"a":NaN,"b":-Infinity,"c":1e99999,"d":' + b"9" * 5000 + b',"cells":' + json.dumps([CODE]).encode() + b"}",
        b'{"cells":[{"cell_type":"code","source":"x = 1","metadata":{"who":"\xb1\xe8"}}]}',
    ],
)
def test_slight_damage_is_repaired(content: object, tmp_path: Path) -> None:
    assert _sources(tmp_path, content) == ["x = 1"]


def test_headings_of_the_third_format_become_markdown(tmp_path: Path) -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Momentum"}, {"cell_type": "html", "source": "<b>"}]
    assert _sources(tmp_path, {"worksheets": [{"cells": cells}]}) == ["## Momentum", "<b>"]


def test_a_cell_keeps_its_type_text_id_and_grade_id(tmp_path: Path) -> None:
    cell = {
        "cell_type": "markdown",
        "id": "reflection",
        "source": "기울기\r\n평균",
        "metadata": {"nbgrader": {"grade_id": "reflection", "points": 100}, "tags": ["skip-execution"]},
        "attachments": {"a.svg": {"image/svg+xml": "<svg onload=alert(1)>"}},
    }
    notebook = read_submission(_written(tmp_path, _notebook(cell, metadata={"widgets": {}})))
    assert notebook.metadata == {}
    assert notebook.cells == [
        {
            "cell_type": "markdown",
            "id": "reflection",
            "source": "기울기\n평균",
            "metadata": {"nbgrader": {"grade_id": "reflection"}},
        }
    ]


def test_ids_are_unique(tmp_path: Path) -> None:
    notebook = read_submission(_written(tmp_path, _notebook({**CODE, "id": "a"}, {**CODE, "id": "a"}, CODE)))
    assert len({cell.id for cell in notebook.cells}) == 3


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    real = _written(tmp_path, _notebook(CODE))
    (tmp_path / "link.ipynb").symlink_to(real)
    (tmp_path / "folder").symlink_to(tmp_path)
    assert isinstance(read_submission(tmp_path / "link.ipynb"), Refused)
    assert isinstance(read_submission(tmp_path / "folder" / "work.ipynb"), Refused)


def test_a_notebook_that_is_a_hard_link_is_read_and_marked(tmp_path: Path) -> None:
    """Whoever is linked to must not lose their work; whose it is, a file does not tell."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    work = _written(first, _notebook(CODE))
    assert SHARED not in read_submission(work).metadata
    (second / "work.ipynb").hardlink_to(work)
    for folder in (first, second):
        assert find_refused(folder) == {}
        assert SHARED in read_submission(folder / "work.ipynb").metadata


def test_pipes_devices_and_folders_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for path in (tmp_path / "pipe.ipynb", tmp_path / "folder.ipynb", Path("/dev/zero"), Path("/dev/stdin")):
        assert isinstance(read_submission(path), Refused)
    assert isinstance(read_submission(tmp_path / "missing.ipynb"), Refused)
    assert isinstance(read_submission(tmp_path / "a\0b.ipynb"), Refused)


def test_a_file_that_grows_while_it_is_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path, _notebook(CODE))
    pieces = iter([bytes(MEGABYTE)] * (limits.MAX_FILE_BYTES // MEGABYTE + 1))
    monkeypatch.setattr(reading.os, "read", lambda file, size: next(pieces))
    assert "larger" in read_submission(path).reason


def test_reading_the_worst_takes_little_memory(tmp_path: Path) -> None:
    """In a process of its own, with as much address space as a grader has to spare."""
    path = _written(tmp_path, b'{"a":' * (3 * MEGABYTE))
    code = (
        "import resource, pathlib, sys; from grading.intake.reading import read_submission, Refused\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "assert isinstance(read_submission(pathlib.Path(sys.argv[1])), Refused)"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=30, env=environment)
