"""The built pages are all there, load nothing from elsewhere, and describe their pictures."""

import re

import pytest
from built_site import BOOK, HTML, PAGES, soup

from grading.version import VERSION

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src"}


def test_each_page_of_the_contents_is_built_and_no_other() -> None:
    assert len(BOOK) >= 4
    built = {str(path.relative_to(HTML).with_suffix("")) for path in HTML.rglob("*.html")}
    assert {name for name in built if not name.startswith("_static")} == {*PAGES, "index"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_from_elsewhere(name: str) -> None:
    loaded = [tag[source] for tag_name, source in LOADING.items() for tag in soup(name)(tag_name, {source: True})]
    loaded += [tag["href"] for tag in soup(name)("link") if "canonical" not in tag.get("rel", [])]
    outside = [address for address in loaded if re.match(r"(https?:)?//", address)]
    assert not outside


@pytest.mark.parametrize("name", PAGES)
def test_each_image_has_a_description(name: str) -> None:
    for image in soup(name)("img"):
        alt = image.get("alt", "")
        assert len(alt) > 10, image
        # By default, it is the picture's path.
        assert not re.search(r"\.(png|svg|jpe?g)\b", alt), image


@pytest.mark.parametrize("name", PAGES)
def test_each_page_states_the_version(name: str) -> None:
    footer = soup(name).select_one("footer.bd-footer-content").get_text()
    assert f"Version {VERSION}" in footer
