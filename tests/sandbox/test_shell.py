"""The shell without a kernel puts out what a kernel does."""

import re
from typing import Any

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from grading.sandbox.launch import Zygote
from grading.sandbox.limits import Limits
from grading.sandbox.session import Session

CELLS = {
    "nothing": "x = 1",
    "a value": "x = 1\nx + 1",
    "quiet": "x + 1;",
    "None": "None",
    "Out": "_, Out",
    "streams": "import sys\nprint('a', end=''); print('b'); print('c', file=sys.stderr); print('d')",
    "a table": "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "displays": "from IPython.display import Markdown, Math\ndisplay(1, 'two')\ndisplay(Math('x^2'))\nMarkdown('*b*')",
    "a figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
    "a figure shown": "figure, ax = plt.subplots(figsize=(2, 1))\nprint('before')\nplt.show()\nprint('after')",
    "a figure as value": "figure",
    "Korean": "print('안녕'); '값'",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "an error": "print('so far')\ndef f():\n    return 1 / 0\nf()",
    "a wrong name": "unknown_name",
    "a syntax error": "if x = 1:",
    "wrong indentation": "  x = 1\n y = 2",
    "its own message": "from course.checks import check_that\ncheck_that(False, 'try again')",
    "leaving": "import sys\nsys.exit()",
    "magic": "%precision 2\n3.14159",
    "timing": "%%capture\nprint('silent')",
    "a command": "!echo hello",
    "clear": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('here')",
    "help": "x?",
    "input": "input('name?')",
    "async": "import asyncio\nawait asyncio.sleep(0)\nprint('slept')",
    "after all that": "x",
}


Outputs = list[dict[str, Any]]


@pytest.fixture(scope="module")
def ours(zygote: Zygote) -> dict[str, Outputs]:
    """The outputs as they leave the sandbox: what grading cleans out of them is another matter."""
    with Session(zygote, Limits()) as session:
        return {what: session.run_cell(source, count) for count, (what, source) in enumerate(CELLS.items(), start=1)}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Outputs]:
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS.values()])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3", timeout=60).execute()
    return {what: cell.outputs for what, cell in zip(CELLS, notebook.cells, strict=True)}


@pytest.mark.parametrize("what", CELLS)
def test_outputs_are_those_of_a_kernel(ours: dict[str, Outputs], theirs: dict[str, Outputs], what: str) -> None:
    assert _comparable(ours[what]) == _comparable(theirs[what])


def _comparable(outputs: Outputs) -> list[Any]:
    # A kernel sends its two streams apart, so how they mix is chance.
    streams = {"stdout": "", "stderr": ""}
    others = []
    for output in outputs:
        if output["output_type"] == "stream":
            streams[output["name"]] += _without_addresses(output["text"])
            continue
        data = {kind: _without_addresses(value)[:100] for kind, value in output.get("data", {}).items()}
        others.append([output["output_type"], output.get("ename"), _without_addresses(output.get("evalue", "")), data])
    return [streams, others]


def _without_addresses(text: str) -> str:
    return re.sub(r"/\S+\.py:|<ipython-input-\S+>:?|\d+\.py|0x[0-9a-f]+", "…", text)
