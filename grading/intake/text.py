"""Text that can be written to any file and kept in any database."""

import re

# A surrogate cannot be written as UTF-8, PostgreSQL keeps no NUL, and no Python program needs the others.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def usable(text: str) -> str:
    r"""Return a text with `\n` at the end of each line and without characters that cannot be kept.

    Args:
        text: of anybody.
    """
    return _UNUSABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
