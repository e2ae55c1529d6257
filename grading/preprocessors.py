"""How nbgrader's own `autograde` and formgrader grade in the sandbox: steps that stand in for steps of nbgrader's."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer

from grading.execution import execute
from grading.sandbox.launch import shared_zygote
from grading.sandbox.limits import Limits


class ExecuteInSandbox(NbGraderPreprocessor):
    """Executes the student's cells in the sandbox and the instructor's tests outside; stands for nbgrader's Execute."""

    seed = Integer(
        None, allow_none=True, help="Seed of the hidden cases, for a regrade; by default drawn afresh and logged."
    ).tag(config=True)
    cell_seconds = Float(20.0, help="Seconds that a cell may take, or the calls of one test together.").tag(config=True)
    notebook_seconds = Float(180.0, help="Seconds that a whole notebook may take.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Execute a canonical notebook.

        Raises:
            SandboxError: there is no sandbox. nbgrader reports it, and no mark is given.
        """
        limits = Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds)
        executed = execute(nb, zygote=shared_zygote(), seed=self.seed, limits=limits)
        self.log.info("Hidden cases of seed %d", executed.seed)
        for note in executed.notes:
            self.log.warning("%s", note)
        return executed.notebook, resources
