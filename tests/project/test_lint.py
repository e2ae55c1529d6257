"""What the linters are told to overlook has a reason beside it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for path in ROOT.glob("*/**/*.py") if not {".venv", "_class", "_build"} & set(path.parts)]
OVERLOOKED = re.compile(r"# (?:noqa|type: ignore).*")
WITH_REASON = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*, \w|type: ignore\[[\w, -]+\]  # \w)")


def test_what_a_line_may_do_has_a_reason() -> None:
    unexplained = [
        f"{path.relative_to(ROOT)}: {comment}"
        for path in SOURCES
        if path != Path(__file__)
        for comment in OVERLOOKED.findall(path.read_text(encoding="utf-8"))
        if not WITH_REASON.match(comment)
    ]
    assert not unexplained


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# noqa: SIM115, the caller closes it", True),
        ("# noqa: SIM115", False),
        ("# noqa", False),
        ("# type: ignore[misc]  # nbgrader is not typed", True),
        ("# type: ignore[misc]", False),
    ],
)
def test_only_words_are_a_reason(comment: str, explained: bool) -> None:
    assert bool(WITH_REASON.match(comment)) is explained
