"""Where a class lives: the folders and the gradebook of nbgrader, under one roof."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
CLASS_DIRECTORY = ROOT / "_class"


@dataclass(frozen=True)
class Classroom:
    """One class, with the settings of nbgrader_config.py.

    Attributes:
        directory: holds the release, submissions, marked work and feedback. The gradebook is the one that
            nbgrader_config.py names; a class in another folder than the course's own has its gradebook there, and
            its exchange.
    """

    directory: Path = CLASS_DIRECTORY

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)

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
        """Tell where the gradebook is, without the password."""
        url = make_url(self.config().CourseDirectory.db_url)
        return url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who marks this class; the system ends that with the process, however it ends.

        Raises:
            OSError: somebody else does it already.
        """
        import fcntl  # not on Windows, where the course's other commands work

        folder = os.open(self.directory, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OSError(errno.EBUSY, "this class is being graded already", str(self.directory)) from None
            yield
        finally:
            os.close(folder)

    def notebook(self, step: str, student: str, assignment: str) -> Path:
        """Tell where the student's notebook lies at this step: "submitted" or "autograded"."""
        return self.directory / step / student / assignment / f"{assignment}.ipynb"

    def feedback(self, student: str, assignment: str) -> Path:
        """Tell where the student's feedback lies."""
        return self.directory / "feedback" / student / assignment / f"{assignment}.html"

    def submissions(self) -> list[tuple[str, str]]:
        """List what has been handed in, as (student, assignment)."""
        notebooks = (self.directory / "submitted").glob("*/*/*.ipynb")
        return sorted((path.parts[-3], path.parts[-2]) for path in notebooks if path.stem == path.parts[-2])
