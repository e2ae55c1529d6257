"""Outputs that are safe to keep and to look at: text and pictures, of bounded size.

HTML, SVG, JavaScript, LaTeX and widgets of a submission would act in the instructor's browser, so only their plain text
is kept.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading.intake.limits import (
    MAX_CELL_OUTPUT_CHARACTERS,
    MAX_ERROR_MESSAGE_CHARACTERS,
    MAX_ERROR_NAME_CHARACTERS,
    MAX_NOTEBOOK_OUTPUT_CHARACTERS,
    MAX_OUTPUT_TEXT_CHARACTERS,
    MAX_OUTPUTS_PER_CELL,
    MAX_PICTURE_BYTES,
    MAX_SHOWN_SIDE_PIXELS,
    MAX_TRACEBACK_LINES,
)
from grading.intake.pictures import clean_jpeg, clean_png
from grading.intake.text import usable

CUT = "\n... the rest of the output is left out ..."
NOT_SHOWN = "(an output that is neither text nor a picture)"

_PICTURES: dict[str, Callable[[bytes], bytes | None]] = {"image/png": clean_png, "image/jpeg": clean_jpeg}

# Colors, as in tracebacks. Other sequences move the cursor, or write into the clipboard of a terminal.
_COLOR = re.compile(r"(\x1b\[[0-9;]{0,20}m)")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]{0,50}[ -/]{0,5}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|.)?", re.DOTALL)


class Budget:
    """How much a notebook may still put out."""

    def __init__(self) -> None:
        self._left = MAX_NOTEBOOK_OUTPUT_CHARACTERS

    def keep(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """Return the safe outputs of a cell, and count them.

        Args:
            outputs: of one cell, of any origin.
        """
        kept = safe_outputs(outputs, min(self._left, MAX_CELL_OUTPUT_CHARACTERS))
        self._left -= sum(map(_size, kept))
        return kept


def safe_outputs(outputs: list[NotebookNode], max_characters: int = MAX_CELL_OUTPUT_CHARACTERS) -> list[NotebookNode]:
    """Return what is text or a checked picture among a cell's outputs.

    Args:
        outputs: of one cell, of any origin; they need not be valid.
        max_characters: bound of the result, apart from one line that says that something is left out.

    Returns:
        New, valid outputs. The terminal's colors are kept, other control characters are not.
    """
    outputs = outputs if isinstance(outputs, list) else []
    kept, left = [], max_characters
    for output in outputs[:MAX_OUTPUTS_PER_CELL]:
        safe = _safe(output) if isinstance(output, dict) else None
        if safe is not None:
            kept.append(safe)
            left -= _size(safe)
        if left < 0:
            return [*kept[:-1], _cut()]
    return [*kept, _cut()] if len(outputs) > MAX_OUTPUTS_PER_CELL else kept


def _cut() -> NotebookNode:
    cut: NotebookNode = new_output("stream", name="stdout", text=CUT)
    return cut


def safe_text(text: Any, max_characters: int = MAX_OUTPUT_TEXT_CHARACTERS) -> str:
    """Return a text of bounded length, without what is not printed: control characters other than colors.

    Args:
        text: a string or a list of strings; anything else counts as empty.
        max_characters: bound of the result, apart from one line that says that something is left out.
    """
    if isinstance(text, list):
        text = "".join(part for part in text[:max_characters] if isinstance(part, str))
    text = text if isinstance(text, str) else ""
    cut = len(text) > max_characters
    parts = _COLOR.split(text[:max_characters])
    parts[::2] = (usable(_SEQUENCE.sub("", part)) for part in parts[::2])
    return "".join(parts) + (CUT if cut else "")


def _safe(output: dict[str, Any]) -> NotebookNode | None:
    safe: NotebookNode | None = None
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            safe = new_output("stream", name=name, text=safe_text(output.get("text")))
        case "error":
            safe = new_output("error", **_safe_error(output))
        case "display_data":
            safe = new_output("display_data", **_safe_data(output))
        case "execute_result":
            count = output.get("execution_count")
            count = count if isinstance(count, int) and 0 <= count < 10**9 else None
            safe = new_output("execute_result", execution_count=count, **_safe_data(output))
    return safe


def _safe_error(output: dict[str, Any]) -> dict[str, Any]:
    lines = output.get("traceback")
    lines = lines if isinstance(lines, list) else []
    if len(lines) > MAX_TRACEBACK_LINES:
        half = MAX_TRACEBACK_LINES // 2
        lines = [*lines[:half], CUT.strip(), *lines[-half:]]
    share = max(MAX_OUTPUT_TEXT_CHARACTERS // max(1, len(lines)), MAX_ERROR_NAME_CHARACTERS)
    return {
        "ename": safe_text(output.get("ename"), MAX_ERROR_NAME_CHARACTERS),
        "evalue": safe_text(output.get("evalue"), MAX_ERROR_MESSAGE_CHARACTERS),
        "traceback": [safe_text(line, share) for line in lines],
    }


def _safe_data(output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    given = output.get("data")
    given = given if isinstance(given, dict) else {}
    data: dict[str, str] = {}
    metadata: dict[str, dict[str, int]] = {}
    for kind, clean in _PICTURES.items():
        if picture := _safe_picture(given.get(kind), clean):
            data[kind] = picture
            metadata |= _safe_size(output, kind)
    if "text/plain" in given or not data:
        data["text/plain"] = safe_text(given.get("text/plain")) or NOT_SHOWN
    return {"data": data, "metadata": metadata}


def _safe_picture(encoded: Any, clean: Callable[[bytes], bytes | None]) -> str | None:
    if isinstance(encoded, list):
        encoded = "".join(line for line in encoded if isinstance(line, str))
    if not isinstance(encoded, str) or len(encoded) > MAX_PICTURE_BYTES * 4 // 3 + 4:
        return None
    try:
        picture = clean(base64.b64decode("".join(encoded.split()), validate=True))
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture else None


def _safe_size(output: dict[str, Any], kind: str) -> dict[str, dict[str, int]]:
    """Return the size at which a picture is shown, which is smaller than the picture on high-resolution screens."""
    metadata = output.get("metadata")
    size = metadata.get(kind) if isinstance(metadata, dict) else None
    size = size if isinstance(size, dict) else {}
    shown = {
        side: int(size[side])
        for side in ("width", "height")
        if type(size.get(side)) in (int, float) and 1 <= size[side] <= MAX_SHOWN_SIDE_PIXELS
    }
    return {kind: shown} if shown else {}


def _size(output: NotebookNode) -> int:
    match output.output_type:
        case "stream":
            return len(output.text)
        case "error":
            return len(output.ename) + len(output.evalue) + sum(map(len, output.traceback))
    return sum(map(len, output.data.values()))
