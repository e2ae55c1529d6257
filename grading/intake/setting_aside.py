"""Setting aside, before nbgrader opens anything, whatever must not be opened in a folder that was handed in.

Grading itself opens nothing but the notebook and its time, without following links and without waiting. So what cannot
be moved, because somebody else owns it, stops nobody: it stays where it is.
"""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from grading.intake import timestamp
from grading.intake.entries import TOO_DEEP, walk, why_not_beside
from grading.intake.faults import concerns_everybody
from grading.intake.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH, MAX_SUBMISSION_BYTES
from grading.intake.reading import Refused, read_content

# The folder beside `submitted` that receives what was refused.
REFUSED = "refused"

_LONGEST_NAME = 60
_ODD = re.compile(r"[^\w.-]+")


def read_handed_in(notebook: Path) -> tuple[bytes, bytes | None]:
    """Read what a student handed in, whatever it is; a notebook that says why takes the place of a refused one.

    Args:
        notebook: submitted/<student>/<assignment>/<assignment>.ipynb.

    Returns:
        The content of the notebook and of timestamp.txt; None if that does not exist or cannot be read as a time.
    """
    refused = find_refused(notebook.parent)
    reason = refused.get(notebook.parent) or refused.get(notebook)
    content = reason or read_content(notebook)
    if isinstance(content, Refused):
        content = _as_file(content)
    return content, None if notebook.parent in refused else timestamp.content(notebook.parent)


def move_refused(folder: Path, refused_folder: Path) -> dict[Path, Refused]:
    """Move what must not be opened out of a submission, without opening it.

    What is moved is an entry of the folder, with all that is in it, or the folder itself. A notebook that says why
    takes the place of the notebook, or of the whole submission. It earns nothing.

    Args:
        folder: submitted/<student>/<assignment>.
        refused_folder: receives what was refused in <student>/<assignment>/, under names that every disk can hold.

    Returns:
        {entry: why}, also for what could not be moved, which the reason then says.

    Raises:
        OSError: the disk is full, or something else that is not about this submission.
    """
    with suppress(OSError):
        # An archive may have been unpacked with odd rights.
        _let_the_owner_write(folder)
    refused = find_refused(folder)
    for entry, why in refused.items():
        try:
            set_aside(folder, entry, why, refused_folder)
        except OSError as error:
            if concerns_everybody(error):
                raise
            refused[entry] = Refused(f"{why.reason} It cannot be moved ({error.strerror}), so nothing opens it.")
    return refused


def set_aside(folder: Path, entry: Path, why: Refused, refused_folder: Path) -> None:
    """Move an entry out of a submission; a notebook that says why takes the place of the notebook or of the folder.

    Args:
        folder: submitted/<student>/<assignment>.
        entry: the folder or something in it.
        why: said in the notebook.
        refused_folder: receives the entry in <student>/<assignment>/.

    Raises:
        OSError: it cannot be moved.
    """
    target = refused_folder.joinpath(*folder.parts[-2:])
    _make_folder(target)
    notebook = folder / f"{folder.name}.ipynb"
    if entry not in (folder, notebook):
        _rename(entry, _free_place(target, entry.name))
        return
    # What takes its place is made first: on a full disk, nobody's submission is lost.
    with tempfile.TemporaryDirectory(prefix=".", dir=target) as scratch:
        made = Path(scratch, folder.name)
        made.mkdir()
        (made / notebook.name).write_bytes(_as_file(why))
        _rename(entry, _free_place(target, entry.name))
        (made if entry == folder else made / notebook.name).rename(entry)


def in_its_place(refused: Refused) -> NotebookNode:
    """Return the notebook that takes the place of a refused one, always the same for the same reason.

    Args:
        refused: says why.
    """
    sentence = f"**This submission was not graded.** {refused.reason}"
    notebook: NotebookNode = new_notebook(cells=[new_markdown_cell(sentence, id="refused")])
    return notebook


def _as_file(refused: Refused) -> bytes:
    text: str = nbformat.writes(in_its_place(refused))
    return text.encode()


def find_refused(folder: Path) -> dict[Path, Refused]:
    """Find what must not be opened in a submission: links, pipes, devices, too much, odd names, an unreadable time.

    Args:
        folder: of one student's submission.

    Returns:
        {entry of the folder: why}, if it or something in it is refused. If the folder itself is a link, holds too many
        files or bytes, or may not be read, it is the only entry.
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
    with os.scandir(folder) as entries:
        tops = [Path(entry.path) for entry in islice(entries, MAX_ENTRIES + 1)]
    refused: dict[Path, Refused] = {}
    number = size = 0
    for top in tops:
        try:
            for entry, status in _with_all_in_it(top):
                number += 1
                if number > MAX_ENTRIES:
                    return {folder: Refused(f"The submission has more than {MAX_ENTRIES} files.")}
                if reason := _why_refused(entry, status, folder):
                    refused[top] = Refused(reason)
                    break
                size += status.st_size
                if size > MAX_SUBMISSION_BYTES:
                    return {folder: Refused(f"The submission is larger than {MAX_SUBMISSION_BYTES // 2**20} MB.")}
        except OSError:
            if os.path.lexists(top):  # it may have vanished meanwhile
                refused[top] = Refused("A folder was handed in that may not be read.")
    return refused


def _with_all_in_it(entry: Path) -> Iterator[tuple[Path, os.stat_result]]:
    status = os.lstat(entry)
    yield entry, status
    if stat.S_ISDIR(status.st_mode):
        yield from walk(entry)


def _why_refused(entry: Path, status: os.stat_result, folder: Path) -> str | None:
    if len(entry.relative_to(folder).parts) > MAX_FOLDER_DEPTH + 1:
        return TOO_DEEP
    if reason := why_not_beside(entry.name, status):
        return reason
    # A notebook that may not be read has its own sentence, and may be somebody's who can.
    if stat.S_ISREG(status.st_mode) and entry.suffix != ".ipynb" and not os.access(entry, os.R_OK):
        return "A file was handed in that may not be read."
    if entry == folder / timestamp.NAME and not timestamp.is_readable(folder):
        return "The time of handing in cannot be read. The submission counts as on time."
    return None


# --- moving ----------------------------------------------------------------------------------------------------------


def _rename(entry: Path, place: Path) -> None:
    try:
        entry.rename(place)
    except PermissionError:
        # It takes the right to write to the folder around an entry and, if that is a folder, to the entry itself.
        for folder in (entry.parent, entry):
            _let_the_owner_write(folder)
        entry.rename(place)


def _let_the_owner_write(folder: Path) -> None:
    mode = os.lstat(folder).st_mode
    if stat.S_ISDIR(mode) and mode & stat.S_IRWXU != stat.S_IRWXU:
        folder.chmod(stat.S_IMODE(mode) | stat.S_IRWXU)


def _make_folder(folder: Path) -> None:
    """Make a folder, for which a link or a file of its name makes room."""
    if folder.is_symlink() or folder.is_file():
        folder.rename(_free_place(folder.parent, folder.name))
    folder.mkdir(parents=True, exist_ok=True)


def _free_place(folder: Path, name: str) -> Path:
    """Return a path for an entry of this name, which may be as long and as odd as names can be."""
    plain = folder / _ODD.sub("_", name)[:_LONGEST_NAME]
    others = (plain.with_name(f"{plain.name}~{number}") for number in count(2))
    return next(place for place in chain([plain], others) if not os.path.lexists(place))
