"""Of a student's notebooks for an assignment, the newest counts; the others are kept in `superseded`."""

import hashlib
import os
import re
from collections.abc import Sequence
from datetime import datetime
from errno import ENOTDIR
from functools import partial
from pathlib import Path
from typing import NamedTuple

from grading.classroom import Classroom, Submission, why_no_student
from grading.collecting.candidates import Candidate, Version
from grading.collecting.copying import copy_whole, same
from grading.collecting.ledger import Ledger
from grading.collecting.uploads import Remark
from grading.intake import timestamp
from grading.intake.setting_aside import REFUSED, find_refused, move_refused

SUPERSEDED = "superseded"

# As browsers and platforms number files of the same name.
_COPY = re.compile(r"(?:-(\d{1,4})| ?\((\d{1,4})\))\.ipynb")


class Placed(NamedTuple):
    """What became of the versions of a submission.

    Attributes:
        changed: whether `submitted` holds another notebook than before.
        superseded: remarks on those that were set aside.
    """

    changed: bool
    superseded: list[Remark]


def place(
    classroom: Classroom,
    ledger: Ledger,
    submission: Submission,
    candidates: Sequence[Candidate],
    due: datetime | None = None,
) -> Placed:
    """Make the newest version the submitted one, and set the others aside.

    Args:
        classroom: receives submitted/ and superseded/.
        ledger: knows what is submitted, and is told what is from now on.
        submission: whose it is, and for which assignment.
        candidates: one at least, all by the same person.
        due: when the assignment is due, for candidates that count as on time.

    Raises:
        OSError: a file cannot be read or written.
    """
    submitted = classroom.notebook("submitted", *submission)
    student = submitted.parents[1]
    if os.path.lexists(student) and (reason := why_no_student(student)):
        raise NotADirectoryError(ENOTDIR, reason.rstrip("."), str(student))
    current = ledger.current(submission)
    versions = [*candidates, *([current] if current else [])]
    by_serial = all(version.serial is not None for version in versions)
    *older, newest = sorted(versions, key=partial(_age, by_serial=by_serial))
    superseded = [version for version in older if not same(version.file, newest.file)]
    for version in superseded:
        _set_aside(version, classroom.directory / SUPERSEDED / Path(*submission))
    if newest is current and not ledger.knows(submission, newest.time):
        # An interrupted run may have placed a candidate without noting it.
        newest = next((version for version in reversed(older) if same(version.file, submitted)), newest)
    changed = not (current and same(newest.file, submitted))
    if isinstance(newest, Candidate):
        _make_room(submitted, classroom.directory / REFUSED)
        _submit(newest, submitted, due if newest.on_time else None, changed)
        ledger.note(submission, newest)
    return Placed(changed, [(version.shown, f"Older than {newest.shown}.") for version in superseded])


def _age(version: Version, by_serial: bool) -> tuple[int, datetime, int, int, bool, str]:
    """Return what is greater the newer a version is.

    Within an archive its own times count. What is submitted already wins a tie.
    """
    copy = _COPY.search(version.shown)
    number = int(copy[1] or copy[2]) if copy else 0
    serial = (version.serial or 0) if by_serial else 0
    submitted = not isinstance(version, Candidate)
    return serial, version.time, int(version.file.stat().st_mtime), number, submitted, version.shown


def _make_room(submitted: Path, refused_folder: Path) -> None:
    """Move what is no plain notebook, or no folder around it, out of the way."""
    folder = submitted.parent
    if os.path.lexists(folder) and find_refused(folder).keys() & {folder, submitted}:
        move_refused(folder, refused_folder)


def _submit(candidate: Candidate, submitted: Path, due: datetime | None, changed: bool) -> None:
    """Make a candidate the submitted notebook; if it is that already, add only what is missing.

    An interruption leaves a notebook with its own time, or without one, which the next run adds.
    """
    if secret := candidate.upload.secret:
        copy_whole(secret, submitted.with_name(secret.name))
    handed_in = submitted.with_name(timestamp.NAME)
    # The same work handed in again, later, is not late.
    if not changed and handed_in.exists():
        return
    copy_whole(candidate.file, submitted, replacing=handed_in)
    timestamp.write(submitted.parent, min(candidate.time, due) if due else candidate.time)


def _set_aside(version: Version, folder: Path) -> None:
    digest = hashlib.sha256(version.file.read_bytes()).hexdigest()[:8]
    copy_whole(version.file, folder / f"{version.time:%Y-%m-%dT%H-%M-%S}-{digest}.ipynb")
