"""Outputs that are safe to keep and to look at: text and pictures, of bounded size.

HTML, SVG, JavaScript, LaTeX and widgets of a submission would act in the instructor's browser; of these only their
plain text is kept.
"""

import base64
import binascii
import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading.intake.pictures import clean_jpeg, clean_png
from grading.intake.reading import UNUSABLE

MOST_OUTPUTS = 200
LONGEST_TEXT = 100_000
LARGEST_PICTURE = 4 * 2**20
MOST_OF_A_CELL = 8 * 2**20
MOST_OF_A_NOTEBOOK = 32 * 2**20
LONGEST_NAME = 200
MOST_TRACEBACK_LINES = 200
LARGEST_SIDE = 4_000

CUT = "\n... the rest of the output is left out ..."
NOT_SHOWN = "(an output that is neither text nor a picture)"

_PICTURES = {"image/png": clean_png, "image/jpeg": clean_jpeg}

# Colours, as in tracebacks. Other sequences move the cursor or write into the clipboard of a terminal.
_COLOUR = re.compile(r"(\x1b\[[0-9;]{0,20}m)")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]{0,50}[ -/]{0,5}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|.)?", re.DOTALL)


class Budget:
    """How much a notebook may still put out."""

    def __init__(self) -> None:
        self._left = MOST_OF_A_NOTEBOOK

    def keep(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """Return safe outputs of a cell, and count them."""
        kept = safe_outputs(outputs, min(self._left, MOST_OF_A_CELL))
        self._left -= sum(map(_size, kept))
        return kept


def safe_outputs(outputs: list[NotebookNode], most: int = MOST_OF_A_CELL) -> list[NotebookNode]:
    """Keep of a cell's outputs what is text or a checked picture.

    Args:
        outputs: of one cell, of any origin; they need not be valid.
        most: bound of the result in characters, apart from one line that says that something is left out.

    Returns:
        New, valid outputs. Colours of the terminal stay; other control characters go.
    """
    outputs = outputs if isinstance(outputs, list) else []
    kept, left = [], most
    for output in outputs[:MOST_OUTPUTS]:
        safe = _safe(output) if isinstance(output, dict) else None
        if safe is not None:
            kept.append(safe)
            left -= _size(safe)
        if left < 0:
            return [*kept[:-1], _cut()]
    return [*kept, _cut()] if len(outputs) > MOST_OUTPUTS else kept


def _cut() -> NotebookNode:
    return new_output("stream", name="stdout", text=CUT)


def safe_text(text: Any, longest: int = LONGEST_TEXT) -> str:
    """Bound a text and take out of it what is not printed: control characters other than colours, halves of pairs."""
    if isinstance(text, list):
        text = "".join(part for part in text[:longest] if isinstance(part, str))
    text = text if isinstance(text, str) else ""
    cut = len(text) > longest
    parts = _COLOUR.split(text[:longest])
    parts[::2] = (
        UNUSABLE.sub("", _SEQUENCE.sub("", part.replace("\r\n", "\n").replace("\r", "\n"))) for part in parts[::2]
    )
    return "".join(parts) + (CUT if cut else "")


def _plain(text: str) -> str:
    return UNUSABLE.sub("", _SEQUENCE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _safe(output: dict) -> NotebookNode | None:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return new_output("stream", name=name, text=safe_text(output.get("text")))
        case "error":
            return _safe_error(output)
        case "display_data":
            return new_output("display_data", **_safe_data(output))
        case "execute_result":
            count = output.get("execution_count")
            count = count if isinstance(count, int) and 0 <= count < 10**9 else None
            return new_output("execute_result", execution_count=count, **_safe_data(output))
    return None


def _safe_error(output: dict) -> NotebookNode:
    lines = output.get("traceback")
    lines = lines if isinstance(lines, list) else []
    if len(lines) > MOST_TRACEBACK_LINES:
        half = MOST_TRACEBACK_LINES // 2
        lines = [*lines[:half], CUT.strip(), *lines[-half:]]
    share = LONGEST_TEXT // max(1, len(lines))
    return new_output(
        "error",
        ename=safe_text(output.get("ename"), LONGEST_NAME),
        evalue=safe_text(output.get("evalue"), LONGEST_TEXT // 10),
        traceback=[safe_text(line, max(share, LONGEST_NAME)) for line in lines],
    )


def _safe_data(output: dict) -> dict[str, dict]:
    given = output.get("data")
    given = given if isinstance(given, dict) else {}
    data, metadata = {}, {}
    for kind, clean in _PICTURES.items():
        if picture := _safe_picture(given.get(kind), clean):
            data[kind] = picture
            metadata |= _safe_size(output, kind)
    if "text/plain" in given or not data:
        data["text/plain"] = safe_text(given.get("text/plain")) or NOT_SHOWN
    return {"data": data, "metadata": metadata}


def _safe_picture(encoded: Any, clean) -> str | None:
    if isinstance(encoded, list):
        encoded = "".join(line for line in encoded if isinstance(line, str))
    if not isinstance(encoded, str) or len(encoded) > LARGEST_PICTURE * 4 // 3 + 4:
        return None
    try:
        picture = clean(base64.b64decode("".join(encoded.split()), validate=True))
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture else None


def _safe_size(output: dict, kind: str) -> dict:
    """Keep the size at which a picture is shown: on fine screens it has more pixels."""
    metadata = output.get("metadata")
    size = metadata.get(kind) if isinstance(metadata, dict) else None
    size = size if isinstance(size, dict) else {}
    shown = {
        side: int(size[side])
        for side in ("width", "height")
        if type(size.get(side)) in (int, float) and 1 <= size[side] <= LARGEST_SIDE
    }
    return {kind: shown} if shown else {}


def _size(output: NotebookNode) -> int:
    match output.output_type:
        case "stream":
            return len(output.text)
        case "error":
            return len(output.ename) + len(output.evalue) + sum(map(len, output.traceback))
    return sum(map(len, output.data.values()))
