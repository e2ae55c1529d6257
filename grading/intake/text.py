"""Text that can be written to any file, kept in any database, and read as it is."""

import re
import unicodedata

# A surrogate cannot be written as UTF-8, PostgreSQL keeps no NUL, and no Python program needs the others.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# These turn the text around them, so that a person would read another program than Python does.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Marks that one letter may bear. More than any language has would cover the lines above and below.
MAX_MARKS = 4


def usable(text: str) -> str:
    r"""Return a text with `\n` at the end of each line and without characters that cannot be kept.

    Args:
        text: of anybody.
    """
    return _UNUSABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible(text: str) -> str:
    """Return a text for people to read: a sign stands for what would turn it, and piles of marks are cut.

    Args:
        text: of anybody.
    """
    return text if text.isascii() else _without_piles(_TURNING.sub("\ufffd", text))


def _without_piles(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
