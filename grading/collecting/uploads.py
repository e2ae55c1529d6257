"""What an LMS gives: a folder or a zip of uploads, opened within limits.

nbgrader's `zip_collect` unpacks archives in archives, whatever their size, with no eye on links; it stops at the first
duplicate; and it wants a regular expression for the names. So only its layout and its timestamps are used here.

Nothing is unpacked but into a scratch folder. Of a student's archive only notebooks are, and archives that may hold
some.
"""

import os
import stat
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grading.intake.reading import LARGEST_FILE, LARGEST_FOLDER, MOST_ENTRIES, walk, why_not

DEEPEST_ARCHIVE = 2
LARGEST_CLASS = 8 * 2**30
MOST_UPLOADS = 100_000
LONGEST_PATH = 1_000
LONGEST_NAME_IN_BYTES = 255

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


class Unusable(Exception):
    """What the instructor named cannot be used; the message is a sentence."""


@dataclass(frozen=True)
class Upload:
    """A file as the LMS gave it.

    Attributes:
        path: below the folder of uploads.
        file: where its content is; None where it is not copied, for what it is or for its size.
        notebooks: {path for the report: file}, the upload itself or what is in the archive.
        refused: {path for the report: why}.
        uploaded: when, in seconds since the epoch.
        student: id, where it is sure whose it is.
        secret: file with nbgrader's key for handing feedback back through its exchange.
    """

    path: PurePosixPath
    file: Path | None
    notebooks: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    uploaded: int = 0
    student: str | None = None
    secret: Path | None = None


class _Unpackable(Exception):
    """Carries the reason why an archive is not unpacked."""


@dataclass
class _Room:
    """How much an archive may unpack, together with all archives in it."""

    entries: int
    size: int

    def take(self, entries: list[zipfile.ZipInfo]) -> None:
        self.entries -= len(entries)
        self.size -= sum(entry.file_size for entry in entries)
        if self.entries < 0 or self.size < 0:
            raise _Unpackable("The archive holds too many files, or too large ones.")


def read_uploads(path: Path, scratch: Path) -> Iterator[Upload]:
    """Open what was downloaded from an LMS.

    Args:
        path: a folder or a zip; it is not changed.
        scratch: an empty folder for what is unpacked; the uploads' files are there, or below `path`.

    Yields:
        Each file in it, by name. Hidden files, as systems add them, are passed over.

    Raises:
        Unusable: `path` is a file, but not a zip that can be unpacked.
        OSError: a file cannot be read or written.
    """
    folder = path.resolve(strict=True)
    if not folder.is_dir():
        archive, folder = folder, scratch / "uploads"
        try:
            refused = _unpack(archive, folder, _Room(MOST_UPLOADS, LARGEST_CLASS), lambda name: True)
        except _Unpackable as unpackable:
            raise Unusable(f"{path}: {unpackable}") from None
        for name, reason in refused.items():
            yield Upload(PurePosixPath(name), None, refused={name: reason})
        folder = _inner(folder, archive.stem)
    for file, status in sorted(walk(folder)):
        name = PurePosixPath(file.relative_to(folder))
        if _is_hidden(name):
            continue
        if reason := why_not(file.name, status):
            yield Upload(name, None, refused={str(name): reason})
        elif stat.S_ISREG(status.st_mode):
            notebooks, refused = _notebooks(file, str(name), scratch, _Room(MOST_ENTRIES, LARGEST_FOLDER))
            yield Upload(name, file, notebooks, refused, int(status.st_mtime))


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook by its name, to which browsers may have added something, and systems ".zip"."""
    return ".ipynb" in name.lower() and not name.lower().endswith(".zip")


def _inner(folder: Path, name: str) -> Path:
    """Enter the only folder of an archive, which bears its name where a system's own tool has made it."""
    inner = folder / name
    others = (entry for entry in folder.iterdir() if entry != inner)
    alone = all(_is_hidden(PurePosixPath(entry.name)) for entry in others)
    return inner if alone and inner.is_dir() else folder


