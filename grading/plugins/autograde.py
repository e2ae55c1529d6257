"""What makes nbgrader's own `autograde` and formgrader safe: two classes that nbgrader_config.py names.

`SubmissionExporter` reads what was handed in, and `ExecuteInSandbox` executes it. The steps between and after them are
nbgrader's own.
"""

from glob import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from grading import basis
from grading.classroom import why_no_student
from grading.execution.notebook import execute
from grading.intake.canonical import read_canonical
from grading.intake.setting_aside import REFUSED, find_refused, move_refused
from grading.sandbox.limits import Limits
from grading.sandbox.trusted import WARNING


class SubmissionExporter(NotebookExporter):
    """Reads what was handed in: nothing else in nbgrader opens it before it has become a canonical notebook.

    nbgrader creates its exporter before it opens submissions. So this is where files that must not be opened are moved
    out of its way, into a folder `refused` beside `submitted`. A submission of which something cannot be moved is taken
    off nbgrader's list.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert does not type it
        coursedir = self._coursedir()
        pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id)
        for folder in map(Path, glob(pattern)):
            if reason := why_no_student(folder.parent):
                self._take_off_the_list(folder, reason)
                continue
            refused = move_refused(folder, self._submitted().parent / REFUSED)
            for entry, why in refused.items():
                self.log.warning("Set aside: %r: %s", str(entry), why.reason)
            if find_refused(folder):
                self._take_off_the_list(folder, "What must not be opened in it cannot be moved.")
            elif folder in refused:
                # nbgrader may have found no notebook in what was there.
                self._list()[str(folder)] = [str(folder / f"{folder.name}.ipynb")]

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read a submission and put its text into the instructor's notebook; other notebooks are read as always.

        Args:
            filename: of the notebook.
            resources: nbgrader's.
            **kwargs: nbconvert's.
        """
        if resources is None or not Path(filename).is_relative_to(self._submitted()):
            return super().from_filename(filename, resources, **kwargs)
        coursedir = self._coursedir()
        folder = coursedir.format_path(coursedir.source_directory, ".", resources["nbgrader"]["assignment"])
        source = Path(folder) / Path(filename).name
        result = read_canonical(source, Path(filename), self.config)
        assignment = resources["nbgrader"]["assignment"]
        # The gradebook that nbgrader's own step uses, which may be a worker's.
        with autograde.Gradebook(coursedir.db_url) as gradebook:
            result.notebook.metadata[basis.KEY] = {
                **basis.basis_of_assignment(assignment, source.read_bytes()),
                **basis.basis_of_release(gradebook, assignment),
                **basis.basis_of_files(Path(filename)),
            }
        for change in result.changes:
            self.log.warning("%s", change)
        output, resources = self.from_notebook_node(result.notebook, resources, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert does not type it
        return output, resources

    def _take_off_the_list(self, folder: Path, reason: str) -> None:
        self._list().pop(str(folder), None)
        self.log.error("Not graded: %r: %s", str(folder), reason)

    def _list(self) -> dict[str, list[str]]:
        """Return what nbgrader is going to grade: {folder: notebooks}."""
        converter: Any = self.parent
        assignments: dict[str, list[str]] = converter.assignments
        return assignments

    def _submitted(self) -> Path:
        coursedir = self._coursedir()
        return Path(coursedir.root, coursedir.submitted_directory).resolve()

    def _coursedir(self) -> CourseDirectory:
        converter: Any = self.parent
        return converter.coursedir


class ExecuteInSandbox(NbGraderPreprocessor):
    """Replaces nbgrader's Execute: the student's cells run in the sandbox, the instructor's tests outside it."""

    seed = Integer(
        None, allow_none=True, help="Seed of the hidden cases, for a regrade; by default a fresh one, which is logged."
    ).tag(config=True)
    cell_seconds = Float(
        Limits.cell_seconds,
        help="Seconds that a cell may compute or sleep, and that the calls of one test may together. While they wait "
        "for a processor that others use, a second counts a quarter.",
    ).tag(config=True)
    notebook_seconds = Float(
        Limits.notebook_seconds,
        help="Seconds that a whole notebook may compute or sleep, counted like those of a cell.",
    ).tag(config=True)
    trusted_submissions = Bool(False, help="Whether to do without a sandbox.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute a canonical notebook, and keep what is safe of its outputs.

        Args:
            nb: the notebook.
            resources: nbgrader's.

        Raises:
            SandboxError: there is no sandbox. nbgrader reports it, and no mark is given.
        """
        limits = Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds)
        executed = execute(nb, seed=self.seed, limits=limits, trusted=self.trusted_submissions)
        if self.trusted_submissions:
            self.log.warning(WARNING)
        self.log.info("Hidden cases of seed %d", executed.seed)
        for note in executed.notes:
            self.log.warning("%s", note)
        return executed.notebook, resources
