"""The owner of an upload: the platform wrote it before the student's own file name.

Only the outermost name counts, and only its beginning. Students choose the rest: a file's own name, and all names in an
archive.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from grading.assignments import ASSIGNMENTS
from grading.collecting.class_list import LONGEST_STUDENT, STUDENT, ClassList, Person
from grading.intake.reading import Refused
from grading.platforms import read_label
from grading.platforms.interface import Label


@dataclass(frozen=True)
class Owner:
    """The student who made an upload, and what else its name says.

    Attributes:
        student: id.
        bearer: tells apart people whose names have led to the same id; empty if the student is certain.
        serial: the platform's number of the upload; later uploads have greater ones.
        on_time: whether the platform says that the upload is not late.
    """

    student: str
    bearer: str = ""
    serial: int | None = None
    on_time: bool = False


def owner_of(upload: PurePosixPath, class_list: ClassList | None) -> Owner | Refused:
    """Return the owner of an upload, or the reason why nobody can tell.

    Args:
        upload: its path, as the platform gave it.
        class_list: the only students who can be its owner. Without one, students are named after their uploads: "Ada
            Lovelace" becomes ada-lovelace.
    """
    label = read_label(_without_assignment(upload))
    if label is None:
        return Refused("No platform that is known here gives such names.")
    if isinstance(label, Refused):
        return label
    person = class_list.find(label) if class_list else _named_after(label)
    if isinstance(person, Refused):
        return person
    return Owner(person.student, person.bearer, label.serial, label.on_time)


def _named_after(label: Label) -> Person | Refused:
    """Make an id out of what the label says."""
    if label.name:
        student = re.sub(r"[^\w.@+-]+", "-", label.name.casefold()).strip("-._@+")[:LONGEST_STUDENT]
        return Person(student, label.lms_id) if student else Refused("The name in it has no letters.")
    if label.certain and STUDENT.fullmatch(label.ids[0]):
        return Person(label.ids[0], label.ids[0])
    return Refused("Its name does not say whose it is: a class list could.")


def _without_assignment(upload: PurePosixPath) -> PurePosixPath:
    """Leave out the folder of an assignment around the uploads, and spell the outermost name in one way."""
    first, *rest = upload.parts[1:] if len(upload.parts) > 1 and upload.parts[0] in ASSIGNMENTS else upload.parts
    return PurePosixPath(normalize("NFC", first), *rest)
