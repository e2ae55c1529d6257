"""Markdown of a submission as HTML that does nothing in the browser of who reads it.

nbconvert passes HTML in Markdown through, and nbgrader's pages ask for no cleaning. This filter takes the place of
nbconvert's `markdown2html`, for feedback and formgrader alike:

    c.HTMLExporter.filters = {"markdown2html": "grading.markdown.safe_markdown"}

HTML in the text is shown as text, and what the parser makes of the rest goes through bleach, nbconvert's own sanitizer.
"""

import html
import re
from functools import lru_cache

import bleach
from bs4 import BeautifulSoup
from mistune.plugins import import_plugin
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LONGEST = 10_000
DEEPEST_QUOTE = 20

_TAGS = {
    *("a", "blockquote", "br", "code", "del", "div", "em", "hr", "p", "pre", "s", "span", "strong", "sub", "sup"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_SAFE_CLASS = re.compile(r"highlight|[a-z][a-z0-9]?")
# Links that say where they lead. Others could lead to a page that was handed in, too, and acts where formgrader is.
_PROTOCOLS = ["http", "https", "mailto"]
_LEADS_AWAY = re.compile(r"(?:https?://|mailto:|#)")

# What lets a formula load code, leave the page, take its style, or change the formulas of others.
_MACRO = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|data|require|bbox|mmlToken|unicode|html\w*|includegraphics|toggle|enclose|tip"
    r"|texttip|mathtip|def|gdef|edef|xdef|let|futurelet|global|newcommand|renewcommand|providecommand|newenvironment"
    r"|renewenvironment|DeclareMathOperator|newtagform|renewtagform|usetagform|csname)(?![a-zA-Z]))"
)
# Ticks of task lists are form fields.
_PLUGINS = [name for name in MarkdownWithMath.DEFAULT_PLUGINS if name != "task_lists"]
_TALL_QUOTE = re.compile(rf"^(?:[ \t]*>){{{DEEPEST_QUOTE}}}", re.MULTILINE)


class _Renderer(IPythonRenderer):
    def block_mermaidjs(self, code: str) -> str:
        """Show the code: nbconvert would pass it to a script, unescaped."""
        return f"<pre><code>{html.escape(code)}</code></pre>"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show what the picture is called: to load it would tell somebody that it was looked at."""
        return f"<em>[{html.escape(html.unescape(text))}: a picture, not shown]</em>"


# The instructor's cells come again with every submission.
@lru_cache(maxsize=256)
def safe_markdown(source: str) -> str:
    """Convert Markdown to HTML without scripts, styles, forms, pictures, or macros that reach beyond their formula.

    Text that is very long, or that the parser cannot take, comes out as it is written.

    Args:
        source: Markdown with formulas, of anybody.
    """
    if len(source) > LONGEST or _TALL_QUOTE.search(source):
        return _as_written(source)
    try:
        renderer = _Renderer(escape=True, exclude_anchor_links=True)
        rendered = MarkdownWithMath(renderer, plugins=map(import_plugin, _PLUGINS)).render(source)
    except Exception:  # noqa: BLE001, a page for each student, whatever the parser stumbles over
        return _as_written(source)
    return _without_macros(bleach.clean(rendered, tags=_TAGS, attributes=_is_safe, protocols=_PROTOCOLS))


def _is_safe(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and bool(_LEADS_AWAY.match(value))
    # The classes of highlighted code; others, such as Bootstrap's, could lay something over the page.
    return name == "class" and tag in ("div", "span") and all(map(_SAFE_CLASS.fullmatch, value.split()))


def _without_macros(clean: str) -> str:
    """Take the backslash from dangerous macros, where MathJax will look for them: in the text, entities resolved."""
    page = BeautifulSoup(clean, "html.parser")
    for text in page.find_all(string=_MACRO):
        if not text.find_parent(["code", "pre"]):
            text.replace_with(_MACRO.sub("", text))
    return str(page)


def _as_written(source: str) -> str:
    return f"<pre>{html.escape(source)}</pre>"
