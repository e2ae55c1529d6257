"""Feedback pages as nbgrader makes them, but without the hidden tests and in less time."""

from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from grading.execution.instructor_tests import error_output
from grading.intake.cells import is_test
from grading.version import VERSION

# What a screen reader says about a picture.
FIGURE = "A figure that this cell draws."


class HideTests(ClearHiddenTests):
    """Removes the hidden tests from the feedback: their text, and the lines of it that a traceback quotes.

    If a hidden test fails, the student sees its message only. The instructor sees everything in formgrader.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the hidden tests of a test cell; in other cells, a student may have written such a region."""
        if is_test(cell) and self._remove_hidden_test_region(cell):
            cell.outputs = [_message_only(output) for output in cell.outputs]
        return cell, resources


def _message_only(output: NotebookNode) -> NotebookNode:
    if output.output_type != "error":
        return output
    return error_output(output.ename, output.evalue or "a hidden test does not hold")


class _CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory, by name and content."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template, if it is there."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a template."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_compiled_templates = _CompiledTemplates()


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTMLExporter, with templates compiled once; nbgrader creates a new exporter for each submission."""

    def from_notebook_node(  # type: ignore[override]  # as HTMLExporter overrides Exporter
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook as HTMLExporter does, but without parsing the page again at the end.

        That took two fifths of this process's time for a submission. It adds alternative text to figures, which they
        already have here, and marks elements that nbgrader's template does not have.
        """
        resources = self._init_resources(resources)
        for cell in nb.cells:
            cell.metadata.setdefault("alt", FIGURE)
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **options)

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _compiled_templates
        environment.globals["version"] = VERSION
        return environment
