"""A submission's Markdown as HTML that does nothing in the reader's browser.

nbconvert passes HTML in Markdown through, and nbgrader's pages do not ask for it to be cleaned. Here HTML in the text
is shown as text, and whatever the parser makes of the rest goes through nh3, a sanitizer. Formulas become MathML, which
browsers draw without a script.
"""

import html
import re
import secrets
from contextlib import suppress

import nh3
from docutils.utils.math.latex2mathml import tex2mathml
from mistune.plugins import import_plugin
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grading.intake.code import PYTHON, safe_code
from grading.intake.limits import (
    MAX_FORMULA_CHARACTERS,
    MAX_MARKDOWN_CHARACTERS,
    MAX_QUOTE_DEPTH,
    MAX_RENDERED_CHARACTERS,
)

_TAGS = {
    *("a", "blockquote", "br", "code", "del", "div", "em", "hr", "p", "pre", "s", "span", "strong", "sub", "sup"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_ATTRIBUTES = {"a": {"href"}, "div": {"class"}, "span": {"class"}}
_SAFE_CLASS = re.compile(r"highlight|[a-z][a-z0-9]?")
# Links that say where they lead. Others could lead to a page that was handed in, too, and would act inside formgrader.
_PROTOCOLS = {"http", "https", "mailto"}
_LEADS_AWAY = re.compile(r"(?:https?://|mailto:|#)")

# The boxes of task lists are form fields.
_PLUGINS = [name for name in MarkdownWithMath.DEFAULT_PLUGINS if name != "task_lists"]
# Environments that begin a formula. The converter expects what is inside of them.
_OUTSIDE_FORMULAS = ("align", "equation")
# The converter does not know \dots, takes := apart, and puts the subscript of an accented letter below it.
_FOR_THE_CONVERTER = {
    r":=": r"\\coloneqq ",
    r"\\dots(?![a-zA-Z])": r"\\ldots",
    r"\\(hat|bar|tilde|vec|dot|ddot)\s*(\{[^{}]*\}|\\[a-zA-Z]+|[a-zA-Z])": r"{{}\\\1{\2}}",
}
# The converter indents each level, which takes quadratic room.
_INDENTATION = re.compile(r">\n *<")
_TALL_QUOTE = re.compile(rf"^(?:[ \t]*>){{{MAX_QUOTE_DEPTH}}}", re.MULTILINE)


class _Renderer(IPythonRenderer):
    """Renders everything but the formulas, which it replaces by marks that no text can guess."""

    def __init__(self) -> None:
        super().__init__(escape=True, exclude_anchor_links=True)
        self._mark = secrets.token_hex(8)
        self._formulas: list[str] = []

    def with_formulas(self, clean: str) -> str:
        """Return the cleaned page with the formulas in their places."""
        return re.sub(rf"{self._mark}-(\d+)-", lambda place: self._formulas[int(place[1])], clean)

    def inline_math(self, body: str) -> str:
        """Keep an inline formula."""
        return self._place_of(_mathml(body, f"${body}$"))

    def block_math(self, body: str) -> str:
        """Keep a formula that stands by itself."""
        return self._place_of(_mathml(body, f"$${body}$$", as_block=True))

    def latex_environment(self, name: str, body: str) -> str:
        """Keep an environment of formulas."""
        written = rf"\begin{{{name}}}{body}\end{{{name}}}"
        formula = body if name.strip("*") in _OUTSIDE_FORMULAS else written
        return self._place_of(_mathml(formula, written, as_block=True))

    def _place_of(self, formula: str) -> str:
        self._formulas.append(formula)
        return f"{self._mark}-{len(self._formulas) - 1}-"

    def block_code(self, code: str, info: str | None = None) -> str:
        """Show code in the colors of Python, or in none, whatever its language is said to be."""
        language, *_ = (info or "").lower().split() or [""]
        return safe_code(code) if language in PYTHON else f"<pre><code>{html.escape(code)}</code></pre>"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Show the name of the picture, because loading it would tell somebody that the page was looked at."""
        return f"<em>[{html.escape(html.unescape(text))}: a picture, not shown]</em>"


def safe_markdown(source: str) -> str:
    """Return Markdown as HTML without scripts, styles, forms and pictures.

    Text that is very long, or becomes so, or that the parser cannot handle, is shown as it is written; so are such
    formulas.

    Args:
        source: Markdown with formulas, from anybody.
    """
    if len(source) > MAX_MARKDOWN_CHARACTERS or _TALL_QUOTE.search(source):
        return as_written(source)
    try:
        renderer = _Renderer()
        rendered = MarkdownWithMath(renderer, plugins=map(import_plugin, _PLUGINS)).render(source)
    except Exception:  # noqa: BLE001, every student gets a page, whatever the parser stumbles over
        return as_written(source)
    # A long address that is defined once can be used a thousand times.
    if len(rendered) > MAX_RENDERED_CHARACTERS:
        return as_written(source)
    return renderer.with_formulas(
        nh3.clean(
            rendered,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_safe_value,
            url_schemes=_PROTOCOLS,
            link_rel=None,
        )
    )


def _safe_value(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _LEADS_AWAY.match(value) else None
    # The classes of highlighted code. Others, such as Bootstrap's, could lay something over the page.
    return value if all(map(_SAFE_CLASS.fullmatch, value.split())) else None


def _mathml(formula: str, written: str, as_block: bool = False) -> str:
    if len(formula) <= MAX_FORMULA_CHARACTERS:
        for pattern, instead in _FOR_THE_CONVERTER.items():
            formula = re.sub(pattern, instead, formula)
        with suppress(Exception):  # it fails in more ways than it names
            return _INDENTATION.sub("><", tex2mathml(formula, as_block))
    return f"<code>{html.escape(written)}</code>"


def as_written(source: str) -> str:
    """Return text as HTML that shows it as it is written."""
    return f"<pre>{html.escape(source)}</pre>"
