"""What the course asks of a learning platform. Each platform answers in its own module."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from nbgrader.api import Student

from grading.intake.reading import Refused

Row = dict[str, str | None]

AMBIGUOUS = Refused("Its name can be read in several ways: rename it, for example to ada_momentum.ipynb.")


@dataclass(frozen=True)
class Label:
    """What the name of an upload says about its student: a name and a number, or an id.

    Attributes:
        name: the student's full name, its parts in any order.
        lms_id: the platform's number for the student.
        ids: what may be the student's id or email address, the likeliest first.
        certain: whether the first of `ids` is the id even if there is no class list to confirm it.
        serial: the platform's number of the upload; later uploads have greater ones.
        on_time: whether the platform says that the upload is not late.
    """

    name: str = ""
    lms_id: str = ""
    ids: tuple[str, ...] = ()
    certain: bool = False
    serial: int | None = None
    on_time: bool = False


def _no_rows(most_points: Row) -> list[Row]:
    return []


@dataclass(frozen=True)
class MarksFile:
    """The CSV file that a platform imports: a header, perhaps some rows of its own, and a row for each student.

    Attributes:
        identity: returns the columns by which the platform recognizes a student, in order; cells may be None. The
            columns of the assignments follow.
        help: how to import the file, in a sentence.
        rows_above: returns the rows of its own, given the most points of each assignment.
    """

    identity: Callable[[Student], Row]
    help: str
    rows_above: Callable[[Row], list[Row]] = _no_rows


@dataclass(frozen=True)
class Platform:
    """A learning platform.

    Attributes:
        name: as instructors type it.
        help: how to download uploads from it, in a sentence.
        read_label: returns the label of an upload; None if it isn't from this platform, and `AMBIGUOUS` if its name can
            be read in several ways. The path begins as the platform made it; students choose the file's own name,
            everything in an archive, and often the name by which the platform knows them.
        marks_file: what the platform imports; None if it imports no marks.
    """

    name: str
    help: str
    read_label: Callable[[PurePosixPath], Label | Refused | None]
    marks_file: MarksFile | None = None
