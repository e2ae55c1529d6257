"""Each page of the site in light colors, wide and narrow, with and without a server: nothing is wrong with it."""

import pytest
from built_site import PAGES
from playwright.sync_api import Browser
from reading import faults


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_light_colors(browser: Browser, site: str, name: str) -> None:
    found = faults(browser, site, name, theme="light")
    assert not found, "\n".join(found)
