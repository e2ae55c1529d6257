"""A gradebook in memory that holds one submission: what nbgrader's steps read and write when a worker runs them.

nbgrader opens its gradebook in each step, ten times per submission, and each time sets up an engine, its tables and its
compiled queries. Here all steps get the same open one.
"""

import pickle
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from nbgrader.api import Base, Gradebook
from nbgrader.converters import autograde
from nbgrader.preprocessors import getgrades, latesubmissions, overwritecells, overwritekernelspec, saveautogrades
from sqlalchemy import create_engine
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker

from grading.running import rows
from grading.running.rows import Rows

STEPS = (autograde, getgrades, latesubmissions, overwritecells, overwritekernelspec, saveautogrades)


class ScratchGradebook(Gradebook):
    """A gradebook in memory."""

    def __init__(self, assignment: Rows) -> None:
        # nbgrader would run a program to ask for the version of the tables, which takes seconds; nobody reads it here.
        self.engine = create_engine("sqlite://")
        self.db = scoped_session(sessionmaker(self.engine))
        Base.metadata.create_all(self.engine)
        self.check_course(course_id="")
        self.course_id, self.authenticator = "", None
        with self.engine.begin() as connection:
            rows.write(connection, assignment)

    def close(self) -> None:
        """Forget what was read; the gradebook stays open for the next step."""
        self.db.remove()

    @contextmanager
    def holding(self, submission: Rows) -> Iterator[None]:
        """Hold a submission for a while, and take the gradebook's place in all of nbgrader's steps."""
        with self.engine.begin() as connection:
            rows.delete(connection)
            rows.write(connection, submission)
        originals = [step.Gradebook for step in STEPS]
        for step in STEPS:
            step.Gradebook = lambda *_, **__: self
        try:
            with warnings.catch_warnings():
                # nbgrader's way of adding a submission, which works.
                warnings.simplefilter("ignore", SAWarning)
                yield
        finally:
            for step, original in zip(STEPS, originals, strict=True):
                step.Gradebook = original
            self.close()

    def submission(self) -> Rows:
        """Return the rows of the submission as nbgrader left them."""
        with self.engine.connect() as connection:
            return rows.read(connection)


@lru_cache(maxsize=16)
def gradebook_of(assignment: bytes) -> ScratchGradebook:
    """Return this process's gradebook for an assignment, whose rows come pickled."""
    return ScratchGradebook(pickle.loads(assignment))
