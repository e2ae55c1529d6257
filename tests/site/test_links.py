"""Each local link leads to a page that exists and to a place on it, and the book reads from front to back."""

import os
import re
from functools import cache

import pytest
from built_site import BOOK, HTML, PAGES, soup


@cache
def _places(name: str) -> set[str]:
    return {tag["id"] for tag in soup(name)(id=True)}


def _resolve(address: str, name: str) -> tuple[str, str]:
    """Give the file, relative to the site's root, and the fragment that an address on a page leads to."""
    path, _, fragment = address.partition("#")
    path = path.partition("?")[0]
    folder = os.path.dirname(name)
    return (os.path.normpath(os.path.join(folder, path)) if path else f"{name}.html"), fragment


@pytest.mark.parametrize("name", PAGES)
def test_each_local_address_leads_somewhere(name: str) -> None:
    addresses = [tag.get("src") or tag.get("href") for tag in soup(name)(["script", "img", "link", "a"])]
    local = [address for address in addresses if address and not re.match(r"[a-z]+:|//", address)]
    assert local
    for address in set(local):
        file, fragment = _resolve(address, name)
        assert (HTML / file).is_file(), address
        if fragment:
            assert fragment in _places(file.removesuffix(".html")), address


def test_next_and_previous_lead_through_the_book() -> None:
    def neighbors(side: str) -> list[str | None]:
        links = [(name, soup(name).select_one(f".prev-next-footer a.{side}")) for name in BOOK]
        return [link and _resolve(link["href"], name)[0].removesuffix(".html") for name, link in links]

    assert neighbors("right-next") == [*BOOK[1:], None]
    assert neighbors("left-prev") == [None, *BOOK[:-1]]
