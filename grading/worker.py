"""What a worker does for the class: execute one notebook. It needs no gradebook and no folder, only the sandbox."""

from dataclasses import dataclass

import nbformat

from grading.execution import execute
from grading.outputs import clean_notebook
from grading.sandbox.launch import shared_zygote
from grading.sandbox.limits import Limits


@dataclass(frozen=True)
class Result:
    """An executed notebook, as text, so that it travels to wherever the gradebook is.

    Attributes:
        notebook: JSON of the notebook, with safe outputs.
        seed: of the hidden cases.
        notes: what the instructor should know.
    """

    notebook: str
    seed: int
    notes: tuple[str, ...]


def execute_notebook(notebook: str, seed: int | None, limits: Limits) -> Result:
    """Execute a canonical notebook, with this process's own zygote.

    Args:
        notebook: JSON of a notebook that `grading.canonical.canonical` has made.
        seed: of the hidden cases; None draws one.
        limits: what the submission may use.

    Raises:
        SandboxError: there is no sandbox.
    """
    executed = execute(nbformat.reads(notebook, as_version=4), zygote=shared_zygote(), seed=seed, limits=limits)
    clean_notebook(executed.notebook)
    return Result(nbformat.writes(executed.notebook), executed.seed, executed.notes)
