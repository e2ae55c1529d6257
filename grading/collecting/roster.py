"""Whose an upload is: what the LMS wrote before the student's own file name, and the roster where there is one.

Only the outermost name counts, and of that its beginning. Students choose the rest: a file's own name, and all names in
an archive.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from grading.assignments import ASSIGNMENTS
from grading.collecting.uploads import Unusable
from grading.intake.reading import Refused

LONGEST_STUDENT = 64

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<lms_id>\d+)_assignsubmission_[a-z]+(?:_.*)?")
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>late_)?(?P<lms_id>\d+)_(?P<serial>\d+)_.+", re.IGNORECASE)
_PLAIN = re.compile(rf"(?P<student>.+?)_(?:{'|'.join(map(re.escape, ASSIGNMENTS))})(?:-\d+| ?\(\d+\))?")
_ENDINGS = re.compile(r"(?:\.ipynb|\.zip|\.txt|\.json)+$", re.IGNORECASE)
_STUDENT = re.compile(rf"\w[\w.@+-]{{0,{LONGEST_STUDENT - 1}}}")


@dataclass(frozen=True)
class Owner:
    """Whose an upload is, and what else its name says.

    Attributes:
        student: id.
        bearer: tells apart people whose names have led to the same id; empty where a roster is sure of the student.
        serial: Canvas's number of the file; later uploads have greater ones.
        on_time: whether the LMS says that the upload is not late.
    """

    student: str
    bearer: str = ""
    serial: int | None = None
    on_time: bool = False


class Roster:
    """Who is in the class: students' ids by the names and numbers that the LMS has for them."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Take rows of (student, name, lms_id); name and lms_id may be empty, and a student may have several rows."""
        self._students: set[str] = set()
        self._by_number: dict[str, str] = {}
        self._by_name: defaultdict[str, set[str]] = defaultdict(set)
        for student, name, number in rows:
            if not _STUDENT.fullmatch(student):
                raise Unusable(f"The roster's student {student!r} cannot be the name of a folder.")
            if number and self._by_number.setdefault(number, student) != student:
                raise Unusable(f"The roster gives the lms_id {number!r} to two students.")
            self._students.add(student)
            for order in _orders(name):
                self._by_name[order].add(student)

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """Read a CSV file with the columns student, name and lms_id.

        Raises:
            Unusable: it is no such file, or contradicts itself.
            OSError: it cannot be read.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (UnicodeDecodeError, csv.Error):
            raise Unusable(f"{path} is not a CSV file in UTF-8.") from None
        columns = ("student", "name", "lms_id")
        if rows and not set(columns) <= rows[0].keys():
            raise Unusable(f"{path} needs the columns {', '.join(columns)}.")
        return cls(tuple((row[column] or "").strip() for column in columns) for row in rows)

    def owner(self, path: PurePosixPath) -> Owner | Refused:
        """Tell whose an upload is."""
        outer, alone = _outer(path)
        if labelled := _label(outer, alone):
            return self._labelled(labelled)
        for student in _beginnings(outer) if alone else [outer]:
            if student in self._students:
                return Owner(student)
        return Refused("Its name begins with no student of the roster.")

    def _labelled(self, label: re.Match) -> Owner | Refused:
        number = label["lms_id"]
        if number in self._by_number:
            return _labelled(label, self._by_number[number], "")
        students = self._by_name.get(_letters(label["name"]), set())
        if not students:
            return Refused("Neither its name nor its number is in the roster.")
        if len(students) > 1:
            return Refused("Several students of the roster have this name: put the number into its column lms_id.")
        return _labelled(label, *students, number)


def owner(path: PurePosixPath) -> Owner | Refused:
    """Tell whose an upload is, without a roster: a full name becomes an id, as "Ada Lovelace" becomes ada-lovelace."""
    outer, alone = _outer(path)
    if label := _label(outer, alone):
        student = re.sub(r"[^\w.@+-]+", "-", label["name"].casefold()).strip("-._@+")[:LONGEST_STUDENT]
        return _labelled(label, student, label["lms_id"]) if student else Refused("The name in it has no letters.")
    plain = _PLAIN.fullmatch(_ENDINGS.sub("", outer)) if alone else None
    student = plain["student"] if plain else "" if alone else outer
    in_its_folder = alone or all(part in ASSIGNMENTS for part in _below(path).parts[1:-1])
    if not in_its_folder or student in ASSIGNMENTS or not _STUDENT.fullmatch(student):
        return Refused("Its name does not say whose it is: a roster could.")
    return Owner(student, student)


def _below(path: PurePosixPath) -> PurePosixPath:
    """Leave out the folder of an assignment around the uploads."""
    return PurePosixPath(*path.parts[1:]) if len(path.parts) > 1 and path.parts[0] in ASSIGNMENTS else path


def _outer(path: PurePosixPath) -> tuple[str, bool]:
    """Give the outermost name, and whether it is the file's own."""
    below = _below(path)
    return normalize("NFC", below.parts[0]), len(below.parts) == 1


def _label(outer: str, alone: bool) -> re.Match | None:
    return _MOODLE.fullmatch(outer) or (_CANVAS.fullmatch(outer) if alone else None)


def _beginnings(name: str) -> list[str]:
    """List what may be the student's id in a file's name, longest first; before an assignment's name only that is."""
    stem = _ENDINGS.sub("", name)
    if plain := _PLAIN.fullmatch(stem):
        return [plain["student"]]
    words = stem.split("_")
    return ["_".join(words[:end]) for end in range(len(words), 0, -1)]


def _labelled(label: re.Match, student: str, bearer: str) -> Owner:
    said = label.groupdict()
    if "serial" not in said:
        return Owner(student, bearer)
    return Owner(student, bearer, int(said["serial"]), on_time=not said["late"])


def _orders(name: str) -> set[str]:
    """Spell a name from each of its words on: Canvas writes the last name first, and no blanks."""
    words = name.replace(",", " ").split()
    return {_letters("".join(words[start:] + words[:start])) for start in range(len(words))} - {""}


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, normalize("NFC", name).casefold()))
