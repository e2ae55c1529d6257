"""Who is in the class: students' ids, and the names, numbers and addresses by which uploads can be recognized.

The class list is what `nbgrader db student import students.csv` puts into the gradebook: every student with a name, an
address or a number. Students with nothing but an id don't belong to it, because grading itself adds those. A roster
file adds students to the class list, and further names and numbers of those who are in it.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from grading.classroom import Classroom
from grading.collecting.uploads import Unusable
from grading.intake.reading import Refused
from grading.platforms.interface import Label

LONGEST_STUDENT = 64  # characters
STUDENT = re.compile(rf"\w[\w.@+-]{{0,{LONGEST_STUDENT - 1}}}")

_IMPORTED = ("id", "first_name", "last_name", "email", "lms_user_id")
_ROSTER = ("student", "name", "lms_id")


class Member(NamedTuple):
    """What one source says about a student; all but the id may be empty."""

    student: str
    name: str = ""
    lms_id: str = ""
    email: str = ""


class Person(NamedTuple):
    """The student that a label means.

    Attributes:
        student: id.
        bearer: tells apart people whose names have led to the same id; empty if the student is certain.
    """

    student: str
    bearer: str = ""


class ClassList:
    """Finds students by what the name of an upload says about them."""

    def __init__(self, members: Iterable[Member]) -> None:
        """Take the students of the class, each of them once or more.

        Raises:
            Unusable: an id cannot be the name of a folder, or two students have the same number.
        """
        self._students: set[str] = set()
        self._by_number: dict[str, str] = {}
        self._by_name = defaultdict[str, set[str]](set)
        self._by_email = defaultdict[str, set[str]](set)
        for member in members:
            if not STUDENT.fullmatch(member.student):
                raise Unusable(f"The class list's student {member.student!r} cannot be the name of a folder.")
            if member.lms_id and self._by_number.setdefault(member.lms_id, member.student) != member.student:
                raise Unusable(f"The class list gives the number {member.lms_id!r} to two students.")
            self._students.add(member.student)
            for spelling in _spellings(member.name):
                self._by_name[spelling].add(member.student)
            if member.email:
                self._by_email[member.email.casefold()].add(member.student)

    def find(self, label: Label) -> Person | Refused:
        """Return the student that a label means, or the reason why nobody can tell."""
        if label.ids:
            return self._with_id(label)
        namesakes = self._by_name.get(_letters(label.name), set())
        if student := self._by_number.get(label.lms_id):
            # Not all platforms give a student the same number everywhere.
            if namesakes and student not in namesakes:
                return Refused("Its name and its number are those of two students of the class list.")
            return Person(student)
        if not namesakes:
            return Refused("Neither its name nor its number is in the class list.")
        if len(namesakes) > 1:
            return Refused("Several students of the class list have this name: put the number into a roster's lms_id.")
        (student,) = namesakes
        return Person(student, label.lms_id)

    def _with_id(self, label: Label) -> Person | Refused:
        named = [{id} & self._students or self._by_email.get(id.casefold(), set()) for id in label.ids]
        students = set().union(*named)
        if len(students) > 1:
            return Refused("Its name begins with several students of the class list.")
        return Person(*students) if students else Refused("Its name begins with no student of the class list.")


def read_class_list(classroom: Classroom, roster: Path | None = None) -> ClassList | None:
    """Read the class list.

    Args:
        classroom: whose gradebook it is.
        roster: CSV file with the columns of students.csv (id, first_name, last_name, email, lms_user_id; all but the
            first may be missing) or with the columns student, name and lms_id.

    Returns:
        The students of both; None if the gradebook has no class list, and there is no roster.

    Raises:
        Unusable: the roster is not such a file, or the class list contradicts itself.
        OSError: the roster cannot be read.
    """
    members = _of_gradebook(classroom)
    if roster is None and not members:
        return None
    return ClassList([*members, *(_of_roster(roster) if roster else [])])


def _of_gradebook(classroom: Classroom) -> list[Member]:
    with classroom.gradebook() as gradebook:
        members = [
            _imported(student.id, student.first_name, student.last_name, student.email, student.lms_user_id)
            for student in gradebook.students
        ]
    return [member for member in members if any(member[1:])]


def _of_roster(path: Path) -> list[Member]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            columns = rows.fieldnames or ()
            if "id" in columns:
                return [_imported(*(row.get(column) for column in _IMPORTED)) for row in rows]
            if set(_ROSTER) <= set(columns):
                return [Member(*((row[column] or "").strip() for column in _ROSTER)) for row in rows]
    except (UnicodeDecodeError, csv.Error):
        raise Unusable(f"{path} is not a CSV file in UTF-8.") from None
    raise Unusable(f"{path} needs the columns {', '.join(_ROSTER)}, or those of students.csv: {', '.join(_IMPORTED)}.")


def _imported(id: str | None, first: str | None, last: str | None, email: str | None, number: str | None) -> Member:
    """Make a member of the columns that nbgrader imports."""
    first, last = (first or "").strip(), (last or "").strip()
    return Member((id or "").strip(), f"{first} {last}".strip(), (number or "").strip(), (email or "").strip())


def _spellings(name: str) -> set[str]:
    """Spell a name starting at each of its words: some platforms write the last name first, and omit the blanks."""
    words = name.replace(",", " ").split()
    return {_letters("".join(words[start:] + words[:start])) for start in range(len(words))} - {""}


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, normalize("NFC", name).casefold()))
