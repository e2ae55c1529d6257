"""Run notebooks, in the students' Python: `python run_cells.py RESULTS NOTEBOOK...`."""

import json
import os
import sys
import warnings
from pathlib import Path

import nbformat


def run(notebook: Path) -> tuple[str, str] | None:
    """Run the cells up to the first error, and return that cell's id and the error."""
    os.chdir(notebook.parent)
    names = {"__name__": "__main__"}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            try:
                exec(cell.source, names)
            except Exception as error:  # noqa: BLE001, it is the result
                return cell.id, repr(error)
    return None


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
    results_file = Path(sys.argv[1]).resolve()
    results = {path: run(Path(path)) for path in map(os.path.abspath, sys.argv[2:])}
    results_file.write_text(json.dumps(results), encoding="utf-8")
