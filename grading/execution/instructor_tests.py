"""Running a test cell on the instructor's side, with names of three kinds: the test's, the instructor's, the student's.

The cell's own imports and variables come first, then what the instructor's other cells import and define. A name that
only the student's notebook has is a remote function, or a copy of a plain value.
"""

import ast
import builtins
import contextlib
import io
import linecache
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.ultratb import FormattedTB
from IPython.lib.pretty import RepresentationPrinter
from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading.intake.limits import MAX_ERROR_MESSAGE_CHARACTERS, MAX_OUTPUT_TEXT_CHARACTERS
from grading.marking.score import keep_results
from grading.sandbox.launch import SandboxError


class Names(dict[str, Any]):
    """The names that the test cells of one notebook can use.

    Attributes:
        find: looks up a name in the student's notebook; raises KeyError if there is no such name.
    """

    def __init__(self) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._definitions: dict[str, ast.stmt] = {}
        self._of_the_student: set[str] = set()
        self.find: Callable[[str], Any]

    def define(self, source: str) -> None:
        """Remember what one of the instructor's cells imports, defines and sets to constants, until a test asks for it.

        Its other statements are not run here, because they may call what the student wrote.

        Args:
            source: of the cell.
        """
        for statement in _parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                names = [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
            elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
                names = [statement.name]
            elif isinstance(statement, ast.Assign) and _is_constant(statement.value):
                names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            else:
                continue
            for name in names:
                self._definitions[name] = statement
                self.pop(name, None)

    def forget_the_student(self) -> None:
        """Forget what was found in the student's notebook, because it may be different at the next test."""
        for name in self._of_the_student:
            self.pop(name, None)
        self._of_the_student.clear()

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        if name in self._definitions:
            module = ast.Module([self._definitions[name]], [])
            exec(compile(module, "<instructor>", "exec"), self)
        else:
            self[name] = self.find(name)
            self._of_the_student.add(name)
        return dict.__getitem__(self, name)


def _is_constant(value: ast.expr) -> bool:
    """Check whether an expression is a literal or a lambda, which means the same wherever it is evaluated."""
    if isinstance(value, ast.Lambda):
        return True
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError):
        return False
    return True


def run_test_cell(
    source: str, names: Names, count: int, most: float = math.inf
) -> tuple[list[NotebookNode], list[NotebookNode], str]:
    """Run a test cell.

    Args:
        source: the instructor's cell.
        names: of this notebook's tests.
        count: its execution count.
        most: points that it can give; by default there is no bound.

    Returns:
        The results of the functions that it marked; its other outputs: what it printed, then the value of its last
        expression or its error; and what it wrote to stderr, which is not an output, because nbgrader would take away
        all points for it. Of a text that is longer than an output may be, the beginning is kept.

    Raises:
        SandboxError: there is no sandbox any more.
        KeyboardInterrupt: somebody pressed Ctrl-C. One that a student's function raised is an error like any other.
    """
    stdout, stderr = _Beginning(), _Beginning()
    ended = []
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr), keep_results() as results:
        try:
            value = _as_score(_run(source, names, f"<test cell {count}>"), most)
            if value is not None:
                ended = [new_output("execute_result", {"text/plain": _shown(value)}, execution_count=count)]
        except (KeyboardInterrupt, SandboxError):
            # Neither says anything about the student, whose exceptions come back as ordinary ones.
            raise
        except BaseException as error:  # noqa: BLE001, it is what the hidden test says
            ended = [_error(error)]
    printed = [new_output("stream", name="stdout", text=stdout.getvalue())] if stdout.getvalue() else []
    marks = [new_output("display_data", result.media()) for result in results]
    return marks, printed + ended, stderr.getvalue()


