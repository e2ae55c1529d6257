"""Unpacking archives of people whom one need not trust, within limits.

nbgrader's `zip_collect` unpacks archives in archives, whatever their size, follows links, stops at the first duplicate,
and wants a regular expression for the names. So only its layout and its timestamps are used here.
"""

import os
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grading.intake.entries import why_not
from grading.intake.limits import MAX_FILE_BYTES

# In bytes. A disk takes longer ones, but ours lie below a folder, and names that are taken get a number.
LONGEST_PATH = 1_000
LONGEST_NAME = 200
# A class of a thousand has some ten thousand files, and a Mac adds a hidden one to each.
MOST_LISTED = 100_000

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class NotUnpacked(Exception):
    """Carries the reason why an archive is not unpacked."""


@dataclass
class Allowance:
    """What an archive may still unpack, together with all archives in it.

    Attributes:
        entries: how many.
        size: in bytes.
        listed: how many they may list, wanted or not.
    """

    entries: int
    size: int
    listed: int = MOST_LISTED

    def look_through(self, listed: int) -> None:
        """Take what an archive lists off the allowance."""
        self.listed -= listed
        if self.listed < 0:
            raise NotUnpacked("The archive lists too many files.")

    def spend_on(self, entries: list[zipfile.ZipInfo]) -> None:
        """Take what these entries unpack to off the allowance."""
        self.entries -= len(entries)
        self.size -= sum(entry.file_size for entry in entries)
        if self.entries < 0 or self.size < 0:
            raise NotUnpacked("The archive holds too many files, or too large ones.")


def unpack(
    archive: Path, folder: Path, allowance: Allowance, wanted: Callable[[PurePosixPath], bool] = lambda name: True
) -> dict[str, str]:
    """Unpack what is wanted of an archive, with its times.

    Args:
        archive: a zip, or a file that claims to be one.
        folder: receives the entries; it is made.
        allowance: is spent.
        wanted: whether to unpack the entry of this name; by default all.

    Returns:
        {entry: why it was refused}.

    Raises:
        NotUnpacked: it is not a zip, or it holds more than is allowed.
        OSError: a file cannot be written.
    """
    folder.mkdir(exist_ok=True)
    try:
        opened = zipfile.ZipFile(archive)
    except _DAMAGED:
        raise NotUnpacked("It is not a zip archive, or it is damaged.") from None
    with opened:
        refused, entries = {}, {}
        allowance.look_through(len(opened.infolist()))
        for entry in opened.infolist():
            name = PurePosixPath(entry.filename.replace("\\", "/"))
            if _climbs(name):
                refused[entry.filename] = "The entry points out of its archive."
            elif not entry.is_dir() and not is_hidden(name) and wanted(name):
                if reason := _why_not_entry(name, entry):
                    refused[entry.filename] = reason
                else:
                    entries[entry] = name
        allowance.spend_on(list(entries))
        for entry, name in entries.items():
            if reason := _extract(opened, entry, folder / name):
                refused[entry.filename] = reason
    return refused


def is_hidden(name: PurePosixPath) -> bool:
    """Check whether a system has added an entry that its user does not see."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)


def _climbs(name: PurePosixPath) -> bool:
    return not name.parts or name.is_absolute() or ".." in name.parts or name.parts[0][1:2] == ":"


def _why_not_entry(name: PurePosixPath, entry: zipfile.ZipInfo) -> str | None:
    mode = entry.external_attr >> 16
    if not stat.S_IFMT(mode):
        mode |= stat.S_IFREG
    status = os.stat_result((mode, 0, 0, 1, 0, 0, entry.file_size, 0, 0, 0))
    if len(str(name).encode()) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME for part in name.parts):
        return "The name of the entry is too long."
    return next(filter(None, (why_not(part, status) for part in name.parts)), None)


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str | None:
    """Write an entry under a name that is still free, and return the reason if it cannot be read."""
    # Other methods unpack a whole block at once, however large it becomes.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "The entry is compressed in an unusual way."
    content = bytearray()
    try:
        with opened.open(entry) as packed:
            # Reading it in one go would unpack everything before cutting it to the size that the archive states.
            while piece := packed.read(2**20):
                content += piece
    except _DAMAGED:
        return "The entry is damaged or encrypted."
    assert len(content) <= MAX_FILE_BYTES
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return "The entry's folder has the name of a file."
    free, number = target, 0
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    free.write_bytes(content)
    written = _time(entry)
    os.utime(free, (written, written))
    return None


def _time(entry: zipfile.ZipInfo) -> float:
    """Return the time of an entry. Archives state the local time of their makers, which we take for ours."""
    try:
        return max(0.0, time.mktime((*entry.date_time, 0, 0, -1)))
    except (OverflowError, ValueError):
        return 0.0
