"""Where a class lives: the folders and the gradebook of nbgrader, under one roof."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
CLASS_DIRECTORY = ROOT / "_class"


class Submission(NamedTuple):
    """What one student handed in for one assignment."""

    student: str
    assignment: str


@dataclass(frozen=True)
class Classroom:
    """One class, with the settings of nbgrader_config.py.

    Attributes:
        directory: holds the release, submissions, marked work and feedback. The gradebook is the one that
            nbgrader_config.py names; a class in another folder than the course's own has its gradebook and its exchange
            in that folder.
    """

    directory: Path = CLASS_DIRECTORY

    def config(self) -> Config:
        """Load nbgrader_config.py, with this class's folders."""
        config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        for step in ("release", "submitted", "autograded", "feedback"):
            config.CourseDirectory[f"{step}_directory"] = str(self.directory / step)
        if self.directory != CLASS_DIRECTORY:
            config.CourseDirectory.db_url = f"sqlite:///{self.directory}/gradebook.db"
            config.Exchange.root = str(self.directory / "exchange")
        return config

    def nbgrader(self) -> NbGraderAPI:
        """Open nbgrader on this class."""
        config = self.config()
        return NbGraderAPI(CourseDirectory(config=config), config=config)

    def gradebook(self) -> Gradebook:
        """Open the gradebook; use it as a context manager."""
        return Gradebook(self.config().CourseDirectory.db_url)

    def place_of_the_gradebook(self) -> str:
        """Return where the gradebook is, without the password."""
        url = make_url(self.config().CourseDirectory.db_url)
        if url.get_backend_name() == "sqlite":
            return str(url.database)
        return url.render_as_string(hide_password=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else mark this class meanwhile. The system ends that with the process, however it ends.

        Raises:
            OSError: somebody else is marking it.
        """
        try:
            with FileLock(self.directory / ".lock", timeout=0):
                yield
        except Timeout:
            raise OSError(errno.EBUSY, "this class is being graded already", str(self.directory)) from None

    def notebook(self, step: str, student: str, assignment: str) -> Path:
        """Return the path of a student's notebook at a step: "submitted" or "autograded"."""
        return self.directory / step / student / assignment / f"{assignment}.ipynb"

    def feedback(self, student: str, assignment: str) -> Path:
        """Return the path of a student's feedback page."""
        return self.directory / "feedback" / student / assignment / f"{assignment}.html"

    def submissions(self) -> list[Submission]:
        """List what has been handed in, by student: folders with a notebook, and what is in the place of a folder."""
        return sorted(
            Submission(student.name, folder.name)
            for student in self._students()
            if why_no_student(student) is None
            for folder in _entries(student)
            if _is_handed_in(folder)
        )

    def left_alone(self) -> dict[Path, str]:
        """Return what is in the place of a student's folder but cannot be one, and why, as sentences."""
        reasons = {student: why_no_student(student) for student in self._students()}
        return {student: reason for student, reason in reasons.items() if reason and not student.name.startswith(".")}

    def _students(self) -> list[Path]:
        return sorted(_entries(self.directory / "submitted"))


def why_no_student(folder: Path) -> str | None:
    """Return the reason why nothing in a folder can be handed in, as a sentence; None if it can be a student's.

    Args:
        folder: submitted/<student>, whatever it is.
    """
    name = folder.name
    if not name.isprintable() or name != name.strip() or name != escape(name):
        return "Its name cannot be a student's: nbgrader would take it for another, or for a pattern."
    if folder.is_symlink() or not folder.is_dir():
        return "It is not a folder."
    if not os.access(folder, os.R_OK | os.X_OK):
        return "It may not be read."
    return None


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_handed_in(folder: Path) -> bool:
    """Check whether a notebook may be in a folder, or somebody has put something else in the folder's place."""
    try:
        if stat.S_ISDIR(folder.lstat().st_mode):
            folder.joinpath(f"{folder.name}.ipynb").lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True  # nobody can tell
    return True
