"""nbgrader's exchange: a folder through which students get assignments, hand in, and get their feedback."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from errno import ENOSPC
from os import strerror
from pathlib import Path, PurePosixPath

from nbgrader.apps import NbGraderAPI
from nbgrader.exchange.default import ExchangeCollect

from grading.assignments import ASSIGNMENTS
from grading.classroom import Classroom
from grading.collecting.uploads import Unusable, Upload, is_notebook
from grading.intake import timestamp
from grading.intake.reading import set_aside
from grading.nbgrader_steps import succeeded

SECRET = "submission_secret.txt"

_LEFT = "Left in the exchange: "
_WARNING = re.compile(
    rf"{_LEFT}(?P<left>.*)|(?P<folder>[^/\n]+) claims to be submitted by .* but is owned by (?P<by>.*);"
)


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collector, with an eye on what students put into the exchange; nbgrader_config.py names it.

    nbgrader follows links with the instructor's rights: a student who hands in a link to the model answers hands in
    the model answers. And it stops at the first submission that cannot be copied.
    """

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy a submission as nbgrader does, but leave what nothing may open, with a warning."""
        source, refused = Path(src), set_aside(Path(src))
        for entry, why in refused.items():
            self._leave(entry, why.reason)
        if source in refused:
            return
        with tempfile.TemporaryDirectory() as scratch:
            # Students may still write into theirs, and exchange a file for a link; not in this copy.
            copy = Path(scratch, source.name)
            try:
                shutil.copytree(src, copy, symlinks=True, ignore=lambda folder, names: _names(folder, refused))
            except shutil.Error as error:
                if strerror(ENOSPC) in str(error):
                    raise OSError(ENOSPC, strerror(ENOSPC), dest) from None
                self._leave(source, "A file of the submission may not be read.")
                return
            if set_aside(copy):
                self._leave(source, "It changes while it is read.")
                return
            super().do_copy(str(copy), dest, log)

    def _leave(self, what: Path, reason: str) -> None:
        self.log.warning("%s%r: %s", _LEFT, str(what), reason)


def _names(folder: str, entries: dict[Path, object]) -> list[str]:
    return [entry.name for entry in entries if entry.parent == Path(folder)]


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
