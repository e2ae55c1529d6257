"""Putting the folders of one submission in their places.

They are made elsewhere, under a name of ours: what fails there would fail for everybody. What fails in the place itself
concerns that submission alone.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grading.intake.faults import concerns_everybody

_UNFINISHED = ".unfinished"


class NotWritten(Exception):
    """The files of one submission cannot be written; the message is a sentence."""


@contextmanager
def new_folder(step: Path) -> Iterator[Path]:
    """Make an empty folder beside the students', and delete it in the end if nobody has put it in its place.

    Args:
        step: the class's folder of a step, such as `feedback`; it is made if it doesn't exist.

    Raises:
        OSError: nobody's files can be written.
    """
    folder = step / _UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(folder: Path, place: Path) -> None:
    """Put a folder in its place, which is cleared.

    Raises:
        NotWritten: something is in the way, and cannot be removed.
        OSError: nobody's files can be written.
    """
    clear(place)
    with _of_one_submission(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(place)


def clear(place: Path) -> None:
    """Remove whatever is in a place.

    Raises:
        NotWritten: it cannot be removed.
        OSError: nobody's files can be removed.
    """
    with _of_one_submission(place):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


@contextmanager
def _of_one_submission(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if concerns_everybody(error):
            raise
        raise NotWritten(f"{str(place)!r} cannot be written: {os.strerror(error.errno or 0)}.") from error
