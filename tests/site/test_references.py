"""Each work in references.bib is cited, and can be found by who reads of it."""

import re

from built_site import BOOK, ROOT, soup

REFERENCES = "chapters/references"
#: A DOI, a number on arXiv, another address, or the number of a book that has none of them.
FOUND_AT = re.compile(r"https://doi\.org/10\.\S+|https://arxiv\.org/abs/\S+|https://\S+")


def _keys() -> list[str]:
    return re.findall(
        r"^@\w+\{(\w+),", (ROOT / "chapters" / "references.bib").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_each_work_of_the_file_is_on_the_page() -> None:
    """The page lists what is cited, so a work that nobody cites is missing here."""
    keys = _keys()
    assert len(keys) > 30
    assert keys == sorted(set(keys))
    assert len(soup(REFERENCES).select("div.citation")) == len(keys)


def test_each_work_can_be_found() -> None:
    for work in soup(REFERENCES).select("div.citation"):
        addresses = [link["href"] for link in work.select("p > a")]
        assert [address for address in addresses if FOUND_AT.fullmatch(address)] or "ISBN" in work.get_text(), work


def test_each_work_is_cited() -> None:
    cited = {link["href"].partition("#")[2] for name in BOOK for link in soup(name).select(".bibtex-citation a[href]")}
    assert {work["id"] for work in soup(REFERENCES).select("div.citation")} == cited
