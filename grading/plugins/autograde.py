"""How nbgrader's own `autograde` and formgrader grade safely: pieces for places that its configuration has for them.

`SubmissionExporter` reads what was handed in, `ExecuteInSandbox` executes it; nbgrader's steps between and after them
are its own.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer
from traitlets.config import Config

from grading import basis
from grading.execution.execute import execute_notebook
from grading.intake.canonical import Canonical, canonical
from grading.intake.reading import Refused, read_submission, set_aside
from grading.sandbox.limits import Limits
from grading.sandbox.trusted import WARNING

REFUSED = "refused"


class SubmissionExporter(NotebookExporter):
    """Opens what was handed in: nothing else of nbgrader reads it before it has become a canonical notebook.

    nbgrader makes its exporter before it looks for submissions. So here is where files that nothing may open are moved
    out of its way, into a folder `refused` beside `submitted`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        coursedir = self.parent.coursedir
        pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id)
        for folder in Path("/").glob(str(Path(pattern).relative_to("/"))):
            for entry, refused in move_refused(folder, Path(_submitted(coursedir)).parent / REFUSED).items():
                self.log.warning("Set aside: %r: %s", str(entry), refused.reason)

    def from_filename(self, filename: str, resources: dict | None = None, **kwargs: Any) -> tuple[str, dict]:
        """Read a submission and put its text into the instructor's notebook; other notebooks are read as ever."""
        coursedir = self.parent.coursedir
        if not Path(filename).is_relative_to(_submitted(coursedir)):
            return super().from_filename(filename, resources, **kwargs)
        folder = coursedir.format_path(coursedir.source_directory, ".", resources["nbgrader"]["assignment"])
        source = Path(folder) / Path(filename).name
        result = read_canonical(source, Path(filename), self.config)
        result.notebook.metadata[basis.KEY] = basis.basis_of_assignment(
            resources["nbgrader"]["assignment"], source.read_bytes()
        ) | basis.basis_of_files(Path(filename))
        for change in result.changes:
            self.log.warning("%s", change)
        return self.from_notebook_node(result.notebook, resources, **kwargs)


class ExecuteInSandbox(NbGraderPreprocessor):
    """Executes the student's cells in the sandbox and the instructor's tests outside; stands for nbgrader's Execute."""

    seed = Integer(
        None, allow_none=True, help="Seed of the hidden cases, for a regrade; by default drawn afresh and logged."
    ).tag(config=True)
    cell_seconds = Float(20.0, help="Seconds that a cell may take, or the calls of one test together.").tag(config=True)
    notebook_seconds = Float(180.0, help="Seconds that a whole notebook may take.").tag(config=True)
    trusted_submissions = Bool(False, help="Whether to do without a sandbox.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Execute a canonical notebook, and keep of its outputs what is safe.

        Raises:
            SandboxError: there is no sandbox. nbgrader reports it, and no mark is given.
        """
        executed = execute_notebook(nb, self.seed, self.limits(), self.trusted_submissions)
        if self.trusted_submissions:
            self.log.warning(WARNING)
        self.log.info("Hidden cases of seed %d", executed.seed)
        for note in executed.notes:
            self.log.warning("%s", note)
        return executed.notebook, resources

    def limits(self) -> Limits:
        """Give the limits that are configured."""
        return Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds)


def read_canonical(source: Path, submitted: Path, config: Config) -> Canonical:
    """Read a submission into the instructor's notebook; one that cannot be read becomes a notebook that says so."""
    notebook = read_submission(submitted)
    refused = (notebook.reason,) if isinstance(notebook, Refused) else ()
    if isinstance(notebook, Refused):
        notebook = in_its_place(notebook)
    result = canonical(nbformat.read(source, as_version=4), notebook, config)
    return Canonical(result.notebook, (*refused, *result.changes))


def move_refused(folder: Path, refused_folder: Path) -> dict[Path, Refused]:
    """Move what nothing may open out of a submission, without opening it.

    In the place of a notebook, or of a whole submission, a notebook is left that says why. It earns nothing.

    Args:
        folder: submitted/<student>/<assignment>.
        refused_folder: receives <student>/<assignment>/ with what was refused.

    Returns:
        {entry: why}.
    """
    refused = set_aside(folder)
    for entry, why in refused.items():
        target = refused_folder.joinpath(*folder.parts[-2:], *entry.relative_to(folder).parts)
        while target.exists() or target.is_symlink():
            target = target.with_name(f"{target.name}~")
        target.parent.mkdir(parents=True, exist_ok=True)
        entry.rename(target)
        notebook = folder / f"{folder.name}.ipynb" if entry == folder else entry
        if notebook.suffix == ".ipynb":
            notebook.parent.mkdir(exist_ok=True)
            nbformat.write(in_its_place(why), notebook)
    return refused


def in_its_place(refused: Refused) -> NotebookNode:
    """Make the notebook that stands where one was refused."""
    return new_notebook(cells=[new_markdown_cell(f"**This submission was not graded.** {refused.reason}")])


def _submitted(coursedir: CourseDirectory) -> Path:
    return Path(coursedir.root, coursedir.submitted_directory).resolve()
