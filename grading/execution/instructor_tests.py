"""Running a test cell on the instructor's side, with names of three kinds: the test's, the instructor's, the student's.

The cell's own imports and variables come first, then what the instructor's other cells import and define. A name that
only the student's notebook has is a remote function, or a copy of a plain value.
"""

import ast
import builtins
import contextlib
import io
import linecache
from collections.abc import Callable
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.ultratb import FormattedTB
from nbformat import NotebookNode
from nbformat.v4 import new_output

from grading.marking.score import keep_results


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
        """Remember what one of the instructor's cells imports and defines, until a test asks for it.

        Its other statements are not run here, because they may call what the student wrote.

        Args:
            source: of the cell.
        """
        for statement in _parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                names = [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
            elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
                names = [statement.name]
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


def run_test_cell(source: str, names: Names, count: int) -> tuple[list[NotebookNode], list[NotebookNode], str]:
    """Run a test cell.

    Args:
        source: the instructor's cell.
        names: of this notebook's tests.
        count: its execution count.

    Returns:
        The results of the functions that it marked; its other outputs: what it printed, then the value of its last
        expression or its error; and what it wrote to stderr, which is not an output, because nbgrader would take away
        all points for it.
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    ended = []
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr), keep_results() as results:
        try:
            value = _run(source, names, f"<test cell {count}>")
            if value is not None:
                ended = [new_output("execute_result", {"text/plain": repr(value)}, execution_count=count)]
        except (Exception, SystemExit) as error:  # noqa: BLE001, it is what the hidden test says
            ended = [_error(error)]
    printed = [new_output("stream", name="stdout", text=stdout.getvalue())] if stdout.getvalue() else []
    marks = [new_output("display_data", result.media()) for result in results]
    return marks, printed + ended, stderr.getvalue()


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
    if raised_in := getattr(error, "raised_in", None):
        # It was the student's function. Its message may say which hidden inputs the function was called with.
        return error_output(name, f"raised in {raised_in}")
    formatted = FormattedTB(mode="Context", theme_name="linux")
    lines = formatted.structured_traceback(type(error), error, error.__traceback__, tb_offset=2)
    output: NotebookNode = new_output("error", ename=name, evalue=str(error), traceback=list(lines))
    return output


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module([], [])
