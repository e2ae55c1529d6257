"""Collecting what students have handed in into submitted/<student>/<assignment>/<assignment>.ipynb.

Whose an upload to an LMS is, its outer name says; which assignment, its content; when it was made, its own time, not
one in a student's archive. nbgrader's exchange says all of this itself. The newest counts. Nothing is lost: older ones
go to `superseded`, what cannot be matched to `unmatched`, which can be collected again, with a roster; what the
exchange holds stays there. A table `collected.csv` remembers what lies in `submitted`.
"""

import csv
import filecmp
import hashlib
import os
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grading.assignments import ASSIGNMENTS
from grading.classroom import ROOT, Classroom
from grading.collecting.exchange import read_exchange
from grading.collecting.roster import Owner, Roster, owner
from grading.collecting.uploads import Unusable, Upload, read_uploads
from grading.intake import timestamp
from grading.intake.reading import Refused, read_submission

UNMATCHED = "unmatched"
SUPERSEDED = "superseded"
LEDGER = "collected.csv"

_COLUMNS = ("student", "assignment", "uploaded", "serial", "bearer", "file")
_DEFINITION = re.compile(r"^def (\w+)", re.MULTILINE)
_COPY = re.compile(r"(?:-(\d{1,4})| ?\((\d{1,4})\))\.ipynb")

Submission = tuple[str, str]


@dataclass
class Collected:
    """What collecting came to.

    Attributes:
        submissions: (student, assignment) of what is newly in `submitted`.
        unchanged: how many were there already.
        superseded: (file, why) of what was kept aside.
        unmatched: (file, why) of what needs a look.
        remarks: (file, why) of what is in the exchange and needs one.
    """

    submissions: list[Submission] = field(default_factory=list)
    unchanged: int = 0
    superseded: list[tuple[str, str]] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    """A notebook that may be what a student submits for an assignment; one is what lies in `submitted` already."""

    file: Path
    shown: str
    time: int
    upload: Upload | None = None
    serial: int | None = None
    bearer: str = ""
    on_time: bool = False

    def age(self, by_serial: bool) -> tuple:
        """Give what is greater the newer it is; within an archive its own times count, and of a tie what is there."""
        copy = _COPY.search(self.shown)
        number = int(copy[1] or copy[2]) if copy else 0
        serial = self.serial if by_serial else 0
        return serial, self.time, int(self.file.stat().st_mtime), number, self.upload is None, self.shown


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
        path: the folder or zip that the LMS gave; also `unmatched` of the classroom itself. By default nbgrader's
            exchange.
        assignment: the only one to collect; by default each notebook's own.
        roster: CSV file with the columns student, name and lms_id. Then nobody else is collected.
        on_time: whether to take all for handed in by the due date, where files bear the time of the download.

    Returns:
        What was collected and what was not.

    Raises:
        grading.collecting.uploads.Unusable: `path` or `roster` is not what it should be, or there is no exchange.
        OSError: a file cannot be read or written. Run it again.
    """
    whose = Roster.read(roster).owner if roster else owner
    collected, problems = Collected(), defaultdict(list)
    candidates: defaultdict[Submission, list[_Candidate]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix=".collecting-", dir=classroom.directory) as scratch:
        if path:
            uploads = list(read_uploads(path, Path(scratch)))
        else:
            uploads = list(read_exchange(classroom, Path(scratch), assignment, collected.remarks))
        if not uploads:
            raise Unusable("Nothing has been handed in through the exchange." if path is None else f"{path} is empty.")
        for upload in uploads:
            problems[upload.path] += upload.refused.items()
            if not upload.notebooks:
                continue
            if isinstance(of := Owner(upload.student) if upload.student else whose(upload.path), Refused):
                problems[upload.path].append((str(upload.path), of.reason))
                continue
            found, reasons = _recognised(upload, assignment)
            problems[upload.path] += reasons
            for name, shown, file in found:
                candidates[of.student, name].append(_candidate(upload, of, file, shown, on_time))
        ledger = _Ledger(classroom.directory / LEDGER)
        any_on_time = any(candidate.on_time for files in candidates.values() for candidate in files)
        due = _due_dates(classroom) if any_on_time else {}
        try:
            for submission, files in candidates.items():
                for candidate in _place(classroom, ledger, due, submission, files, collected):
                    problems[candidate.upload.path].append((candidate.shown, _namesakes(submission[0])))
        finally:
            # Interrupted, too: what lies in `submitted` is known to the next run.
            ledger.write()
        for upload in uploads:
            collected.unmatched += problems[upload.path]
            _keep(upload, classroom.directory / UNMATCHED, bool(problems[upload.path]))
    return collected


def _candidate(upload: Upload, of: Owner, file: Path, shown: str, on_time: bool) -> _Candidate:
    return _Candidate(file, shown, upload.uploaded, upload, of.serial, of.bearer, on_time or of.on_time)


def _namesakes(student: str) -> str:
    return f"Several people are called {student}: tell them apart in a roster, by lms_id."


# --- which assignment ------------------------------------------------------------------------------------------------


def _recognised(upload: Upload, wanted: str | None) -> tuple[list[tuple[str, str, Path]], list[tuple[str, str]]]:
    """Find (assignment, path for the report, file) in an upload, and (path, why) of what is not taken.

    Beside a notebook that is taken, an archive may hold others without a word: drafts, or the whole course.
    """
    found, refused, others = [], [], []
    for shown, file in upload.notebooks.items():
        notebook = read_submission(file)
        if isinstance(notebook, Refused):
            refused.append((shown, notebook.reason))
        elif not (name := assignment_of(notebook)):
            others.append((shown, "No cell of an assignment is in it."))
        elif wanted not in (None, name):
            others.append((shown, f"It is the assignment {name}, which is not collected now."))
        else:
            found.append((name, shown, file))
    return found, refused if found else refused + others


def assignment_of(notebook: NotebookNode) -> str | None:
    """Recognise the assignment by the `grade_id`s of a notebook's cells, and by the functions that they define."""
    marks = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    marks |= {name for cell in notebook.cells if cell.cell_type == "code" for name in _DEFINITION.findall(cell.source)}
    counts = {name: len(marks & of_it) for name, of_it in _marks().items()}
    most = max(counts.values())
    best = [name for name, count in counts.items() if count == most > 0]
    return best[0] if len(best) == 1 else None


