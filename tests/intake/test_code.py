"""A student's code on nbgrader's pages: in Python's colors, and never at the expense of the person who reads it."""

import random
from time import process_time

import pytest
from pygments.lexers import get_all_lexers

from grading.intake import limits
from grading.intake.code import PYTHON, plain_code, safe_code
from grading.intake.markdown import safe_markdown

NAMES = sorted({alias for _, aliases, _, _ in get_all_lexers() for alias in aliases})
SLOW = ['"' + "\\" * 80, "(" * 300, "match" + " " * 2_000, "/*" * 300, "<" * 300, "a" * 2_000, "{" * 300, "'" * 299]
FRAGMENTS = [
    *("match", "case", "class", "def", "from", "import", "lambda", "@", "a", "é", "1_", "0x", "1e", ".", "\\", "\\\n"),
    *("'", '"', "'''", '"""', "f'", 'f"""', "rb'", "{", "}", "{{", "(", ")", "[", "]", ":", "!r", "%(", "\\N{", "#"),
    *(" ", "\n", "\t", "\f", "\u2028", "\n ", "-", "+", "*", ",", "->", ":=", "{a:", "{a[", "x = ", "$", "?", "!"),
]


def test_python_is_colored() -> None:
    assert '<span class="k">def</span>' in safe_code("def f():\n    return 1")
    assert '<span class="k">def</span>' in safe_markdown("```python\ndef f(): pass\n```")


def test_no_other_language_is_asked_for() -> None:
    assert len(NAMES) > 800
    colored = {name for name in NAMES if "<span" in safe_markdown(f"```{name}\ndef f(): pass\n```")}
    assert colored and colored <= PYTHON
    assert "<span" not in safe_markdown("```mermaid\ndef f(): pass\n```")


@pytest.mark.parametrize("code", SLOW, ids=range(len(SLOW)))
def test_no_name_of_a_language_makes_code_slow(code: str) -> None:
    began = process_time()
    for name in NAMES:
        assert safe_markdown(f"```{name}\n{code}\n```")
    assert process_time() - began < 30


def test_a_magic_chooses_no_language() -> None:
    for magic in ("%%perl", "%%html", "%%bash", "%%javascript", "%%sql", "%%R"):
        assert '<span class="k">def</span>' in safe_code(f"{magic}\ndef f(): pass")


LONG = {
    "a long line": "x" * (limits.MAX_COLORED_LINE_CHARACTERS + 1),
    "a long cell": "def f(): pass\n" * (limits.MAX_COLORED_CHARACTERS // 14 + 1),
    "a long gap": "match" + " " * (limits.MAX_COLORED_BLANKS + 1),
    "many empty lines": "x = 1" + "\n" * (limits.MAX_COLORED_BLANKS + 1) + "y = 1",
}


@pytest.mark.parametrize("what", LONG)
def test_what_takes_long_is_not_colored(what: str) -> None:
    assert safe_code(LONG[what]) == plain_code(LONG[what])


@pytest.mark.parametrize("gap", ["match" + " " * 95_000, "x" + "\n " * 90_000 + "y", "@" + "a." * 90_000])
def test_long_gaps_take_no_time(gap: str) -> None:
    began = process_time()
    safe_code(gap)
    assert process_time() - began < 5


@pytest.mark.parametrize("seed", range(4))
def test_code_within_the_bounds_takes_no_time(seed: int) -> None:
    chance = random.Random(seed)
    began = process_time()
    for _ in range(40):
        unit = "".join(chance.choices(FRAGMENTS, k=chance.randint(1, 4)))
        line = (unit * limits.MAX_COLORED_LINE_CHARACTERS)[: limits.MAX_COLORED_LINE_CHARACTERS]
        safe_code("".join(chance.choices(FRAGMENTS, k=2)) + "\n".join([line] * 10))
    assert process_time() - began < 60


def test_nothing_acts() -> None:
    for code in ("<script>alert(1)</script>", "<script>" + "x" * 2_000, "# </pre><img src=x onerror=alert(1)>"):
        assert "<script" not in safe_code(code) and "<img" not in safe_code(code)
