"""A student's Markdown on nbgrader's pages: prose and formulas stay, nothing acts."""

import random
import re
from html.parser import HTMLParser
from time import monotonic, process_time

import pytest

from grading.intake import limits
from grading.intake.markdown import safe_markdown
from tests.released import source

HARMLESS = {
    *("a", "blockquote", "br", "code", "del", "div", "em", "hr", "p", "pre", "s", "span", "strong", "sub", "sup"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dd", "dl", "dt", "li", "ol", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}


OF_FORMULAS = {
    *("math", "mfrac", "mi", "mn", "mo", "mover", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup"),
    *("mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
}
OF_THEIR_ELEMENTS = {"accent", "class", "display", "displaystyle", "mathvariant", "stretchy", "width", "xmlns"}


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _acts(text: str) -> list:
    """List what is on the page beyond plain elements and links to the web."""
    return [
        (tag, attributes)
        for tag, attributes in _Page(text).found
        if tag not in HARMLESS | OF_FORMULAS
        or set(attributes) - (OF_THEIR_ELEMENTS if tag in OF_FORMULAS else {"href", "class"})
        or not re.match(r"https?:|mailto:|#|$", attributes.get("href", ""))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<svg/onload=alert(1)>",
        "<style>body{display:none}</style>",
        "<iframe src=//example.com></iframe>",
        "<form action=//example.com><input name=a></form>",
        "<base href=//example.com>",
        "<meta http-equiv=refresh content='0;url=//example.com'>",
        "<p\nonmouseover=alert(1)>x</p>",
        "<!-- --!><script>alert(1)</script> -->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](&#x1;javascript:alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](vbscript:a) [b](data:text/html;base64,PHNjcmlwdD4=) [c](file:///etc/passwd) [d](//x/)",
        "[a](figure.html) [b](../b.svg) [c](/files/c.html) [d](\\\\x/) [e](?e) [f](./mailto:f.html)",
        "[a]: javascript:alert(1)\n\n[a]",
        "<javascript:alert(1)>",
        '[a](https://x "onclick=alert(1)")',
        "![a](https://example.com/seen.png)",
        "![a](data:image/svg+xml;base64,PHN2Zz4=)",
        "![a](attachment:missing.png)",
        '![a"><script>](x "b\'onerror=alert(1)")',
        "```mermaid\n</pre><script>alert(1)</script>\n```",
        '```"><script>alert(1)</script>\nx\n```',
        "$<img src=x onerror=alert(1)>$",
        "\\begin{align}<script>alert(1)</script>\\end{align}",
        "\\begin{a}</div><script>alert(1)</script>\\end{a}",
        "|a|\n|-|\n|<script>alert(1)</script>|",
        "# <script>alert(1)</script>",
        "- [ ] task\n- [x] <input autofocus onfocus=alert(1)>",
        '<div class="modal-backdrop" style="position:fixed">x</div>',
    ],
)
def test_nothing_acts(text: str) -> None:
    assert _acts(safe_markdown(text)) == []


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{a}{b}",
        r"\text{</mtext></math><script>alert(1)</script>}",
        r"\text{&lt;script>alert(1)&lt;/script>}",
        r"\operatorname{<img src=x onerror=alert(1)>}",
        r"\mathrm{\" onmouseover=\"alert(1)}",
        r"\begin{array}{c\" onmouseover=\"alert(1)}x\end{array}",
        r"\color{red\" onmouseover=\"alert(1)}x",
        r"x <svg onload=alert(1)> y",
    ],
)
@pytest.mark.parametrize("around", ["${}$", "$$\n{}\n$$", r"\begin{{align}}{}\end{{align}}"])
def test_formulas_do_not_act(around: str, formula: str) -> None:
    assert _acts(safe_markdown(around.format(formula))) == []


def test_formulas_need_no_script() -> None:
    page = _Page(safe_markdown("Of $w := \\frac{v_t}{1-\\beta^t}, \\dots$ and\n\n$$\na &= b \\\\\n&= c\n$$\n"))
    tags = [tag for tag, _ in page.found]
    assert tags.count("math") == 2
    assert {"mfrac", "mtable"} <= set(tags)
    assert "$" not in page.text
    assert {"≔", "β", "…"} <= set(page.text)


@pytest.mark.parametrize("accented", [r"\hat v_t", r"\hat{v}_t", r"{\hat v}_t", r"\tilde \theta_{t-1}"])
def test_the_subscript_of_an_accented_letter_stands_beside_it(accented: str) -> None:
    tags = [tag for tag, _ in _Page(safe_markdown(f"${accented}$")).found]
    assert {"msub", "mover"} <= set(tags)
    assert "munderover" not in tags


def test_the_mark_of_a_formula_cannot_be_written() -> None:
    text = safe_markdown("$x$ and deadbeefdeadbeef-0- and 0-")
    assert "deadbeefdeadbeef-0- and 0-" in text
    assert text.count("<math") == 1


def test_what_students_write_is_kept() -> None:
    text = (
        "## Answer\n\nThe **gradient** is $\\frac{1}{1-\\beta} < 10$ & more.\n\n1. `v = beta * v`\n2. 기울기\n\n"
        "$$\\operatorname{sign}(x)\\tag{1}$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[paper](https://arxiv.org/abs/1412.6980)\n\n"
        "```python\nx = '<b>' # \\def\n```\n\n`\\def`"
    )
    page = _Page(safe_markdown(text))
    for piece in ("Answer", "gradient", "& more", "v = beta * v", "기울기", "'<b>'"):
        assert piece in page.text
    # What the converter does not know is shown as it was written.
    assert r"$$\operatorname{sign}(x)\tag{1}$$" in page.text
    assert page.text.count(r"\def") == 2
    assert ("a", {"href": "https://arxiv.org/abs/1412.6980"}) in page.found
    assert {"h2", "strong", "ol", "table", "pre", "mfrac"} <= {tag for tag, _ in page.found}


def test_the_instructors_text_is_kept() -> None:
    for cell in source().cells:
        if cell.cell_type == "markdown":
            page = safe_markdown(cell.source.replace("<", ""))
            assert "&lt;" not in page and "<code>$" not in page, cell.source


FORMULAS = [
    f"${formula}$" for formula in ("{" * 9_990, "x_" * 4_990, "\\frac{" * 1_600, "\\left(" * 1_600, "a&b\\\\" * 1_900)
]


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 9_999, "> " * 4_900, "**a*" * 2_400, "~~a" * 3_000, "```\n" * 2_400, "\\begin{a}" * 1_000),
        *("`a" * 4_900, *FORMULAS),
    ],
)
def test_pathological_text_takes_bounded_time(text: str) -> None:
    started = monotonic()
    assert safe_markdown(text)
    assert monotonic() - started < 10


