"""How students' text gets onto nbgrader's pages, feedback and formgrader alike: filters of their templates.

nbgrader_config.py puts them in the places of nbconvert's own. A page takes seconds at most and stays a page that a
browser can show: when its text has cost too much, the rest is shown as it is written.
"""

from collections.abc import Callable
from time import thread_time
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from grading.intake.code import plain_code, safe_code
from grading.intake.limits import MAX_PAGE_SECONDS, MAX_PAGE_TAGS
from grading.intake.markdown import as_written, safe_markdown
from grading.intake.text import visible

_KEY = "cost of students' text"


class PageCost:
    """What the text on a page has cost so far.

    Attributes:
        seconds: of this thread's processor.
        tags: of HTML.
    """

    def __init__(self) -> None:
        self.seconds, self.tags = 0.0, 0

    def show(self, source: str, well: Callable[[str], str], plainly: Callable[[str], str]) -> str:
        """Return a text as HTML.

        Args:
            source: of anybody.
            well: shows it well, at a cost.
            plainly: shows it at no cost.
        """
        source = visible(source)
        if self.seconds < MAX_PAGE_SECONDS:
            began = thread_time()
            shown = well(source)
            self.seconds += thread_time() - began
            tags = shown.count("<")
            if self.tags + tags <= MAX_PAGE_TAGS:
                self.tags += tags
                return shown
        return plainly(source)


@pass_context
def markdown(context: Context, source: str) -> str:
    """Return Markdown as HTML; it replaces nbconvert's `markdown2html`."""
    return _cost(context).show(source, safe_markdown, as_written)


@pass_context
def code(context: Context, source: str, metadata: Any = None) -> str:
    """Return code as HTML; it replaces nbconvert's `highlight_code`, whose lexer the code can choose.

    Args:
        context: of the page.
        source: of a cell.
        metadata: of the cell, in which nbconvert notes the language that its magic names; not used.
    """
    return _cost(context).show(source, safe_code, plain_code)


def unchanged(text: str) -> str:
    """Return HTML as it is; it replaces nbconvert's `strip_files_prefix`, which takes quadratic time for brackets."""
    return text


def _cost(context: Context) -> PageCost:
    cost: PageCost = context["resources"].setdefault(_KEY, PageCost())
    return cost
