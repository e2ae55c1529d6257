"""What is handed in, before anything opens it: a file becomes a notebook of plain text, or a reason why it does not.

A submission is made by somebody who may wish the grader ill: a link to a file of the instructor's, a pipe that never
ends, JSON a million levels deep. It may also have been through an editor, a learning platform and a mail program. So
nothing is passed on as it came: of each cell only its type, its text, its id and its `grade_id` are taken over.
"""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.intake import timestamp

LARGEST_FILE = 16 * 2**20
LARGEST_FOLDER = 64 * 2**20
MOST_ENTRIES = 200
LONGEST_NAME = 120
MOST_VALUES = 1_000_000
DEEPEST_NESTING = 64
MOST_CELLS = 1_000
LONGEST_CELL = 200_000
LONGEST_NOTEBOOK = 400_000
LONGEST_ID = 64
SHARED = "shared"

# A surrogate cannot be written as UTF-8, PostgreSQL keeps no NUL, and no Python program needs the others.
UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# A string that nobody closes ends with the text: else each of its quotes would start a search of the whole rest.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_CELL_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}", re.ASCII)
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Refused:
    """A submission, or a file of one, that is set aside and earns nothing.

    Attributes:
        reason: one sentence for the report, without a word of the student's.
    """

    reason: str


class _Unreadable(Exception):
    """Carries the reason of a refusal out of the reading."""


def read_submission(path: Path) -> NotebookNode | Refused:
    """Read a notebook that was handed in.

    Older formats and slight damage (missing ids or metadata, another encoding, a wrong version) are repaired. Time and
    memory are bounded, and bad input raises nothing.

    Args:
        path: the notebook; neither it nor the folder it lies in may be a link.

    Returns:
        A valid notebook of nbformat 4.5 without outputs, whose cells have no metadata but nbgrader's `grade_id`; or the
        reason why there is none. A hard link is read like any file, for who can tell the older name of two? It is
        marked by `SHARED` in the notebook's metadata.
    """
    try:
        content, names = _read(path)
        notebook = _rebuilt(_parsed(_decoded(content)))
    except _Unreadable as unreadable:
        return Refused(str(unreadable))
    if names > 1:
        notebook.metadata[SHARED] = True
    return notebook


def set_aside(folder: Path) -> dict[Path, Refused]:
    """Find what nothing may open in a folder that was handed in: links, pipes, devices, too much, odd names, no time.

    Args:
        folder: of one student's submission.

    Returns:
        {entry: why}. The folder itself is the entry where it is a link, or where it holds too many files or bytes. The
        entries of a folder that is refused are not listed.
    """
    if not _is(folder, stat.S_ISDIR):
        return {folder: Refused("The submission is not a folder.")}
    try:
        return _refused_entries(folder)
    except OSError:
        return {folder: Refused("The submission holds a folder that may not be read.")}


def _refused_entries(folder: Path) -> dict[Path, Refused]:
    refused, size = {}, 0
    for number, (entry, status) in enumerate(walk(folder), start=1):
        size += status.st_size
        if number > MOST_ENTRIES:
            return {folder: Refused(f"The submission has more than {MOST_ENTRIES} files.")}
        if size > LARGEST_FOLDER:
            return {folder: Refused(f"The submission is larger than {LARGEST_FOLDER // 2**20} MB.")}
        if reason := why_not(entry.name, status) or _why_not_beside(entry.name, status):
            refused[entry] = Refused(reason)
        elif entry == folder / timestamp.NAME and not timestamp.is_readable(folder):
            refused[entry] = Refused("The time of handing in cannot be read. The submission counts as on time.")
    return refused


def walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Give every entry at any depth with its own status; links are not followed, folders with odd names not entered."""
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                # scandir's own status does not count links on every system.
                status = os.lstat(entry.path)
                yield Path(entry.path), status
                if stat.S_ISDIR(status.st_mode) and not why_not(entry.name, status):
                    folders.append(Path(entry.path))


def why_not(name: str, status: os.stat_result) -> str | None:
    """Give the reason why nothing may open an entry; None where there is none."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        return "A file of the submission has a name that is too long or cannot be printed."
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "A link, pipe or device was handed in where a file is expected."
    if status.st_size > LARGEST_FILE:
        return f"A file was handed in that is larger than {LARGEST_FILE // 2**20} MB."
    return None


def _why_not_beside(name: str, status: os.stat_result) -> str | None:
    """Refuse hard links among the files beside the notebook: nbgrader copies those, whatever is in them, for feedback.

    An archive that is unpacked carelessly makes them, with the rights of who unpacks it. No mark depends on such files.
    """
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1 and not name.endswith(".ipynb"):
        return "A file was handed in that is on this disk under another name, too."
    return None


