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
    MAX_COLOR_CHANGES,
    MAX_ERROR_MESSAGE_CHARACTERS,
    MAX_ERROR_NAME_CHARACTERS,
    MAX_OUTPUT_TEXT_CHARACTERS,
    MAX_OUTPUTS,
    MAX_OUTPUTS_PER_CELL,
    MAX_PICTURE_BYTES,
    MAX_PICTURE_CHARACTERS,
    MAX_SHOWN_SIDE_PIXELS,
    MAX_TEXT_CHARACTERS,
    MAX_TRACEBACK_LINES,
)
from grading.intake.pictures import clean_jpeg, clean_png
from grading.intake.text import usable, visible

CUT = "\n... the rest of the output is left out ..."
NOT_SHOWN = "(an output that is neither text nor a picture)"
# Characters that each text counts as, at least.
LEAST = 100

_PICTURES: dict[str, Callable[[bytes], bytes | None]] = {"image/png": clean_png, "image/jpeg": clean_jpeg}

# Colors, as in tracebacks. Other sequences move the cursor, or write into the clipboard of a terminal.
_COLOR = re.compile(r"(\x1b\[[0-9;]{0,20}m)")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]{0,50}[ -/]{0,5}[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|.)?", re.DOTALL)


class Budget:
    """How much a notebook may still put out.

    Whatever is looked at counts, whether it is kept or not: so looking at outputs has its bounds, too.

    Attributes:
        outputs: their number.
        text: characters.
        pictures: characters in base64.
        colors: changes of the color within texts.
    """

    def __init__(self) -> None:
        self.outputs = MAX_OUTPUTS
        self.text = MAX_TEXT_CHARACTERS
        self.pictures = MAX_PICTURE_CHARACTERS
        self.colors = MAX_COLOR_CHANGES

    @property
    def spent(self) -> bool:
        """Whether the notebook has put out too much; without colors, text can still be shown."""
        return min(self.outputs, self.text, self.pictures) < 0


def safe_outputs(outputs: Any, budget: Budget | None = None) -> list[NotebookNode]:
    """Return what is text or a checked picture among a cell's outputs.

    Args:
        outputs: of one cell, of any origin; they need not be valid, nor be outputs at all.
        budget: of the notebook, from which they are taken; by default the cell is alone in its notebook.

    Returns:
        New, valid outputs. The terminal's colors are kept, other control characters are not. If something is left out
        for its length, the last one says so.
    """
    budget = budget or Budget()
    outputs = outputs if isinstance(outputs, list) else []
    kept: list[NotebookNode] = []
    for output in outputs[:MAX_OUTPUTS_PER_CELL]:
        budget.outputs -= 1
        safe = _safe(output, budget) if isinstance(output, dict) and not budget.spent else None
        if budget.spent:
            return [*kept, _cut()]
        if safe is not None:
            kept.append(safe)
    return [*kept, _cut()] if len(outputs) > MAX_OUTPUTS_PER_CELL else kept


def _cut() -> NotebookNode:
    cut: NotebookNode = new_output("stream", name="stdout", text=CUT)
    return cut


def safe_text(text: Any, budget: Budget, max_characters: int = MAX_OUTPUT_TEXT_CHARACTERS) -> str:
    """Return a text of bounded length, without what is not printed: control characters other than colors.

    Args:
        text: a string or a list of strings; anything else counts as empty.
        budget: of the notebook.
        max_characters: bound of the result, apart from one line that says that something is left out.
    """
    text = _joined(text, max_characters + 1)
    cut = len(text) > max_characters
    parts = _COLOR.split(text[:max_characters])
    budget.text -= max(len(text), LEAST)
    budget.colors -= len(parts) // 2
    parts[1::2] = parts[1::2] if budget.colors >= 0 else [""] * (len(parts) // 2)
    parts[::2] = (visible(usable(_SEQUENCE.sub("", part))) for part in parts[::2])
    return "".join(parts) + (CUT if cut else "")


def _joined(text: Any, max_characters: int) -> str:
    """Return the beginning of a text that may come in parts."""
    if isinstance(text, str):
        return text[:max_characters]
    parts, left = [], max_characters
    for part in text[:max_characters] if isinstance(text, list) else ():
        if isinstance(part, str) and left > 0:
            parts.append(part[:left])
            left -= len(part)
    return "".join(parts)


def _safe(output: dict[Any, Any], budget: Budget) -> NotebookNode | None:
    kind = output.get("output_type")
    safe: NotebookNode | None = None
    match kind if isinstance(kind, str) else None:
        case "stream":
            text = safe_text(output.get("text"), budget)
            safe = new_output("stream", name=_stream(output.get("name")), text=text)
        case "error":
            safe = new_output("error", **_safe_error(output, budget))
        case "display_data":
            safe = new_output("display_data", **_safe_data(output, budget))
        case "execute_result":
            count = output.get("execution_count")
            count = count if type(count) is int and 0 <= count < 10**9 else None
            safe = new_output("execute_result", execution_count=count, **_safe_data(output, budget))
    return safe


def _stream(name: Any) -> str:
    return "stderr" if isinstance(name, str) and name == "stderr" else "stdout"


def _safe_error(output: dict[Any, Any], budget: Budget) -> dict[str, Any]:
    lines = output.get("traceback")
    lines = lines if isinstance(lines, list) else []
    if len(lines) > MAX_TRACEBACK_LINES:
        half = MAX_TRACEBACK_LINES // 2
        lines = [*lines[:half], CUT.strip(), *lines[-half:]]
    share = max(MAX_OUTPUT_TEXT_CHARACTERS // max(1, len(lines)), MAX_ERROR_NAME_CHARACTERS)
    return {
        "ename": safe_text(output.get("ename"), budget, MAX_ERROR_NAME_CHARACTERS),
        "evalue": safe_text(output.get("evalue"), budget, MAX_ERROR_MESSAGE_CHARACTERS),
        "traceback": [safe_text(line, budget, share) for line in lines],
    }


def _safe_data(output: dict[Any, Any], budget: Budget) -> dict[str, dict[str, Any]]:
    given = output.get("data")
    given = given if isinstance(given, dict) else {}
    data: dict[str, str] = {}
    metadata: dict[str, dict[str, int]] = {}
    for kind, clean in _PICTURES.items():
        if picture := _safe_picture(given.get(kind), clean, budget):
            data[kind] = picture
            metadata |= _safe_size(output, kind)
    if "text/plain" in given or not data:
        data["text/plain"] = safe_text(given.get("text/plain"), budget) or NOT_SHOWN
    return {"data": data, "metadata": metadata}


def _safe_picture(encoded: Any, clean: Callable[[bytes], bytes | None], budget: Budget) -> str | None:
    most = MAX_PICTURE_BYTES * 4 // 3 + 4
    encoded = _joined(encoded, most + 1)
    budget.pictures -= len(encoded)
    if not 0 < len(encoded) <= most or budget.pictures < 0:
        return None
    try:
        picture = clean(base64.b64decode(encoded.replace("\n", ""), validate=True))
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture else None


def _safe_size(output: dict[Any, Any], kind: str) -> dict[str, dict[str, int]]:
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
