"""The built site, as its tests see it."""

import re
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"

#: The pages of the book in reading order, and those that Sphinx adds; each is named by its path without ".html".
BOOK = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [*BOOK, "genindex", "search"]


@cache
def soup(name: str) -> BeautifulSoup:
    """Parse a page; read it only, for all tests of a worker share it."""
    return BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
