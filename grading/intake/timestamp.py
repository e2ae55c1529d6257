"""timestamp.txt, the file beside a notebook that says when it was handed in; nbgrader reads and writes it, too.

Times are in UTC, to the second.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from grading.intake.limits import MAX_TIMESTAMP_BYTES
from grading.intake.reading import Refused, read_content

NAME = "timestamp.txt"

# The third word is the time zone, a name or an offset. Of one that looks like a path, nbgrader would open the file.
_ZONE = re.compile(r"[\w+-]*(?::\d\d)?|[A-Za-z]\w*(?:/[A-Za-z][\w+-]*)+")


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
        return _time(_content(folder))
    except _NotATime:
        return None


def content(folder: Path) -> bytes | None:
    """Return the bytes of a folder's timestamp.txt; None if there is no such file, or no readable time in it.

    Args:
        folder: of a submission.
    """
    return _content(folder) if is_readable(folder) else None


def is_readable(folder: Path) -> bool:
    """Check whether nbgrader can read a folder's timestamp.txt, which exists; an empty one counts as no time at all."""
    try:
        _time(_content(folder))
    except _NotATime:
        return False
    return True


def write(folder: Path, when: datetime) -> None:
    """Write when the work in a folder was handed in, so that nobody ever sees half of a time.

    Args:
        folder: of a submission; it exists.
        when: an aware datetime.
    """
    half = folder / ".timestamp.half"
    # Not strftime, which writes early years without their zeros.
    time = when.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")
    half.write_text(f"{time} UTC", encoding="utf-8")
    os.replace(half, folder / NAME)


def _content(folder: Path) -> bytes:
    found = read_content(folder / NAME)
    if isinstance(found, Refused) or len(found) > MAX_TIMESTAMP_BYTES:
        raise _NotATime
    return found


def _time(content: bytes) -> datetime | None:
    try:
        text = content.decode("utf-8").strip()
        words = text.split(" ")
        if len(words) == 3 and not _ZONE.fullmatch(words[2]):
            raise _NotATime
        return parse_utc(text).replace(tzinfo=UTC, microsecond=0) if text else None
    except Exception as error:  # parse_utc fails in many ways on text that is no time
        raise _NotATime from error
