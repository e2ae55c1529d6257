"""Submissions within every limit that want as much of the grader's own processes as there is.

Their cells do nothing that the sandbox forbids: the work is in reading, matching, cleaning and showing what is there.
"""

import json
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.intake.limits import (
    MAX_CELL_CHARACTERS,
    MAX_CELLS,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_ID_CHARACTERS,
    MAX_JSON_DEPTH,
    MAX_JSON_VALUES,
    MAX_MARKDOWN_CHARACTERS,
    MAX_NOTEBOOK_CHARACTERS,
    MAX_OUTPUTS_PER_CELL,
    MAX_SUBMISSION_BYTES,
)
from tests.hostile.attack import QUESTION, TESTS, WRONG, Attack, HandIn, Scene, breaks_the_rule, released, save
from tests.released import find, insert, place

# Left for the cells that every submission has.
FREE_CELLS = MAX_CELLS - 20
FREE_CHARACTERS = MAX_NOTEBOOK_CHARACTERS - 20_000


def _with(change: Callable[[NotebookNode], object]) -> HandIn:
    def hand_in(folder: Path, scene: Scene) -> None:
        notebook = released()
        find(notebook, QUESTION).source = WRONG
        change(notebook)
        save(folder, notebook)

    return hand_in


def _cells(source: str, number: int = FREE_CELLS, kind: str = "markdown") -> HandIn:
    """Hand in as many cells as there may be, with as much of a text in each as there may be."""
    size = FREE_CHARACTERS // number
    text = (source * (size // len(source) + 1))[:size] if kind == "markdown" else source
    make = new_markdown_cell if kind == "markdown" else new_code_cell
    return _with(lambda notebook: notebook.cells.extend(make(text) for _ in range(number)))


def _markdown(text: str) -> HandIn:
    """Hand in a text over and over again, in the longest cells that are still rendered."""
    return _cells(text, FREE_CHARACTERS // (MAX_MARKDOWN_CHARACTERS - 10) + 1)


def _outputs(cell: str, number: int = 4) -> HandIn:
    return _cells(f"from IPython.display import display\n{cell}", number, "code")


def _one_cell(source: str) -> HandIn:
    size = (MAX_CELL_CHARACTERS - 10) // len(source)
    return _with(lambda notebook: insert(notebook, "if 0: " + source * size))


def _copies(name: str, text: str) -> HandIn:
    """Hand in a cell as often as it may be there, with its metadata and this text."""

    def change(notebook: NotebookNode) -> None:
        copied = find(notebook, name)
        copied.source = text
        number = min(FREE_CELLS, FREE_CHARACTERS // len(copied.source))
        copies = [new_code_cell(copied.source, metadata=copied.metadata) for _ in range(number)]
        notebook.cells[place(notebook, name) : place(notebook, name)] = copies

    return _with(change)


def _without_metadata(notebook: NotebookNode) -> None:
    """Leave only the names of functions to match cells by, all of them in each of many cells."""
    source = f"class a: pass\ndef {QUESTION}(): pass\n"
    size = FREE_CHARACTERS // FREE_CELLS
    notebook.cells = [new_code_cell(source * (size // len(source))) for _ in range(FREE_CELLS)]


def _same_ids(folder: Path, scene: Scene) -> None:
    notebook = json.loads(json.dumps(released()))
    cell = {"cell_type": "code", "source": "0", "id": "x" * MAX_ID_CHARACTERS, "metadata": {}, "outputs": []}
    notebook["cells"] += [cell] * FREE_CELLS
    save(folder, json.dumps(notebook))


def _bytes(make: Callable[[], bytes]) -> HandIn:
    """Hand in a notebook with something in its metadata that nobody reads."""

    def hand_in(folder: Path, scene: Scene) -> None:
        notebook = json.dumps(released()).encode()
        content = notebook[:-1] + b', "x": ' + make() + b"}"
        assert len(content) <= MAX_FILE_BYTES
        save(folder, content)

    return hand_in


def _many_values() -> bytes:
    deep = b"[" * (MAX_JSON_DEPTH - 10) + b"]" * (MAX_JSON_DEPTH - 10)
    number = (MAX_JSON_VALUES - 1_000) // (MAX_JSON_DEPTH - 9)
    return b"[" + b",".join([deep] * number) + b"]"


def _many_objects() -> bytes:
    number = MAX_JSON_VALUES // 2 - 1_000
    return b"[" + b",".join(b'{"%x":0}' % n for n in range(number)) + b"]"


def _many_files(folder: Path, scene: Scene) -> None:
    save(folder, released())
    number = MAX_ENTRIES - 5
    for n in range(number):
        (folder / f"{n}.txt").write_bytes(bytes((MAX_SUBMISSION_BYTES - 2**20) // number))


_WIDE = rb"\ud83d\ude00"
_SIZE = MAX_FILE_BYTES - 2**17
_TEXT = "'<' * 99_999 + chr(128512)"

_HAND_INS: dict[str, HandIn] = {
    # Reading: the file, its JSON, its cells.
    "many_values": _bytes(_many_values),
    "many_objects": _bytes(_many_objects),
    "a_long_text": _bytes(lambda: b'"' + b"x" * _SIZE + b'"'),
    "a_long_text_of_escapes": _bytes(lambda: b'"' + b"\\\\" * (_SIZE // 2) + b'"'),
    "a_long_text_of_wide_characters": _bytes(lambda: b'"' + _WIDE * (_SIZE // len(_WIDE)) + b'"'),
    "a_long_text_without_end": _bytes(lambda: b'"' + b'\\"' * (_SIZE // 2)),
    "many_cells_of_one_function": _with(_without_metadata),
    "many_copies_of_the_answer": _copies(QUESTION, f"def {QUESTION}(): pass"),
    "many_copies_of_the_test": _copies(TESTS, "0"),
    "many_cells_of_one_id": _same_ids,
    "many_files_beside": _many_files,
    # Running: each cell is asked for, and each output is cleaned.
    "many_cells_that_print": _cells("print('<' * 3_000)", kind="code"),
    "much_printed": _outputs(f"for n in range({MAX_OUTPUTS_PER_CELL}): display({{'text/plain': {_TEXT}}}, raw=True)"),
    "much_color": _outputs(
        f"for n in range({MAX_OUTPUTS_PER_CELL}): display({{'text/plain': '\\x1b[31m<' * 16_000}}, raw=True)"
    ),
    "many_errors": _outputs("raise ValueError('\\n'.join(['<&' * 5_000] * 100))", 300),
    "large_pictures": _outputs(
        "import io\nfrom PIL import Image\nfile = io.BytesIO()\n"
        "Image.new('RGB', (4_470, 4_470)).save(file, 'png')\n"
        "from IPython.display import Image as Shown\nfor n in range(20): display(Shown(file.getvalue()))",
        5,
    ),
    # Showing: Markdown, formulas and code.
    "many_formulas": _markdown("$x^{y_{z}}$ "),
    "a_long_formula": _markdown("$" + "{x^2}" * 1_990 + "$ "),
    "a_deep_formula": _markdown("$" + r"\frac{1}{" * 400 + "x" + "}" * 400 + "$\n\n"),
    "many_formulas_without_an_end": _markdown("$x$$ \\( \\[ "),
    "many_emphases": _markdown("*a **b ***c _d __e ~~f "),
    "many_brackets": _markdown("[" * 100 + "](" * 100),
    "many_lists": _markdown("".join("  " * n + "- a\n" for n in range(60))),
    "many_tables": _markdown("|a|b|c|d|\n|-|-|-|-|\n" + "|1|2|3|4|\n" * 100 + "\n"),
    "many_footnotes": _markdown("[^a]: b [^a]\n\n"),
    "a_long_line_of_code": _one_cell("a."),
    "many_tokens": _one_cell("(-1)+"),
    "many_brackets_of_code": _one_cell("["),
    "many_quotes": _one_cell("f'{\""),
    "many_escapes": _one_cell("\\"),
}


ATTACKS = [
    Attack(
        "workers",
        name,
        "others feel it, it is not dealt with once and for all, or a process of the grader takes much for it",
        hand_in,
        breaks_the_rule,
        alone=True,
    )
    for name, hand_in in _HAND_INS.items()
]
