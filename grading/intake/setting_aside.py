"""Setting aside, before nbgrader opens anything, whatever must not be opened in a folder that was handed in."""

import os
import stat
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from grading.intake import timestamp
from grading.intake.entries import walk, why_not
from grading.intake.limits import MAX_ENTRIES, MAX_SUBMISSION_BYTES
from grading.intake.reading import Refused

# The folder beside `submitted` that receives what was refused.
REFUSED = "refused"


def move_refused(folder: Path, refused_folder: Path) -> dict[Path, Refused]:
    """Move what must not be opened out of a submission, without opening it.

    A notebook that says why takes the place of a notebook, or of a whole submission. It earns nothing.

    Args:
        folder: submitted/<student>/<assignment>.
        refused_folder: receives <student>/<assignment>/ with what was refused.

    Returns:
        {entry: why}.
    """
    refused = find_refused(folder)
    for entry, why in refused.items():
        target = refused_folder.joinpath(*folder.parts[-2:], *entry.relative_to(folder).parts)
        while target.exists() or target.is_symlink():
            target = target.with_name(f"{target.name}~")
        target.parent.mkdir(parents=True, exist_ok=True)
        entry.rename(target)
        notebook = folder / f"{folder.name}.ipynb" if entry == folder else entry
        if notebook.suffix == ".ipynb":
            notebook.parent.mkdir(exist_ok=True)
            nbformat.write(in_its_place(why), notebook)
    return refused


def in_its_place(refused: Refused) -> NotebookNode:
    """Return the notebook that takes the place of a refused one, always the same for the same reason.

    Args:
        refused: says why.
    """
    sentence = f"**This submission was not graded.** {refused.reason}"
    notebook: NotebookNode = new_notebook(cells=[new_markdown_cell(sentence, id="refused")])
    return notebook


def find_refused(folder: Path) -> dict[Path, Refused]:
    """Find what must not be opened in a submission: links, pipes, devices, too much, odd names, an unreadable time.

    Args:
        folder: of one student's submission.

    Returns:
        {entry: why}. If the folder itself is a link, or holds too many files or bytes, it is the only entry.
    """
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise FileNotFoundError
    except OSError:
        return {folder: Refused("The submission is not a folder.")}
    try:
        return _find_refused(folder)
    except OSError:
        return {folder: Refused("The submission holds a folder that may not be read.")}


def _find_refused(folder: Path) -> dict[Path, Refused]:
    refused: dict[Path, Refused] = {}
    size = 0
    for number, (entry, status) in enumerate(walk(folder), start=1):
        size += status.st_size
        if number > MAX_ENTRIES:
            return {folder: Refused(f"The submission has more than {MAX_ENTRIES} files.")}
        if size > MAX_SUBMISSION_BYTES:
            return {folder: Refused(f"The submission is larger than {MAX_SUBMISSION_BYTES // 2**20} MB.")}
        if reason := why_not(entry.name, status) or _why_not_beside(entry.name, status):
            refused[entry] = Refused(reason)
        elif entry == folder / timestamp.NAME and not timestamp.is_readable(folder):
            refused[entry] = Refused("The time of handing in cannot be read. The submission counts as on time.")
    return refused


def _why_not_beside(name: str, status: os.stat_result) -> str | None:
    """Refuse hard links among the files beside the notebook: nbgrader copies those for feedback, whatever is in them.

    Unpacking an archive carelessly creates them, with the rights of whoever unpacks it. No mark depends on such files.
    """
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1 and not name.endswith(".ipynb"):
        return "A file was handed in that is on this disk under another name, too."
    return None
