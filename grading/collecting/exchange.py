"""nbgrader's exchange: a folder through which students get assignments, hand in, and get their feedback."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from nbgrader.apps import NbGraderAPI

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom
from grading.collecting.uploads import Unusable, Upload, is_notebook
from grading.intake import timestamp
from grading.nbgrader_steps import succeeded
from grading.plugins.collect import LEFT

SECRET = "submission_secret.txt"

_WARNING = re.compile(
    rf"{LEFT}(?P<left>.*)|(?P<folder>[^/\n]+) claims to be submitted by .* but is owned by (?P<by>.*);"
)


def open_exchange(classroom: Classroom) -> NbGraderAPI:
    """Open nbgrader where it has an exchange for the course.

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


def read_exchange(
    classroom: Classroom, scratch: Path, assignment: str | None, remarks: list[tuple[str, str]]
) -> Iterator[Upload]:
    """Collect what students have handed in through the exchange, by nbgrader's own means, into a scratch folder.

    Args:
        classroom: whose exchange it is.
        scratch: an empty folder.
        assignment: the only one; by default all.
        remarks: receives (file, why) of what is left in the exchange, and of what somebody else's account put there.

    Yields:
        The last submission of each student and assignment.

    Raises:
        Unusable: there is no exchange.
        grading.nbgrader_steps.StepFailed: nbgrader cannot read it.
    """
    nbgrader = open_exchange(classroom)
    nbgrader.coursedir.submitted_directory = str(scratch / "exchange")
    for name in [assignment] if assignment else ASSIGNMENTS:
        log = succeeded(nbgrader.collect(name), f"{name} cannot be collected from the exchange")
        remarks += map(_remark, _WARNING.finditer(log))
        for folder in sorted((scratch / "exchange").glob(f"*/{name}")):
            yield _upload(folder)


def _upload(folder: Path) -> Upload:
    student, assignment = folder.parts[-2:]
    notebooks = {
        f"{student}/{assignment}/{file.relative_to(folder)}": file
        for file in sorted(folder.rglob("*"))
        if is_notebook(file.name) and file.is_file()
    }
    path = PurePosixPath(student, assignment)
    secret = folder / SECRET
    return Upload(
        path,
        None,
        notebooks,
        {} if notebooks else {str(path): "The submission holds no notebook."},
        int(told.timestamp() if (told := timestamp.read(folder)) else folder.stat().st_mtime),
        student,
        secret if secret.is_file() else None,
    )


def _remark(warning: re.Match) -> tuple[str, str]:
    if warning["left"]:
        what, _, reason = warning["left"].rpartition(": ")
        return what.strip("'\""), reason
    return warning["folder"], f"It was put into the exchange by the account {warning['by']!r}."


def release_feedback(classroom: Classroom, assignment: str | None = None) -> tuple[int, int]:
    """Put feedback pages into the exchange, for students to fetch.

    nbgrader hands a page back by a key that came with the submission. Who handed in another way has none.

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
        needed = (SECRET, timestamp.NAME)
        without = {folder for folder in folders if not all((folder / file).is_file() for file in needed)}
        if folders != without:
            nbgrader.coursedir.student_id_exclude = ",".join(folder.parts[-2] for folder in without)
            succeeded(nbgrader.release_feedback(name), f"The feedback on {name} cannot be released")
        released += len(folders - without)
        others += len(without)
    return released, others