@cache
def _marks() -> dict[str, set[str]]:
    """Give the `grade_id`s of each assignment that no other has."""
    marks = {}
    for name in ASSIGNMENTS:
        cells = nbformat.read(ROOT / "assignments" / name / f"{name}.ipynb", as_version=4).cells
        marks[name] = {cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata}
    return {
        name: of_it - set().union(*(others for other, others in marks.items() if other != name))
        for name, of_it in marks.items()
    }


# --- which one counts ------------------------------------------------------------------------------------------------


def _place(
    classroom: Classroom,
    ledger: "_Ledger",
    due: dict[str, datetime | None],
    submission: Submission,
    files: list[_Candidate],
    collected: Collected,
) -> list[_Candidate]:
    """Let the newest notebook count, and keep the others aside; where it is unclear whose they are, give them back."""
    submitted = classroom.notebook("submitted", *submission)
    before = [ledger.current(submission, submitted)] if submitted.exists() else []
    everything = before + files
    if len({candidate.bearer for candidate in everything} - {""}) > 1:
        return files
    by_serial = all(candidate.serial is not None for candidate in everything)
    *others, newest = sorted(everything, key=lambda candidate: candidate.age(by_serial))
    for candidate in others:
        if not filecmp.cmp(candidate.file, newest.file, shallow=False):
            _set_aside(candidate, classroom.directory / SUPERSEDED / Path(*submission))
            collected.superseded.append((candidate.shown, f"Older than {newest.shown}."))
    changed = newest.upload and not (before and filecmp.cmp(newest.file, submitted, shallow=False))
    if not newest.upload and not ledger.knows(submission, newest.time):
        # A run that was interrupted may have placed it.
        newest = next((file for file in others[::-1] if filecmp.cmp(file.file, submitted, shallow=False)), newest)
    if newest.upload:
        _submit(newest, submitted, due.get(submission[1]), changed)
        ledger.note(submission, newest)
    if changed:
        collected.submissions.append(submission)
    else:
        collected.unchanged += 1
    return []


def _submit(candidate: _Candidate, submitted: Path, due: datetime | None, changed: bool) -> None:
    """Let a notebook be what is submitted; where it is already, tell only what is not known of it.

    Interrupted anywhere, it leaves a notebook with its own time, or without one, which the next run adds.
    """
    if candidate.upload.secret:
        _copy(candidate.upload.secret, submitted.with_name(candidate.upload.secret.name))
    # The same work handed in again, later, is not late.
    if not changed and submitted.with_name(timestamp.NAME).exists():
        return
    submitted.parent.mkdir(parents=True, exist_ok=True)
    if changed:
        _copy(candidate.file, submitted, instead_of=submitted.with_name(timestamp.NAME))
    timestamp.write(submitted.parent, _handed_in(candidate, due))


