"""timestamp.txt, the file beside a notebook that says when it was handed in; nbgrader reads and writes it, too.

Times are in UTC, to the second.
"""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from grading.intake.limits import MAX_TIMESTAMP_BYTES

NAME = "timestamp.txt"


class _NotATime(ValueError):
    """The file holds something that nbgrader cannot read as a time."""


def read(folder: Path) -> datetime | None:
    """Return when the work in a folder was handed in.

    Args:
        folder: of a submission.

    Returns:
        An aware datetime, in UTC; None if there is no timestamp.txt, or no readable time in it.
    """
    try:
        return _read(folder)
    except (OSError, _NotATime):
        return None


def content(folder: Path) -> bytes | None:
    """Return the bytes of a folder's timestamp.txt, which need not be a time; None if there is no such file.

    Raises:
        OSError: it cannot be read.
    """
    file = folder / NAME
    return file.read_bytes() if file.is_file() else None


def is_readable(folder: Path) -> bool:
    """Check whether nbgrader can read a folder's timestamp.txt, which exists; an empty one counts as no time at all."""
    try:
        _read(folder)
    except (OSError, _NotATime):
        return False
    return True


def write(folder: Path, when: datetime) -> None:
    """Write when the work in a folder was handed in, so that nobody ever sees half of a time.

    Args:
        folder: of a submission; it exists.
        when: an aware datetime.
    """
    half = folder / ".timestamp.half"
    half.write_text(f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
    os.replace(half, folder / NAME)


def _read(folder: Path) -> datetime | None:
    file = folder / NAME
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TIMESTAMP_BYTES:
        raise _NotATime
    try:
        text = file.read_text(encoding="utf-8").strip()
        return parse_utc(text).replace(tzinfo=UTC, microsecond=0) if text else None
    except OSError:
        raise
    except Exception as error:  # parse_utc fails in many ways on text that is no time
        raise _NotATime from error