def test_long_text_is_shown_as_it_is_written() -> None:
    assert safe_markdown("<b>*a*" * 9_000).startswith("<pre>&lt;b&gt;*a*")


def test_a_long_formula_is_shown_as_it_is_written() -> None:
    page = _Page(safe_markdown(f"$x + {'1' * limits.MAX_FORMULA_CHARACTERS}$"))
    assert "math" not in [tag for tag, _ in page.found]
    assert "$x + 1" in page.text


GROWING = {
    "an address used often": "[a]: http://" + "x" * 4_900 + "\n\n" + "[a]" * 1_600,
    "hats on hats": "$" + "\\hat " * 1_900 + "x$",
    "hats on hats, often": ("$" + "\\hat " * 390 + "x$ ") * 5,
    "braces in braces": ("$" + "{" * 900 + "x" + "}" * 900 + "$ ") * 5,
    "roots of roots": ("$" + "\\sqrt{" * 280 + "x" + "}" * 280 + "$ ") * 5,
    "letters of a formula": ("$" + "x+1" * 660 + "$ ") * 5,
    "cells of a table": "|" + "a|" * 2_400 + "\n|" + "-|" * 2_400,
    "lists": "- " * 4_900,
}


@pytest.mark.parametrize("what", GROWING)
def test_a_page_does_not_grow_without_bound(what: str) -> None:
    assert len(safe_markdown(GROWING[what])) < 50 * limits.MAX_MARKDOWN_CHARACTERS


NASTY = [
    *(
        "[",
        "]",
        "(",
        ")",
        "![",
        "[a]",
        "[a]: b\n",
        "<",
        "</",
        "<a",
        "<!--",
        "-->",
        "<?",
        "<![CDATA[",
        "*",
        "**",
        "_",
        "~~",
    ),
    *(
        "`",
        "``",
        "```\n",
        "~~~\n",
        "$",
        "$$",
        "\\\\(",
        "\\\\[",
        "\\begin{a}",
        "\\end{a}",
        "\\begin{",
        "{",
        "}",
        "\\",
        "&",
    ),
    *(
        "&amp;",
        "|",
        "|-|",
        "|a|\n|-|\n",
        "a|b\n-|-\n",
        "- ",
        "1. ",
        "> ",
        "# ",
        "\n==",
        "\n",
        "\n\n",
        "    ",
        "\t",
        " ",
        "a",
    ),
    *(
        "x_",
        "x^",
        "\\frac{",
        "\\left(",
        "\\sqrt",
        "\\hat",
        "\\text{",
        ":=",
        "http://",
        "www.",
        "@",
        '"',
        "'",
        ":   ",
        "<b>",
    ),
    *("é", "\u2028", "$a$", "`a`", "**a**", "\n> ", "\n  - ", "\x0b", "\\$", "1)   \n"),
]


@pytest.mark.parametrize("seed", range(4))
def test_nasty_text_takes_bounded_time_and_does_not_act(seed: int) -> None:
    chance = random.Random(seed)
    began = process_time()
    for _ in range(30):
        head, unit, tail = ("".join(chance.choices(NASTY, k=chance.randint(0, 4))) for _ in range(3))
        text = head + (unit or "x") * (4_000 // max(1, len(unit))) + tail
        page = safe_markdown(text)
        assert len(page) < 50 * limits.MAX_MARKDOWN_CHARACTERS
        assert _acts(page) == []
    assert process_time() - began < 60
