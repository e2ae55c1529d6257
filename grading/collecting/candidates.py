"""The notebooks that compete to be what a student submits for an assignment."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grading.collecting.uploads import Upload


@dataclass(frozen=True, kw_only=True)
class Version:
    """A notebook that a student handed in for an assignment; by itself, the one that is in `submitted` already.

    Attributes:
        file: where it is.
        shown: its path for the report.
        time: when it was uploaded.
        serial: the platform's number of the upload; later uploads have greater ones.
        bearer: tells apart people whose names have led to the same id; empty if the student is certain.
    """

    file: Path
    shown: str
    time: datetime
    serial: int | None = None
    bearer: str = ""


@dataclass(frozen=True, kw_only=True)
class Candidate(Version):
    """A notebook that has just been uploaded.

    Attributes:
        upload: that it came in.
        on_time: whether it counts as handed in by the due date, whatever its time says.
    """

    upload: Upload
    on_time: bool