def _as_score(value: Any, most: float) -> Any:
    """Return the value of a test's last expression so that nbgrader can read it, if it is meant as a score.

    nbgrader gives all points for what it cannot read as a number, such as `np.int64(0)` or `False`.

    Raises:
        ValueError: it is no score, because it is several numbers, not finite, below zero, or too high.
        AssertionError: it is False.
    """
    if not isinstance(value, int | float | complex | np.generic | np.ndarray):
        return value
    if isinstance(value, bool | np.bool_):
        if not value:
            raise AssertionError("the last expression of the test is False")
        return True
    score = np.asarray(value)
    if score.shape != () or not np.isrealobj(score) or not 0 <= score <= most:
        raise ValueError(f"the score of a test must be a number from 0 to {most:g}")
    return score.item()


def error_output(name: str, message: str) -> NotebookNode:
    """Return the output of a cell that ended with an error, without a traceback.

    Args:
        name: of the error.
        message: what it says.
    """
    output: NotebookNode = new_output(
        "error", ename=name, evalue=message, traceback=[f"\x1b[31m{name}\x1b[39m: {message}"]
    )
    return output


def _run(source: str, names: Names, filename: str) -> Any:
    source = TransformerManager().transform_cell(source)
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    statements = ast.parse(source, filename).body
    match statements:
        case [*before, ast.Expr(value=last)]:
            exec(compile(ast.Module(before, []), filename, "exec"), names)
            return eval(compile(ast.Expression(last), filename, "eval"), names)
    exec(compile(ast.Module(statements, []), filename, "exec"), names)
    return None


def _error(error: BaseException) -> NotebookNode:
    name = type(error).__name__
    if raised_in := _function_that_raised(error):
        # Its message may say which hidden inputs the function was called with.
        return error_output(name, f"raised in {raised_in}")
    message = _message(error)
    if len(message) > MAX_ERROR_MESSAGE_CHARACTERS:
        return error_output(name, message[: MAX_ERROR_MESSAGE_CHARACTERS + 1])
    _forget_what_the_student_raised(error)
    formatted = FormattedTB(mode="Context", theme_name="linux")
    lines = formatted.structured_traceback(type(error), error, error.__traceback__, tb_offset=2)
    output: NotebookNode = new_output("error", ename=name, evalue=message, traceback=list(lines))
    return output


def _function_that_raised(error: BaseException) -> str | None:
    """Return the name of the student's function that raised the error; None if the test itself did."""
    return getattr(error, "raised_in", None)


def _forget_what_the_student_raised(error: BaseException | None) -> None:
    """Cut out of a chain of errors those that a student's function raised, whose messages would be shown with it."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if error.__cause__ and _function_that_raised(error.__cause__):
            error.__cause__ = None
        if error.__context__ and _function_that_raised(error.__context__):
            error.__context__ = None
        error = error.__cause__ or error.__context__


def _message(error: BaseException) -> str:
    """Return what an error says, or its beginning if that is longer than a message may be."""
    try:
        # An assertion may say a student's value, whose text is made no further than it is kept.
        told = _shown(error.args)
        return told if len(told) > MAX_OUTPUT_TEXT_CHARACTERS else str(error)
    except Exception as failure:  # noqa: BLE001, whatever a class of errors makes of its message
        return f"its message cannot be shown: {type(failure).__name__}"


class _Beginning(io.StringIO):
    """Keeps the beginning of what is written: a character more than an output may have, which shows that it is cut."""

    def write(self, text: str) -> int:
        super().write(text[: MAX_OUTPUT_TEXT_CHARACTERS + 1 - self.tell()])
        return len(text)


class _Enough(Exception):
    """No more of a text is needed."""


class _UpToEnough(_Beginning):
    """Ends whoever writes on when the beginning is complete."""

    def write(self, text: str) -> int:
        super().write(text)
        if self.tell() > MAX_OUTPUT_TEXT_CHARACTERS:
            raise _Enough
        return len(text)


def _shown(value: Any) -> str:
    """Return a value as Jupyter shows it; of a long text, the beginning, and the rest is not made."""
    text = _UpToEnough()
    with contextlib.suppress(_Enough):
        printer = RepresentationPrinter(text, max_seq_length=0)
        printer.pretty(value)
        printer.flush()
    return text.getvalue()


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module([], [])