def _is_hidden(name: PurePosixPath) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)


def _notebooks(
    file: Path, shown: str, scratch: Path, room: _Room, depth: int = DEEPEST_ARCHIVE
) -> tuple[dict[str, Path], dict[str, str]]:
    """Find the notebooks of a file and its archives, and why others are not opened."""
    if is_notebook(file.name):
        return {shown: file}, {}
    if file.suffix.lower() != ".zip":
        return {}, {shown: "It is neither a notebook nor a zip archive."}
    if depth == 0:
        return {}, {shown: "It is an archive in an archive in an archive."}
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        inside = _unpack(file, folder, room, lambda name: is_notebook(name.name) or name.suffix.lower() == ".zip")
    except _Unpackable as unpackable:
        return {}, {shown: str(unpackable)}
    notebooks: dict[str, Path] = {}
    refused = {f"{shown}/{name}": reason for name, reason in inside.items()}
    for entry, status in sorted(walk(folder)):
        if stat.S_ISREG(status.st_mode):
            inner = _notebooks(entry, f"{shown}/{entry.relative_to(folder)}", scratch, room, depth - 1)
            notebooks |= inner[0]
            refused |= inner[1]
    if not notebooks and not refused:
        refused[shown] = "The archive holds no notebook."
    return notebooks, refused


# --- archives --------------------------------------------------------------------------------------------------------


def _unpack(archive: Path, folder: Path, room: _Room, wanted: Callable[[PurePosixPath], bool]) -> dict[str, str]:
    """Unpack what is wanted of an archive, with its times, and give {entry: why not} for what is refused."""
    folder.mkdir(exist_ok=True)
    try:
        opened = zipfile.ZipFile(archive)
    except _DAMAGED:
        raise _Unpackable("It is not a zip archive, or it is damaged.") from None
    with opened:
        refused, entries = {}, {}
        for entry in opened.infolist():
            name = PurePosixPath(entry.filename.replace("\\", "/"))
            if _climbs(name):
                refused[entry.filename] = "The entry points out of its archive."
            elif not entry.is_dir() and not _is_hidden(name) and wanted(name):
                if reason := _why_not_entry(name, entry):
                    refused[entry.filename] = reason
                else:
                    entries[entry] = name
        room.take(list(entries))
        for entry, name in entries.items():
            if reason := _extract(opened, entry, folder / name):
                refused[entry.filename] = reason
    return refused


def _climbs(name: PurePosixPath) -> bool:
    return not name.parts or name.is_absolute() or ".." in name.parts or name.parts[0][1:2] == ":"


def _why_not_entry(name: PurePosixPath, entry: zipfile.ZipInfo) -> str | None:
    mode = entry.external_attr >> 16
    if not stat.S_IFMT(mode):
        mode |= stat.S_IFREG
    status = os.stat_result((mode, 0, 0, 1, 0, 0, entry.file_size, 0, 0, 0))
    if len(str(name)) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME_IN_BYTES for part in name.parts):
        return "The name of the entry is too long."
    return next(filter(None, (why_not(part, status) for part in name.parts)), None)


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str | None:
    """Write an entry to a place that is free, and give the reason where it cannot be read."""
    # The others unpack a block at once, however large it becomes.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "The entry is compressed in an unusual way."
    content = bytearray()
    try:
        with opened.open(entry) as packed:
            # All at once would be unpacked before it is cut to the size that the archive states.
            while piece := packed.read(2**20):
                content += piece
    except _DAMAGED:
        return "The entry is damaged or encrypted."
    assert len(content) <= LARGEST_FILE
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
    """Give the time of an entry; archives state it in the local time of who made them, taken for ours."""
    try:
        return max(0.0, time.mktime((*entry.date_time, 0, 0, -1)))
    except (OverflowError, ValueError):
        return 0.0
