"""Looking at feedback pages in a browser, and clicking on what there is."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")


def look_at(pages: Iterable[Path]) -> None:
    """Open each page, let it act, and click on every link, as a reader may.

    Args:
        pages: HTML files.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in pages:
            page = browser.new_page()
            try:
                page.goto(path.as_uri(), wait_until="domcontentloaded", timeout=10_000)
                page.wait_for_timeout(300)
                page.evaluate("for (const a of document.querySelectorAll('a:not([href^=\"#\"])')) a.click()")
                page.wait_for_timeout(200)
            except Error:
                continue  # the page went elsewhere, or never came to rest
            finally:
                page.close()
        browser.close()
