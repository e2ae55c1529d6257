"""What lies in a folder that was handed in, and which of it may be opened."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grading.intake.limits import MAX_FILE_BYTES, MAX_FILE_NAME_CHARACTERS


def walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """List every entry at any depth with its own status.

    Links are not followed, and folders with odd names are not entered.

    Args:
        folder: where to begin.
    """
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                # On some systems, scandir's own status does not count links.
                status = os.lstat(entry.path)
                yield Path(entry.path), status
                if stat.S_ISDIR(status.st_mode) and not why_not(entry.name, status):
                    folders.append(Path(entry.path))


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
