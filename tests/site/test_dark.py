"""Each page of the site in dark colors, wide and narrow: nothing is wrong with it.

On disk it is looked at in light colors alone, where it could lack a file; the colors are the same.
"""

import pytest
from built_site import PAGES
from playwright.sync_api import Browser
from reading import faults


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_dark_colors(browser: Browser, served: str, name: str) -> None:
    found = faults(browser, served, name, theme="dark")
    assert not found, "\n".join(found)
