"""Copying a folder that was handed in: its plain files, and nothing that somebody puts in their place meanwhile."""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from grading.intake.entries import ANOTHER_NAME, TOO_DEEP, why_not_beside
from grading.intake.faults import concerns_everybody
from grading.intake.limits import MAX_ENTRIES, MAX_FOLDER_DEPTH, MAX_SUBMISSION_BYTES


def copy_plain_files(
    folder: Path, target: Path, *, leave: Collection[str] = (), ignore: Collection[str] = (), mode: int = 0o644
) -> dict[str, str]:
    """Copy the plain files of a folder, at any depth that intake allows.

    Each is opened without following links and without waiting, and looked at only then. Nothing that is in the target
    already is replaced.

    Args:
        folder: that was handed in.
        target: a folder of ours.
        leave: names of entries of the folder that are not copied.
        ignore: patterns of names that are not copied, at any depth.
        mode: of the copies.

    Returns:
        {name: why} of the other entries that could not be copied, or not all of them.

    Raises:
        OSError: the folder may not be read, the disk is full, or something else that is not about one entry.
    """
    with _opened(folder) as descriptor:
        return _Copying(ignore, mode).copy_entries(descriptor, target, leave)


class _Left(Exception):
    """Carries the reason why an entry is not copied."""


@dataclass
class _Copying:
    """How to copy, and how much of the folder may still be copied, which may grow meanwhile."""

    ignore: Collection[str]
    mode: int
    entries: int = MAX_ENTRIES
    size: int = MAX_SUBMISSION_BYTES

    def copy_entries(self, folder: int, target: Path, leave: Collection[str] = (), depth: int = 0) -> dict[str, str]:
        """Copy what is in an open folder, and return {name: why} of what could not be copied."""
        left: dict[str, str] = {}
        with os.scandir(folder) as entries:
            for name in (entry.name for entry in entries):
                self.entries -= 1
                if self.entries < 0:
                    return left | {name: f"The submission has more than {MAX_ENTRIES} files."}
                if name not in leave and not any(fnmatch(name, pattern) for pattern in self.ignore):
                    try:
                        self._copy_entry(folder, name, target / name, depth)
                    except _Left as reason:
                        left[name] = str(reason)
                    except OSError as error:
                        if concerns_everybody(error):
                            raise
                        left[name] = "A file or folder was handed in that may not be read, or cannot be copied."
        return left

    def _copy_entry(self, folder: int, name: str, copy: Path, depth: int) -> None:
        with _opened(name, folder) as entry:
            status = os.fstat(entry)
            if reason := why_not_beside(name, status):
                raise _Left(reason)
            if not stat.S_ISDIR(status.st_mode):
                if status.st_nlink > 1:
                    raise _Left(ANOTHER_NAME)
                self._copy_content(entry, copy)
            elif depth == MAX_FOLDER_DEPTH:
                raise _Left(TOO_DEEP)
            else:
                copy.mkdir(exist_ok=True)
                for reason in self.copy_entries(entry, copy, depth=depth + 1).values():
                    raise _Left(reason)

    def _copy_content(self, file: int, copy: Path) -> None:
        with copy.open("xb") as written:
            try:
                while piece := os.read(file, 2**20):
                    self.size -= len(piece)
                    if self.size < 0:
                        raise _Left(f"The submission is larger than {MAX_SUBMISSION_BYTES // 2**20} MB.")
                    written.write(piece)
                written.flush()
            except (OSError, _Left):
                copy.unlink()
                raise
        copy.chmod(self.mode)


@contextmanager
def _opened(name: Path | str, folder: int | None = None) -> Iterator[int]:
    # Without O_NONBLOCK, opening a pipe waits until somebody writes into it.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
