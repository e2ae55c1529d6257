"""What lies in a folder that was handed in, and which of it may be opened."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from grading.intake.faults import concerns_everybody
from grading.intake.limits import MAX_FILE_BYTES, MAX_FILE_NAME_CHARACTERS

ANOTHER_NAME = "A file was handed in that is on this disk under another name, too."
TOO_DEEP = "A folder was handed in that is nested too deeply."

# What no browser takes for a page or a program, and what nbgrader puts there itself.
_HARMLESS = {
    *(".ipynb", ".py", ".txt", ".md", ".csv", ".tsv", ".json", ".npy", ".npz"),
    *(".png", ".jpg", ".jpeg", ".gif", ".webp"),
}


def walk(folder: Path, unreadable: Callable[[Path], None] | None = None) -> Iterator[tuple[Path, os.stat_result]]:
    """List every entry at any depth with its own status.

    Links are not followed, and folders with odd names are not entered. What vanishes meanwhile is left out.

    Args:
        folder: where to begin.
        unreadable: is told of each folder that may not be read, or not all of it; by default, that is an error.

    Raises:
        OSError: a folder may not be read.
    """
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            for entry, status in _entries(here):
                yield entry, status
                if stat.S_ISDIR(status.st_mode) and not why_not(entry.name, status):
                    folders.append(entry)
        except OSError as error:
            if unreadable is None or concerns_everybody(error):
                raise
            unreadable(here)


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                # On some systems, scandir's own status does not count links.
                yield Path(entry.path), os.lstat(entry.path)
            except FileNotFoundError:
                continue


def why_not(name: str, status: os.stat_result) -> str | None:
    """Return the reason why an entry must not be opened, as a sentence; None if it may be.

    Args:
        name: of the entry, without its folder.
        status: its own, not that of what it links to.
    """
    if len(name) > MAX_FILE_NAME_CHARACTERS or not name.isprintable():
        return "A file of the submission has a name that is too long or cannot be printed."
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "A link, pipe or device was handed in where a file is expected."
    if status.st_size > MAX_FILE_BYTES:
        return f"A file was handed in that is larger than {MAX_FILE_BYTES // 2**20} MB."
    return None


def why_not_beside(name: str, status: os.stat_result) -> str | None:
    """Return the reason why an entry may not lie beside a notebook, as a sentence; None if it may.

    What lies there is copied beside graded notebooks and feedback pages, whatever is in it. No mark depends on it.

    Args:
        name: of the entry, without its folder.
        status: its own, not that of what it links to.
    """
    if reason := why_not(name, status):
        return reason
    suffix = PurePath(name).suffix.lower()
    if stat.S_ISDIR(status.st_mode):
        # Such as the notebook's, or that of the page that is written beside it.
        return "A folder was handed in that has the name of a file." if suffix else None
    if suffix not in _HARMLESS:
        return "A file was handed in that is neither a notebook nor a picture nor data."
    if status.st_nlink > 1 and suffix != ".ipynb":
        # Unpacking an archive carelessly makes such names, with the rights of whoever unpacks it.
        return ANOTHER_NAME
    return None
