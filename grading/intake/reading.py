"""Reading a notebook that was handed in: its bytes become a notebook of plain text, or a reason why they don't.

A submission may come from somebody who wishes the grader ill: a link to one of the instructor's files, a pipe that
never ends, JSON a million levels deep. It may also have been through an editor, a learning platform and a mail program.
So nothing is passed on as it came: each cell keeps only its type, its text, its id and its `grade_id`.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.intake.cells import grade_id
from grading.intake.entries import why_not
from grading.intake.limits import (
    MAX_CELL_CHARACTERS,
    MAX_CELLS,
    MAX_FILE_BYTES,
    MAX_ID_CHARACTERS,
    MAX_JSON_DEPTH,
    MAX_JSON_VALUES,
    MAX_NOTEBOOK_CHARACTERS,
)
from grading.intake.text import usable

SHARED = "shared"

_NO_JSON = "The file is not a notebook: it is not valid JSON, or is cut off."

# Strings, and what gives the text its structure. An unclosed string ends with the text; otherwise each of its quotes
# would start another search of the rest.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
_CELL_ID = re.compile(rf"[a-zA-Z0-9-_]{{1,{MAX_ID_CHARACTERS}}}", re.ASCII)
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Refused:
    """A submission, or a file of one, that is set aside and earns nothing.

    Attributes:
        reason: one sentence for the report, without any of the student's words.
    """

    reason: str


class _Unreadable(Exception):
    """Carries the reason of a refusal out of the reading."""


def read_submission(path: Path) -> NotebookNode | Refused:
    """Read a notebook that was handed in.

    Older formats and slight damage (missing ids or metadata, another encoding, a wrong version) are repaired. Time and
    memory are bounded, and bad input raises nothing.

    Args:
        path: of the notebook; neither it nor the folder around it may be a link.

    Returns:
        A valid notebook of nbformat 4.5 without outputs, whose cells have no metadata but nbgrader's `grade_id`; or the
        reason why there is none. A hard link is read like any file, because nothing tells which of the two names is
        older; the notebook's metadata then contain `SHARED`.
    """
    try:
        content, names = _read(path)
        notebook = _rebuilt(_parsed(_decoded(content)))
    except _Unreadable as unreadable:
        return Refused(str(unreadable))
    except Exception:  # noqa: BLE001, whatever was handed in, one submission's trouble is no one else's
        return Refused("The notebook is damaged and could not be repaired.")
    if names > 1:
        notebook.metadata[SHARED] = True
    return notebook


def read_content(path: Path) -> bytes | Refused:
    """Read the bytes of a notebook that was handed in, without following links, without waiting, and not too many.

    Args:
        path: of the notebook; neither it nor the folder around it may be a link.
    """
    try:
        return _read(path)[0]
    except _Unreadable as unreadable:
        return Refused(str(unreadable))


def _read(path: Path) -> tuple[bytes, int]:
    """Return the content of a file, and how many names it has on its disk."""
    try:
        file = _open(path)
    except FileNotFoundError:
        raise _Unreadable("There is no notebook of this name.") from None
    except (OSError, ValueError):
        raise _Unreadable("The notebook cannot be opened: it is a link, lies behind one, or may not be read.") from None
    try:
        return _content(file), os.fstat(file).st_nlink
    finally:
        os.close(file)


def _open(path: Path) -> int:
    """Open a file without following links, and without waiting."""
    if sys.platform == "win32":
        # There is no way to refuse links while opening, but also nobody who could put one there in between.
        if path.is_symlink() or path.parent.is_symlink():
            raise OSError
        return os.open(path, os.O_RDONLY | os.O_BINARY)
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(path.parent, flags | os.O_DIRECTORY)
    try:
        # Without O_NONBLOCK, opening a pipe waits until somebody writes into it.
        return os.open(path.name, flags | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=folder)
    finally:
        os.close(folder)


def _content(file: int) -> bytes:
    status = os.fstat(file)
    if stat.S_ISDIR(status.st_mode):
        raise _Unreadable("The notebook is a folder.")
    if reason := why_not("", status):
        raise _Unreadable(reason)
    content = bytearray()
    # The file may grow while it is being read.
    while len(content) <= MAX_FILE_BYTES and (piece := os.read(file, 2**20)):
        content += piece
    if len(content) > MAX_FILE_BYTES:
        raise _Unreadable(f"The notebook is larger than {MAX_FILE_BYTES // 2**20} MB.")
    return bytes(content)


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding, errors="replace")


def _parsed(text: str) -> Any:
    if not text.strip():
        raise _Unreadable("The notebook is an empty file.")
    _check_shape(text)
    try:
        # strict=False: a line break inside a string is no reason to give no points for the work.
        return json.loads(text, strict=False, parse_int=_small_int, parse_float=_nothing, parse_constant=_nothing)
    except (ValueError, RecursionError):
        raise _Unreadable(_NO_JSON) from None


def _check_shape(text: str) -> None:
    """Bound what the JSON parser will build before it builds it: it recurses in C, and `[` costs it fifty bytes."""
    values = strings = depth = 0
    for token in _TOKEN.finditer(text):
        sign = text[token.start()]
        strings += sign == '"'
        values += sign in ",[{"
        depth += (sign in "[{") - (sign in "]}")
        # A value may have a string for its key, and be another.
        if values > MAX_JSON_VALUES or strings > 2 * MAX_JSON_VALUES:
            raise _Unreadable("The notebook holds too many values to be one.")
        if depth > MAX_JSON_DEPTH:
            raise _Unreadable("The notebook is nested too deeply to be one.")
        if depth < 0:
            raise _Unreadable(_NO_JSON)


def _small_int(digits: str) -> int:
    return int(digits) if len(digits) < 10 else 0


def _nothing(number: str) -> None:
    """Drop a number with a point, NaN or Infinity: they occur only in outputs and widgets, which are dropped, too."""


def _rebuilt(data: Any) -> NotebookNode:
    cells = [cell for cell in _cells(data) if isinstance(cell, dict)]
    if len(cells) > MAX_CELLS:
        raise _Unreadable(f"The notebook has more than {MAX_CELLS} cells.")
    notebook: NotebookNode = nbformat.v4.new_notebook()
    ids = set()
    for number, cell in enumerate(cells):
        id = cell.get("id")
        if not isinstance(id, str) or not _CELL_ID.fullmatch(id) or id in ids:
            id = f"handed-in-{number}"
        ids.add(id)
        notebook.cells.append(_rebuilt_cell(cell, id))
    if sum(len(cell.source) for cell in notebook.cells) > MAX_NOTEBOOK_CHARACTERS:
        raise _Unreadable(f"The text of the notebook is longer than {MAX_NOTEBOOK_CHARACTERS:,} characters.")
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError:
        raise _Unreadable("The notebook is damaged and could not be repaired.") from None
    return notebook


def _cells(data: Any) -> list[Any]:
    if not isinstance(data, dict):
        raise _Unreadable("The file is JSON, but not a notebook.")
    cells = data.get("cells")
    if cells is None and isinstance(data.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in data["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise _Unreadable("The file is JSON, but a notebook has a list of cells.")
    return cells


def _rebuilt_cell(cell: Mapping[str, Any], id: str) -> NotebookNode:
    text = _text(cell.get("source", cell.get("input")))
    kind = cell.get("cell_type")
    if kind == "heading":  # nbformat 3
        level = cell.get("level")
        text = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + text
    if kind not in ("code", "raw"):
        kind = "markdown"
    name = grade_id(cell)
    if name is None or len(name) > MAX_ID_CHARACTERS or not name.isprintable():
        name = ""
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    rebuilt: NotebookNode = getattr(nbformat.v4, f"new_{kind}_cell")(text, id=id, metadata=metadata)
    return rebuilt


def _text(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    if len(text) > MAX_CELL_CHARACTERS:
        raise _Unreadable(f"A cell of the notebook is longer than {MAX_CELL_CHARACTERS:,} characters.")
    return usable(text)
