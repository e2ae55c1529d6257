"""Text from anybody: what can be kept of it, and how it is shown."""

import pytest

from grading.intake.text import usable, visible


def test_what_cannot_be_kept_is_removed() -> None:
    assert usable("a\x00b\x08c\x1b[d\x7f\x9f\ud800e\tf\n") == "abc[de\tf\n"
    assert usable("a\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize(
    "sign", ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"]
)
def test_signs_that_turn_text_are_shown(sign: str) -> None:
    assert visible(f"if admin{sign}:") == "if admin\ufffd:"


def test_piles_of_marks_are_cut() -> None:
    assert visible("e" + "\u0301" * 9_000 + "f") == "e" + "\u0301" * 4 + "f"
    assert visible("e" + "\u0301\u0489\u0323\u20dd" * 9_000 + "f") == "e\u0301\u0489\u0323\u20ddf"


@pytest.mark.parametrize("text", ["기울기", "한", "ệ", "שָׁלוֹם", "العربية", "हिन्दी", "ไทย", "👩‍🔬", "\u200f", "α\u0302"])
def test_languages_stay_as_they_are(text: str) -> None:
    assert visible(text) == text
    assert usable(text) == text
