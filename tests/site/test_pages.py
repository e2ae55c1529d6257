"""The built pages ask nobody for anything, describe their pictures, and tell no answers."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
PAGES = sorted(path for path in HTML.rglob("*.html") if "_static" not in path.parts)
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src"}


def _soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def test_the_site_is_built() -> None:
    listed = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert len(listed) >= 4
    for name in listed:
        assert (HTML / f"{name}.html") in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_loads_nothing_from_elsewhere(page: Path) -> None:
    soup = _soup(page)
    loaded = [tag[source] for name, source in LOADING.items() for tag in soup.find_all(name, attrs={source: True})]
    loaded += [tag["href"] for tag in soup.find_all("link") if "canonical" not in tag.get("rel", [])]
    outside = [address for address in loaded if re.match(r"(https?:)?//", address)]
    assert not outside


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_no_local_address_that_is_missing(page: Path) -> None:
    soup = _soup(page)
    addresses = [tag.get("src") or tag.get("href") for tag in soup.find_all(["script", "img", "link", "a"])]
    local = [address for address in addresses if address and not re.match(r"[a-z]+:|//", address)]
    paths = {re.split("[#?]", address)[0] for address in local} - {""}
    missing = [path for path in paths if not (page.parent / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_image_has_a_description(page: Path) -> None:
    for image in _soup(page).find_all("img"):
        alt = image.get("alt", "")
        assert len(alt) > 10 or "logo" in " ".join(image.get("class", [])), image
        assert not re.search(r"\.(png|svg|jpe?g)\b", alt), image
