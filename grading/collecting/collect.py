"""Collecting what students have handed in into submitted/<student>/<assignment>/<assignment>.ipynb.

The outer name of an upload to a learning platform tells whose it is; its content, which assignment; its own time, not
one in a student's archive, when it was made. nbgrader's exchange says all of this itself. The newest counts. Nothing is
lost: older notebooks go to `superseded`, and what cannot be matched goes to `unmatched`, which can be collected again;
what the exchange holds stays there.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grading.classroom import Classroom
from grading.collecting.exchange import read_exchange
from grading.collecting.ledger import LEDGER, Ledger
from grading.collecting.newest import place
from grading.collecting.recognize import recognize
from grading.collecting.roster import Owner, Roster, owner
from grading.collecting.unmatched import UNMATCHED, keep, no_longer_keep
from grading.collecting.uploads import Remark, Unusable, Upload, read_uploads
from grading.collecting.versions import Candidate, Submission, Version
from grading.intake.reading import Refused


@dataclass
class Collected:
    """What collecting came to.

    Attributes:
        submissions: (student, assignment) of what is new in `submitted`.
        unchanged: how many were there already.
        superseded: (file, why) of what was set aside.
        unmatched: (file, why) of what needs a look.
        remarks: (file, why) of what needs a look in the exchange.
    """

    submissions: list[Submission] = field(default_factory=list)
    unchanged: int = 0
    superseded: list[Remark] = field(default_factory=list)
    unmatched: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def collect(
    classroom: Classroom,
    path: Path | None = None,
    assignment: str | None = None,
    roster: Path | None = None,
    on_time: bool = False,
) -> Collected:
    """Collect what is handed in. Run again, it changes nothing.

    Args:
        classroom: receives submitted/, superseded/, unmatched/ and collected.csv.
        path: the folder or zip that the platform gave; also `unmatched` of the classroom itself. By default nbgrader's
            exchange.
        assignment: the only one to collect; by default each notebook's own.
        roster: CSV file with the columns student, name and lms_id. Then nobody else is collected.
        on_time: whether everything counts as handed in by the due date, because files have the time of the download.

    Returns:
        What was collected and what was not.

    Raises:
        grading.collecting.uploads.Unusable: `path` or `roster` is not what it should be, or there is no exchange.
        OSError: a file cannot be read or written. Run it again.
    """
    whose = Roster.read(roster).owner if roster else owner
    collected, problems = Collected(), defaultdict[PurePosixPath, list[Remark]](list)
    candidates = defaultdict[Submission, list[Candidate]](list)
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=classroom.directory) as scratch:
        if path:
            uploads = list(read_uploads(path, Path(scratch)))
        else:
            uploads, collected.remarks = read_exchange(classroom, Path(scratch), assignment)
        if not uploads:
            raise Unusable(f"{path} is empty." if path else "Nothing has been handed in through the exchange.")
        for upload in uploads:
            problems[upload.path] += upload.refused.items()
            if not upload.notebooks:
                continue
            if isinstance(of := Owner(upload.student) if upload.student else whose(upload.path), Refused):
                problems[upload.path].append((str(upload.path), of.reason))
                continue
            notebooks, remarks = recognize(upload, assignment)
            problems[upload.path] += remarks
            for shown, name in notebooks.items():
                candidates[of.student, name].append(_candidate(upload, shown, of, on_time))
        ledger = Ledger(classroom.directory / LEDGER)
        any_on_time = any(candidate.on_time for those in candidates.values() for candidate in those)
        due = _due_dates(classroom) if any_on_time else {}
        try:
            for submission, those in candidates.items():
                current = ledger.current(submission, classroom.notebook("submitted", *submission))
                if _several_people([*those, *([current] if current else [])]):
                    for candidate in those:
                        problems[candidate.upload.path].append((candidate.shown, _namesakes(submission[0])))
                    continue
                placed = place(classroom, ledger, submission, those, due.get(submission[1]))
                collected.superseded += placed.superseded
                if placed.changed:
                    collected.submissions.append(submission)
                else:
                    collected.unchanged += 1
        finally:
            # Interrupted, too: what lies in `submitted` is known to the next run.
            ledger.write()
        for upload in uploads:
            collected.unmatched += problems[upload.path]
            (keep if problems[upload.path] else no_longer_keep)(upload, classroom.directory / UNMATCHED)
    return collected


def _candidate(upload: Upload, shown: str, of: Owner, on_time: bool) -> Candidate:
    return Candidate(
        file=upload.notebooks[shown],
        shown=shown,
        time=upload.uploaded,
        serial=of.serial,
        bearer=of.bearer,
        upload=upload,
        on_time=on_time or of.on_time,
    )


def _several_people(versions: Iterable[Version]) -> bool:
    return len({version.bearer for version in versions} - {""}) > 1


def _namesakes(student: str) -> str:
    return f"Several people are called {student}: tell them apart in a roster, by lms_id."


def _due_dates(classroom: Classroom) -> dict[str, datetime | None]:
    with classroom.gradebook() as gradebook:
        return {
            assignment.name: assignment.duedate and assignment.duedate.replace(tzinfo=UTC)
            for assignment in gradebook.assignments
        }
