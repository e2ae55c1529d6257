"""Costing time or memory where outputs are cleaned and text is shown, or showing something else than what is there."""

from nbformat import NotebookNode

from tests.hostile.attack import (
    QUESTION,
    WRONG,
    Attack,
    Graded,
    HandIn,
    Scene,
    breaks_the_rule,
    fill_in,
    released,
    save,
    with_notebook,
)
from tests.released import find, insert

# The submission's process holds the wire. So it can send a reply of its own for each cell, and lose the real one.
FORGE = """
import base64, gc, os, struct, sys, zlib
wire = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Channel")
ends = wire._writes, os.open(os.devnull, os.O_WRONLY)
def forge(reply):
    frame = sys._getframe()
    while not {"number", "request"} <= set(frame.f_locals):
        frame = frame.f_back
    wire._writes = ends[0]
    wire.send(frame.f_locals["number"], reply)
    wire._writes = ends[1]
def text(characters, **more):
    return {"output_type": "display_data", "data": {"text/plain": characters}, **more}
def picture(kind, content):
    return {"output_type": "display_data", "data": {"image/" + kind: base64.b64encode(content).decode()}}
def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
def png(*chunks):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
    return picture("png", b"\\x89PNG\\r\\n\\x1a\\n" + header + b"".join(chunks) + chunk(b"IEND", b""))
"""

# Name: (what each of the cells does, how many cells).
_FORGED = {
    "large_outputs": ("[text('x' * 10_000_000) for _ in range(3)]", 20),
    "a_text_in_many_parts": ("[{'output_type': 'stream', 'text': ['x'] * 900_000}]", 20),
    "a_text_of_wide_letters": ("[text('x' * 30_000_000 + chr(0x1F600))]", 10),
    "pictures_of_many_scans": (
        "[picture('jpeg', b'\\xff\\xd8' + b'\\xff\\xda\\x00\\x02' * 1_000_000)] * 5",
        20,
    ),
    "pictures_without_an_end": (
        "[picture('jpeg', b'\\xff\\xd8\\xff\\xda\\x00\\x02' + b'\\xff\\x00' * 2_000_000)] * 5",
        20,
    ),
    "pictures_in_many_chunks": ("[png(*[chunk(b'IDAT', b'')] * 340_000)] * 5", 20),
    "pictures_full_of_blanks": ("[{'output_type': 'display_data', 'data': {'image/png': 'A ' * 2_700_000}}] * 5", 20),
    "colors": ("[text('\\x1b[1mx\\x1b[m' * 12_000) for _ in range(190)]", 20),
    "long_errors": ("[{'output_type': 'error', 'traceback': ['x'] * 200} for _ in range(200)]", 50),
    "odd_names": (
        "[{'output_type': 'stream', 'name': ['stdout'], 'text': 'x'}, {'output_type': [], 'text': 'x'},"
        " {'output_type': 'stream', 'name': __import__('numpy').arange(3), 'text': 'x'},"
        " {'output_type': __import__('numpy').arange(3)}]",
        1,
    ),
    "odd_results": (
        "[{'output_type': 'execute_result', 'execution_count': True, 'data': {'text/plain': 3, 'image/png': [None]}},"
        " {'output_type': 'error', 'traceback': {}}, {'output_type': 'display_data', 'data': 5}, None, {None: 1}]",
        1,
    ),
    "no_list": ("{'output_type': 'stream', 'text': 'x'}", 1),
    "the_most_there_is": (
        "[png(chunk(b'IDAT', bytes(3_000_000))), text(('\"' * 990 + chr(0x1F600) + chr(10)) * 90 + '\\x1b[1mx' * 900)]",
        40,
    ),
}


def _forging(reply: str, cells: int) -> HandIn:
    def change(notebook: NotebookNode) -> None:
        find(notebook, QUESTION).source = WRONG + FORGE
        for _ in range(cells):
            insert(notebook, f"forge({reply})")
        insert(notebook, "wire._writes = ends[0]")

    return with_notebook(change)


def _cells(source: str, number: int = 1, kind: str = "code") -> HandIn:
    def change(notebook: NotebookNode) -> None:
        for _ in range(number):
            insert(notebook, source, kind=kind)

    return with_notebook(change)


_BLOCK = '```{}\n"' + "\\" * 80 + "\n```\n\n"
# Name: (Markdown of each of the cells, how many cells).
_MARKDOWN = {
    "names_a_slow_lexer": ("".join(map(_BLOCK.format, ("chapel", "cddl", "ansys"))), 3),
    "opens_brackets": ("[" * 199_000, 2),
    "opens_formulas": ("\\\\[" * 3_300, 40),
    "breaks_off_a_table": (("a|b\n-|-\n|1)   \n" * 700)[:9_900] + "|a|\n|-|\n", 40),
    "repeats_a_long_address": ("[a]: http://" + "x" * 4_950 + "\n\n" + "[a]" * 1_600, 40),
    "puts_hats_on_hats": ("$" + "\\hat " * 1_900 + "x$", 40),
    "writes_formulas_without_end": ("$" + "x+1" * 660 + "$ ", 190),
}

# Name: (code of each of the cells, how many cells).
_CODE = {
    "leaves_a_gap": ("match" + " " * 95_000, 4),
    "leaves_empty_lines": ("x = 1" + "\n " * 99_000 + "1", 2),
    "speaks_another_language": ("%%perl\n" + "<<" * 90_000, 2),
    "writes_signs_only": (("x+1-" * 240 + "1\n") * 20, 20),
}


def _turning(folder, scene: Scene) -> None:
    notebook = released()
    text = fill_in("@TOKEN@ \u202e)reversed(\u202c \u2066 " + "e" + "\u0301" * 5_000, scene)
    find(notebook, "reflection").source = text
    find(notebook, QUESTION).source = WRONG + f"\nprint({text!r})  # {text}"
    save(folder, notebook)


def _turns(scene: Scene, graded: Graded) -> bool:
    page = graded.feedback.read_text() if graded.feedback else ""
    return "\u202e" in page or "\u0301" * 100 in page or breaks_the_rule(scene, graded)


_GOAL = "cleaning its outputs, or making its page, takes a worker more than its share"

ATTACKS = [
    *(
        Attack("rendering", f"forges_{name}", _GOAL, _forging(reply, cells), breaks_the_rule)
        for name, (reply, cells) in _FORGED.items()
    ),
    *(
        Attack("rendering", name, _GOAL, _cells(text, number, "markdown"), breaks_the_rule)
        for name, (text, number) in _MARKDOWN.items()
    ),
    *(Attack("rendering", name, _GOAL, _cells(*cells), breaks_the_rule) for name, cells in _CODE.items()),
    Attack("rendering", "turns_and_covers_text", "a page shows another text than there is", _turning, _turns),
]
