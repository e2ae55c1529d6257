"""The table collected.csv: what is known of the notebooks in `submitted`, when they were uploaded, and by whom."""

import csv
import os
from datetime import datetime

from grading.classroom import Classroom, Submission
from grading.collecting.candidates import Version
from grading.collecting.uploads import Unusable, at_second
from grading.intake import timestamp
from grading.intake.reading import Refused, read_content

LEDGER = "collected.csv"

_COLUMNS = ("student", "assignment", "uploaded", "serial", "bearer", "file")


class Ledger:
    """The table in memory; `write` puts it back into its file."""

    def __init__(self, classroom: Classroom) -> None:
        """Read the table of a class; without a file, it is empty.

        Raises:
            Unusable: the file is not as it was written.
        """
        self._classroom, self._path = classroom, classroom.directory / LEDGER
        self._rows: dict[Submission, dict[str, str]] = {}
        try:
            with self._path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    datetime.fromisoformat(row["uploaded"])
                    self._rows[Submission(row["student"], row["assignment"])] = {
                        column: row[column] for column in _COLUMNS
                    }
        except FileNotFoundError:
            return
        except (KeyError, TypeError, ValueError, csv.Error):
            raise Unusable(f"{self._path} has been changed by another program. Restore it, or delete it.") from None

    def knows(self, submission: Submission, time: datetime) -> bool:
        """Check whether the table has the version of this time, or a later one."""
        return submission in self._rows and time <= datetime.fromisoformat(self._rows[submission]["uploaded"])

    def current(self, submission: Submission) -> Version | None:
        """Return the version in `submitted`, which may have come there some other way; None if none can be read."""
        submitted = self._classroom.notebook("submitted", *submission)
        if isinstance(read_content(submitted), Refused):
            return None
        row = self._rows.get(submission, {})
        times = [datetime.fromisoformat(row["uploaded"])] if row else []
        times += filter(None, [timestamp.read(submitted.parent)])
        return Version(
            file=submitted,
            shown="what was submitted before",
            time=max(times, default=at_second(submitted.stat().st_mtime)),
            serial=int(row["serial"]) if row.get("serial") else None,
            bearer=row.get("bearer", ""),
        )

    def note(self, submission: Submission, version: Version) -> None:
        """Note the version that is in `submitted` now."""
        serial = "" if version.serial is None else str(version.serial)
        values = (*submission, version.time.isoformat(), serial, version.bearer, version.shown)
        self._rows[submission] = dict(zip(_COLUMNS, values, strict=True))

    def write(self) -> None:
        """Write the table."""
        half = self._path.with_name(f".{self._path.name}.half")
        with half.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(row for _, row in sorted(self._rows.items()))
        os.replace(half, self._path)
