"""A student's code as HTML: in the colors of Python if it is ordinary, else as plain text.

Pygments knows hundreds of languages, and some of its lexers take exponential time. nbconvert would use whichever a
fenced block of Markdown names, or a cell's magic, so it is never asked: this filter replaces its `highlight_code`.
"""

import html
import re

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grading.intake.limits import MAX_COLORED_BLANKS, MAX_COLORED_CHARACTERS, MAX_COLORED_LINE_CHARACTERS

# What people write behind the backticks of a fenced block.
PYTHON = {"python", "python3", "py", "ipython", "ipython3"}

_LEXER = PythonLexer()
_FORMATTER = HtmlFormatter()
# Pygments reads a long run of blanks or of empty lines again from each place in it.
_LONG_BLANK = re.compile(rf"\s{{{MAX_COLORED_BLANKS + 1}}}")


def safe_code(source: str) -> str:
    """Return code as HTML, in time that is linear in its length.

    Code that is very long, or has very long lines or gaps, gets no colors.

    Args:
        source: code of anybody.
    """
    if _is_ordinary(source):
        colored: str = highlight(source, _LEXER, _FORMATTER)
        return colored
    return plain_code(source)


def plain_code(source: str) -> str:
    """Return code as HTML without colors."""
    return f'<div class="highlight"><pre>{html.escape(source)}</pre></div>'


def _is_ordinary(source: str) -> bool:
    return (
        len(source) <= MAX_COLORED_CHARACTERS
        and max(map(len, source.split("\n"))) <= MAX_COLORED_LINE_CHARACTERS
        and not _LONG_BLANK.search(source)
    )
