"""nbgrader's exchange: a folder through which students get assignments, hand in, and get feedback."""

import re
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nbgrader.apps import NbGraderAPI

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom
from grading.collecting.uploads import Remark, Unusable, Upload, at_second, is_notebook
from grading.intake import timestamp
from grading.nbgrader_steps import succeeded

SECRET = "submission_secret.txt"
# How the lines of nbgrader's log begin that name what was not collected.
LEFT = "Left in the exchange: "

_WARNING = re.compile(
    rf"{LEFT}(?P<left>.*)|(?P<folder>[^/\n]+) claims to be submitted by .* but is owned by (?P<by>.*);"
)


def open_exchange(classroom: Classroom) -> NbGraderAPI:
    """Return nbgrader, once it is certain that it has an exchange for the course.

    Raises:
        Unusable: there is none.
    """
    nbgrader = classroom.nbgrader()
    if not nbgrader.exchange_is_functional:
        raise Unusable(
            f"There is no exchange: {nbgrader.exchange_root} does not exist, or you may not write there. "
            "nbgrader_config.py can name another, as c.Exchange.root."
        )
    root = nbgrader.exchange_root
    if root and not Path(root, nbgrader.course_id, "inbound").is_dir():
        raise Unusable(f"No assignment is in the exchange {root} yet: nbgrader release_assignment NAME.")
    return nbgrader


class Inbound(NamedTuple):
    """What was found in the exchange.

    Attributes:
        uploads: the last submission of each student and assignment.
        remarks: on what is left in the exchange, and on what another account put there.
    """

    uploads: list[Upload]
    remarks: list[Remark]


def read_exchange(classroom: Classroom, scratch: Path, assignment: str | None = None) -> Inbound:
    """Collect what students have handed in through the exchange, by nbgrader's own means, into a scratch folder.

    Args:
        classroom: whose exchange it is.
        scratch: an empty folder.
        assignment: the only one; by default all.

    Raises:
        Unusable: there is no exchange.
        grading.nbgrader_steps.StepFailed: nbgrader cannot read it.
    """
    nbgrader, collected = open_exchange(classroom), scratch / "exchange"
    nbgrader.coursedir.submitted_directory = str(collected)
    inbound = Inbound([], [])
    for name in [assignment] if assignment else ASSIGNMENTS:
        log = succeeded(nbgrader.collect(name), f"{name} cannot be collected from the exchange")
        inbound.remarks.extend(map(_remark, _WARNING.finditer(log)))
        inbound.uploads.extend(map(_upload, sorted(collected.glob(f"*/{name}"))))
    return inbound


def _upload(folder: Path) -> Upload:
    student, assignment = folder.parts[-2:]
    path, secret = PurePosixPath(student, assignment), folder / SECRET
    notebooks = {
        str(path / file.relative_to(folder)): file
        for file in sorted(folder.rglob("*"))
        if is_notebook(file.name) and file.is_file()
    }
    return Upload(
        path,
        None,
        notebooks,
        {} if notebooks else {str(path): "The submission has no notebook."},
        timestamp.read(folder) or at_second(folder.stat().st_mtime),
        student,
        secret if secret.is_file() else None,
    )


def _remark(warning: re.Match[str]) -> Remark:
    if warning["left"]:
        what, _, reason = warning["left"].rpartition(": ")
        return what.strip("'\""), reason
    return warning["folder"], f"It was put into the exchange by the account {warning['by']!r}."


def release_feedback(classroom: Classroom, assignment: str | None = None) -> tuple[int, int]:
    """Put feedback pages into the exchange, for students to fetch.

    nbgrader hands a page back by a key that came with the submission. Submissions that came some other way have none.

    Args:
        classroom: whose pages and exchange they are.
        assignment: the only one; by default all.

    Returns:
        How many pages were put there, and how many have no key.

    Raises:
        Unusable: there is no exchange.
        grading.nbgrader_steps.StepFailed: nbgrader cannot write there.
    """
    nbgrader = open_exchange(classroom)
    released = others = 0
    for name in [assignment] if assignment else ASSIGNMENTS:
        folders = {page.parent for page in (classroom.directory / "feedback").glob(f"*/{name}/{name}.html")}
        without = {folder for folder in folders if not _can_be_handed_back(folder)}
        if folders != without:
            nbgrader.coursedir.student_id_exclude = ",".join(folder.parts[-2] for folder in without)
            succeeded(nbgrader.release_feedback(name), f"The feedback on {name} cannot be released")
        released += len(folders - without)
        others += len(without)
    return released, others


def _can_be_handed_back(folder: Path) -> bool:
    """Check whether nbgrader finds what it reads beside a page: a key, which is text, and a time."""
    try:
        (folder / SECRET).read_text()
        (folder / timestamp.NAME).read_text()
    except (OSError, UnicodeDecodeError):
        return False
    return True
