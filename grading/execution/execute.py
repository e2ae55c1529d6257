"""Executing notebooks with this process's own zygote, which is started when it is needed, and again when lost."""

from nbformat import NotebookNode

from grading.execution.cells import Executed, execute
from grading.sandbox.launch import SandboxError
from grading.sandbox.limits import Limits
from grading.sandbox.shared import close_shared_zygote, shared_zygote


def execute_notebook(notebook: NotebookNode, seed: int | None, limits: Limits, trusted: bool = False) -> Executed:
    """Execute a canonical notebook, and keep of its outputs what is safe.

    Args:
        notebook: as `grading.intake.canonical.canonical` has made it.
        seed: of the hidden cases; None draws one.
        limits: what the submission may use.
        trusted: whether to do without a sandbox.

    Raises:
        SandboxError: there is no sandbox.
    """
    try:
        return _execute(notebook, seed, limits, trusted)
    except SandboxError:
        # Somebody may have ended the zygote, and bubblewrap around it need not have noticed: once more, with another.
        close_shared_zygote(trusted)
        return _execute(notebook, seed, limits, trusted)


def _execute(notebook: NotebookNode, seed: int | None, limits: Limits, trusted: bool) -> Executed:
    zygote = shared_zygote(trusted)
    executed = execute(notebook, zygote=zygote, seed=seed, limits=limits)
    # Its children end with a zygote, and to the session it looks as if the submission had ended itself.
    zygote.check()
    return executed
