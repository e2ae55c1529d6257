"""Collecting what students have handed in into submitted/<student>/<assignment>/<assignment>.ipynb.

The outer name of an upload to a learning platform tells whose it is; its content, which assignment; its own time, not
one in a student's archive, when it was made. nbgrader's exchange says all of this itself. The newest counts. Nothing is
lost: older notebooks go to `superseded`, and what cannot be matched goes to `unmatched`, which can be collected again;
what the exchange holds stays there.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grading.classroom import Classroom, Submission
from grading.collecting.candidates import Candidate, Version
from grading.collecting.class_list import ClassList, read_class_list
from grading.collecting.exchange import read_exchange
from grading.collecting.ledger import Ledger
from grading.collecting.newest import Placed, place
from grading.collecting.owner import Owner, owner_of
from grading.collecting.recognize import recognize
from grading.collecting.unmatched import UNMATCHED, keep, no_longer_keep
from grading.collecting.uploads import Remark, Unusable, Upload, read_uploads
from grading.intake.faults import concerns_everybody
from grading.intake.reading import Refused

Candidates = dict[Submission, list[Candidate]]
Problems = dict[PurePosixPath, list[Remark]]
"""What could not be matched, by the path of the upload."""


@dataclass(frozen=True)
class Collected:
    """What collecting came to.

    Attributes:
        submissions: what is new in `submitted`.
        unchanged: how many were there already.
        superseded: (file, why) of what was set aside.
        unmatched: (file, why) of what needs a look.
        remarks: (file, why) of what needs a look in the exchange.
    """

    submissions: list[Submission]
    unchanged: int
    superseded: list[Remark]
    unmatched: list[Remark]
    remarks: list[Remark]


def collect(
    classroom: Classroom,
    path: Path | None = None,
    assignment: str | None = None,
    roster: Path | None = None,
    on_time: bool = False,
) -> Collected:
    """Collect what is handed in. Run again, it changes nothing.

    Whose an upload is must be clear from the class list, in the gradebook or a roster. Without one, students are named
    after their uploads.

    Args:
        classroom: receives submitted/, superseded/, unmatched/ and collected.csv.
        path: the folder or zip that the platform gave; also `unmatched` of the classroom itself. By default nbgrader's
            exchange, which knows who submitted what.
        assignment: the only one to collect; by default each notebook's own.
        roster: CSV file that adds to the class list of the gradebook; see `read_class_list`.
        on_time: whether everything counts as handed in by the due date, because files have the time of the download.

    Returns:
        What was collected and what was not.

    Raises:
        grading.collecting.uploads.Unusable: `path`, `roster` or the class list is not what it should be, or there is no
            exchange.
        OSError: no file can be read or written. Run it again.
    """
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=classroom.directory) as scratch:
        class_list, remarks = None, list[Remark]()
        if path:
            class_list = read_class_list(classroom, roster)
            uploads = list(read_uploads(path, Path(scratch)))
        else:
            uploads, remarks = read_exchange(classroom, Path(scratch), assignment)
        if not uploads and not remarks:
            raise Unusable(f"{path} is empty." if path else "Nothing has been handed in through the exchange.")
        candidates, problems = _sort(uploads, class_list, assignment, on_time)
        ledger = Ledger(classroom)
        for submission in [one for one in candidates if _several_people(candidates[one], ledger.current(one))]:
            for candidate in candidates.pop(submission):
                problems[candidate.upload.path].append((candidate.shown, _namesakes(submission.student)))
        placed = _place_all(classroom, ledger, candidates, problems)
        for upload in uploads:
            with _telling(problems, upload, str(upload.path)):
                (keep if problems[upload.path] else no_longer_keep)(upload, classroom.directory / UNMATCHED)
    return Collected(
        submissions=[submission for submission, of_it in placed.items() if of_it.changed],
        unchanged=sum(not of_it.changed for of_it in placed.values()),
        superseded=[remark for of_it in placed.values() for remark in of_it.superseded],
        unmatched=[remark for upload in uploads for remark in problems[upload.path]],
        remarks=remarks,
    )


def _sort(
    uploads: Iterable[Upload], class_list: ClassList | None, assignment: str | None, on_time: bool
) -> tuple[Candidates, Problems]:
    """Find out whose each upload is, and which assignments it holds."""
    candidates, problems = (
        defaultdict[Submission, list[Candidate]](list),
        defaultdict[PurePosixPath, list[Remark]](list),
    )
    for upload in uploads:
        problems[upload.path] += upload.refused.items()
        if not upload.notebooks:
            continue
        owner = Owner(upload.student) if upload.student else owner_of(upload.path, class_list)
        if isinstance(owner, Refused):
            problems[upload.path].append((str(upload.path), owner.reason))
            continue
        notebooks, remarks = recognize(upload, assignment)
        problems[upload.path] += remarks
        for shown, name in notebooks.items():
            candidate = Candidate(
                file=upload.notebooks[shown],
                shown=shown,
                time=upload.uploaded,
                serial=owner.serial,
                bearer=owner.bearer,
                upload=upload,
                on_time=on_time or owner.on_time,
            )
            candidates[Submission(owner.student, name)].append(candidate)
    return candidates, problems


def _several_people(candidates: list[Candidate], current: Version | None) -> bool:
    versions = [*candidates, *([current] if current else [])]
    return len({version.bearer for version in versions} - {""}) > 1


def _namesakes(student: str) -> str:
    return f"Several people are called {student}: a roster can tell them apart, by lms_id."


def _place_all(
    classroom: Classroom, ledger: Ledger, candidates: Candidates, problems: Problems
) -> dict[Submission, Placed]:
    """Place what can be placed, and note the others among the problems."""
    placed: dict[Submission, Placed] = {}
    any_on_time = any(candidate.on_time for those in candidates.values() for candidate in those)
    due = _due_dates(classroom) if any_on_time else {}
    try:
        for submission, those in candidates.items():
            with _telling(problems, those[-1].upload, those[-1].shown):
                placed[submission] = place(classroom, ledger, submission, those, due.get(submission.assignment))
    finally:
        # Even if interrupted: the next run needs to know what is in `submitted`.
        ledger.write()
    return placed


@contextmanager
def _telling(problems: Problems, upload: Upload, shown: str) -> Iterator[None]:
    """Note, among the problems of an upload, that its files cannot be read or written."""
    try:
        yield
    except OSError as error:
        if concerns_everybody(error):
            raise
        problems[upload.path].append((shown, f"It cannot be collected: {error.strerror} ({error.filename})."))


def _due_dates(classroom: Classroom) -> dict[str, datetime | None]:
    with classroom.gradebook() as gradebook:
        return {
            assignment.name: assignment.duedate and assignment.duedate.replace(tzinfo=UTC)
            for assignment in gradebook.assignments
        }
