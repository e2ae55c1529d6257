"""What a learning platform gives: a folder or a zip of uploads, opened within limits.

Everything is unpacked into a scratch folder. From a student's archive, only notebooks are unpacked, and archives that
may hold some.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grading.collecting.archives import Allowance, NotUnpacked, is_hidden, unpack
from grading.intake.entries import walk, why_not
from grading.intake.limits import MAX_ENTRIES, MAX_SUBMISSION_BYTES

DEEPEST_ARCHIVE = 2
LARGEST_CLASS = 8 * 2**30  # bytes
MOST_UPLOADS = 100_000

EPOCH = datetime.fromtimestamp(0, UTC)
_LAST_SECOND = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())

Remark = tuple[str, str]
"""(file, why), for the report."""


class Unusable(Exception):
    """Something that the instructor named cannot be used; the message is a sentence."""


@dataclass(frozen=True)
class Upload:
    """A file as the platform gave it.

    Attributes:
        path: below the folder of uploads.
        file: where its content is; None if it was not copied, because of its kind or its size.
        notebooks: {path for the report: file}, the upload itself or what is in the archive.
        refused: {path for the report: why}.
        uploaded: when, in UTC, to the second.
        student: id, if it is certain whose upload this is.
        secret: file with nbgrader's key for handing feedback back through its exchange.
    """

    path: PurePosixPath
    file: Path | None
    notebooks: dict[str, Path] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    uploaded: datetime = EPOCH
    student: str | None = None
    secret: Path | None = None


def read_uploads(path: Path, scratch: Path) -> Iterator[Upload]:
    """Open what was downloaded from a learning platform.

    Args:
        path: a folder or a zip; it is not changed.
        scratch: an empty folder for what is unpacked; the uploads' files are there, or below `path`.

    Yields:
        Each file in it, by name. Hidden files, which operating systems add, are skipped.

    Raises:
        Unusable: `path` is a file, but not a zip that can be unpacked.
        OSError: a file cannot be read or written.
    """
    folder = path.resolve(strict=True)
    if not folder.is_dir():
        archive, folder = folder, scratch / "uploads"
        try:
            refused = unpack(archive, folder, Allowance(MOST_UPLOADS, LARGEST_CLASS))
        except NotUnpacked as reason:
            raise Unusable(f"{path}: {reason}") from None
        for entry, why in refused.items():
            yield Upload(PurePosixPath(entry), None, refused={entry: why})
        folder = _inner(folder, archive.stem)
    unreadable: list[Path] = []
    for file, status in sorted(walk(folder, unreadable.append)):
        name = PurePosixPath(file.relative_to(folder))
        if is_hidden(name):
            continue
        if unopened := why_not(file.name, status):
            yield Upload(name, None, refused={str(name): unopened})
        elif stat.S_ISREG(status.st_mode) and not os.access(file, os.R_OK):
            unreadable.append(file)
        elif stat.S_ISREG(status.st_mode):
            allowance = Allowance(MAX_ENTRIES, MAX_SUBMISSION_BYTES)
            notebooks, refused = _notebooks(file, str(name), scratch, allowance)
            yield Upload(name, file, notebooks, refused, at_second(status.st_mtime))
    for path in unreadable:
        name = PurePosixPath(path.relative_to(folder))
        yield Upload(name, None, refused={str(name): "It may not be read."})


def at_second(time: float) -> datetime:
    """Return a time in seconds since the epoch as one in UTC, to the second; the nearest one that can be written."""
    return datetime.fromtimestamp(min(max(int(time), 0), _LAST_SECOND), UTC)


def is_notebook(name: str) -> bool:
    """Check whether a file name is a notebook's; browsers may have added something to it, and systems ".zip"."""
    return ".ipynb" in name.lower() and not name.lower().endswith(".zip")


def _inner(folder: Path, name: str) -> Path:
    """Enter the only folder of an archive, which has the archive's name if an operating system's own tool made it."""
    inner = folder / name
    others = (entry for entry in folder.iterdir() if entry != inner)
    alone = all(is_hidden(PurePosixPath(entry.name)) for entry in others)
    return inner if alone and inner.is_dir() else folder


def _notebooks(
    file: Path, shown: str, scratch: Path, allowance: Allowance, depth: int = DEEPEST_ARCHIVE
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
        inside = unpack(file, folder, allowance, lambda name: is_notebook(name.name) or name.suffix.lower() == ".zip")
    except NotUnpacked as reason:
        return {}, {shown: str(reason)}
    notebooks: dict[str, Path] = {}
    refused = {f"{shown}/{name}": why for name, why in inside.items()}
    for entry, status in sorted(walk(folder)):
        if stat.S_ISREG(status.st_mode):
            inner = _notebooks(entry, f"{shown}/{entry.relative_to(folder)}", scratch, allowance, depth - 1)
            notebooks |= inner[0]
            refused |= inner[1]
    if not notebooks and not refused:
        refused[shown] = "The archive holds no notebook."
    return notebooks, refused