def _is(path: Path, kind: Any) -> bool:
    try:
        return kind(os.lstat(path).st_mode)
    except OSError:
        return False


def _read(path: Path) -> tuple[bytes, int]:
    """Give the content of a file and the number of names that it has on its disk."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        folder = os.open(path.parent, flags | os.O_DIRECTORY)
        try:
            # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
            file = os.open(path.name, flags | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=folder)
        finally:
            os.close(folder)
    except FileNotFoundError:
        raise _Unreadable("There is no notebook of this name.") from None
    except (OSError, ValueError):
        raise _Unreadable("The notebook cannot be opened: it is a link, lies behind one, or may not be read.") from None
    try:
        return _content(file), os.fstat(file).st_nlink
    finally:
        os.close(file)


def _content(file: int) -> bytes:
    status = os.fstat(file)
    if stat.S_ISDIR(status.st_mode):
        raise _Unreadable("The notebook is a folder.")
    if reason := why_not("", status):
        raise _Unreadable(reason)
    content = bytearray()
    # The file may grow while it is read.
    while len(content) <= LARGEST_FILE and (piece := os.read(file, 2**20)):
        content += piece
    if len(content) > LARGEST_FILE:
        raise _Unreadable(f"The notebook is larger than {LARGEST_FILE // 2**20} MB.")
    return bytes(content)


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding, errors="replace")


def _parsed(text: str) -> Any:
    if not text.strip():
        raise _Unreadable("The notebook is an empty file.")
    _check_shape(text)
    try:
        # strict=False: a line break inside a string is no reason to give nothing for the work.
        return json.loads(text, strict=False, parse_int=_small_int, parse_float=_nothing, parse_constant=_nothing)
    except (ValueError, RecursionError):
        raise _Unreadable("The file is not a notebook: it is not valid JSON, or is cut off.") from None


def _check_shape(text: str) -> None:
    """Bound what the JSON parser will build before it builds it: it recurses in C, and `[` costs it fifty bytes."""
    structure = _STRING.sub("", text)
    if structure.count(",") + structure.count("[") + structure.count("{") > MOST_VALUES:
        raise _Unreadable("The notebook holds too many values to be one.")
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", structure):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST_NESTING:
            raise _Unreadable("The notebook is nested too deeply to be one.")


def _small_int(digits: str) -> int:
    return int(digits) if len(digits) < 10 else 0


def _nothing(number: str) -> None:
    """Numbers with a point, NaN and Infinity stand in outputs and widgets only, and those are dropped."""


def _rebuilt(data: Any) -> NotebookNode:
    cells = [cell for cell in _cells(data) if isinstance(cell, dict)]
    if len(cells) > MOST_CELLS:
        raise _Unreadable(f"The notebook has more than {MOST_CELLS} cells.")
    notebook, ids = nbformat.v4.new_notebook(), set()
    for number, cell in enumerate(cells):
        id = cell.get("id")
        if not isinstance(id, str) or not _CELL_ID.fullmatch(id) or id in ids:
            id = f"handed-in-{number}"
        ids.add(id)
        notebook.cells.append(_rebuilt_cell(cell, id))
    if sum(len(cell.source) for cell in notebook.cells) > LONGEST_NOTEBOOK:
        raise _Unreadable(f"The text of the notebook is longer than {LONGEST_NOTEBOOK:,} characters.")
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError:
        raise _Unreadable("The notebook is damaged and could not be repaired.") from None
    return notebook


def _cells(data: Any) -> list:
    if not isinstance(data, dict):
        raise _Unreadable("The file is JSON, but not a notebook.")
    cells = data.get("cells")
    if cells is None and isinstance(data.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") for sheet in data["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise _Unreadable("The file is JSON, but a notebook has a list of cells.")
    return cells


def _rebuilt_cell(cell: dict, id: str) -> NotebookNode:
    text = _text(cell.get("source", cell.get("input")))
    kind = cell.get("cell_type")
    if kind == "heading":  # nbformat 3
        level = cell.get("level")
        text = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + text
    if kind not in ("code", "raw"):
        kind = "markdown"
    new_cell = getattr(nbformat.v4, f"new_{kind}_cell")
    grade_id = _grade_id(cell)
    return new_cell(text, id=id, metadata={"nbgrader": {"grade_id": grade_id}} if grade_id else {})


def _grade_id(cell: dict) -> str | None:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    usable = isinstance(grade_id, str) and len(grade_id) <= LONGEST_ID and grade_id.isprintable()
    return grade_id if usable else None


def _text(source: Any) -> str:
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    if len(text) > LONGEST_CELL:
        raise _Unreadable(f"A cell of the notebook is longer than {LONGEST_CELL:,} characters.")
    return UNUSABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
