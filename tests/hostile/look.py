"""Looking at feedback pages in a browser, and clicking on what there is."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

LINKS = 'a:not([href^="#"]):not([href^="http"])'
CHROMIUM = Path("/usr/bin/chromium")


def look_at(pages: Iterable[Path]) -> None:
    """Open each page, let it act, and click on every link that does not say that it leads elsewhere in the web.

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
                page.evaluate(f"for (const a of document.querySelectorAll('{LINKS}')) a.click()")
                page.wait_for_timeout(200)
            except Error:
                continue  # the page went elsewhere, or never came to rest
            finally:
                page.close()
        browser.close()