def _handed_in(candidate: _Candidate, due: datetime | None) -> datetime:
    uploaded = datetime.fromtimestamp(candidate.time, UTC)
    return min(uploaded, due.replace(tzinfo=UTC)) if due and candidate.on_time else uploaded


def _due_dates(classroom: Classroom) -> dict[str, datetime | None]:
    with classroom.gradebook() as gradebook:
        return {assignment.name: assignment.duedate for assignment in gradebook.assignments}


def _set_aside(candidate: _Candidate, folder: Path) -> None:
    digest = hashlib.sha256(candidate.file.read_bytes()).hexdigest()[:8]
    _copy(candidate.file, folder / f"{datetime.fromtimestamp(candidate.time, UTC):%Y-%m-%dT%H-%M-%S}-{digest}.ipynb")


def _copy(file: Path, target: Path, instead_of: Path | None = None, with_its_time: bool = False) -> None:
    """Copy a file so that nobody sees half of it; its time is now, for grading looks for what is new."""
    if target.exists() and filecmp.cmp(file, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{hashlib.sha256(target.name.encode()).hexdigest()[:8]}.half")
    (shutil.copy2 if with_its_time else shutil.copyfile)(file, half)
    if instead_of:
        instead_of.unlink(missing_ok=True)
    os.replace(half, target)


class _Ledger:
    """What is known of the notebooks in `submitted`: when they were uploaded, and by whom."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[Submission, dict[str, str]] = {}
        try:
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    datetime.fromisoformat(row["uploaded"])
                    self._rows[row["student"], row["assignment"]] = {column: row[column] for column in _COLUMNS}
        except FileNotFoundError:
            return
        except (KeyError, TypeError, ValueError, csv.Error):
            raise Unusable(f"{path} is not as it was written. Put it back, or delete it.") from None

    def knows(self, submission: Submission, time: int) -> bool:
        """Whether it has noted what was uploaded at this time."""
        return submission in self._rows and time <= _seconds(self._rows[submission]["uploaded"])

    def current(self, submission: Submission, submitted: Path) -> _Candidate:
        """Describe what lies in `submitted`, which may also have come there by another way."""
        row = self._rows.get(submission, {})
        times = list(_times(row.get("uploaded"), submitted.parent))
        time = max(times, default=int(submitted.stat().st_mtime))
        serial = int(row["serial"]) if row.get("serial") else None
        return _Candidate(submitted, "what was submitted before", time, None, serial, row.get("bearer", ""))

    def note(self, submission: Submission, candidate: _Candidate) -> None:
        """Remember a notebook that was placed."""
        uploaded = datetime.fromtimestamp(candidate.time, UTC).isoformat()
        serial = "" if candidate.serial is None else str(candidate.serial)
        values = (*submission, uploaded, serial, candidate.bearer, candidate.shown)
        self._rows[submission] = dict(zip(_COLUMNS, values, strict=True))

    def write(self) -> None:
        """Write the table."""
        half = self._path.with_name(f".{self._path.name}.half")
        with half.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            table.writerows(row for _, row in sorted(self._rows.items()))
        os.replace(half, self._path)


def _seconds(uploaded: str) -> int:
    return int(datetime.fromisoformat(uploaded).timestamp())


def _times(uploaded: str | None, folder: Path) -> Iterator[int]:
    if uploaded:
        yield _seconds(uploaded)
    if told := timestamp.read(folder):
        yield int(told.timestamp())


# --- what is not matched ---------------------------------------------------------------------------------------------


def _keep(upload: Upload, unmatched: Path, has_problems: bool) -> None:
    """Keep an upload that has problems, and no longer keep one that has none now."""
    if upload.file is None:
        return
    kept = unmatched / upload.path
    same = kept.is_file() and filecmp.cmp(upload.file, kept, shallow=False)
    if not has_problems:
        if same:
            kept.unlink()
            _prune(kept.parent, unmatched)
        return
    number = 0
    while kept.exists() and not filecmp.cmp(upload.file, kept, shallow=False):
        number += 1
        kept = (unmatched / upload.path).with_name(f"{upload.path.stem}-{number}{upload.path.suffix}")
    _copy(upload.file, kept, with_its_time=True)


def _prune(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
