"""Print the book to `_build/pdf` with chromium.

python -m book.pdf
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader
from pypdf.generic import Destination

from book.paper import ROOT, Heading, document

PDF = ROOT / "_build" / "pdf" / "optimization-algorithms.pdf"

#: Wait until every formula is drawn, and fonts and pictures are loaded.
READY = """async () => {
    await MathJax.startup.promise;
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode()));
}"""

#: Fill in the table of contents.
NUMBER = """(pages) => {
    for (const line of document.querySelectorAll("nav.toc a"))
        line.lastElementChild.textContent = pages[decodeURIComponent(line.hash.slice(1))];
}"""


def bookmarks(pdf: Path) -> list[tuple[str, int]]:
    """Return the title and page number, from 1, of every bookmark of a PDF, in reading order.

    Args:
        pdf: the file; its bookmarks may be nested to any depth.

    Raises:
        ValueError: a bookmark leads to no page.
    """
    reader = PdfReader(pdf)

    def flat(entries: Iterable[Destination | list[Any]]) -> list[tuple[str, int]]:
        found = []
        for entry in entries:
            if isinstance(entry, list):
                found += flat(entry)
            else:
                number = reader.get_destination_page_number(entry)
                if number is None:
                    raise ValueError(f"the bookmark {entry.title!r} leads to no page")
                found.append((" ".join(str(entry.title).split()), number + 1))
        return found

    return flat(reader.outline)


def _print(browser: Browser, source: Path, headings: list[Heading], numbers: dict[str, int]) -> dict[str, int]:
    """Print with these numbers in the table of contents, and return the numbers of the printed pages.

    Each print has a new window: a second print of the same window would break the pages at other places.
    """
    page = browser.new_page()
    page.goto(source.as_uri())
    page.evaluate(READY)
    page.evaluate(NUMBER, numbers)
    page.pdf(path=PDF, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    page.close()
    _, *marks = bookmarks(PDF)  # the first is the table of contents
    return {heading.place: number for heading, (_, number) in zip(headings, marks, strict=True)}


def main() -> None:
    """Print the book twice: only a printed book shows on which pages its chapters begin."""
    chromium = shutil.which("chromium")
    assert chromium, "printing the book needs chromium: apt-get install chromium"
    PDF.parent.mkdir(parents=True, exist_ok=True)
    source = PDF.with_suffix(".html")
    html, headings = document(PDF.parent)
    source.write_text(html, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        # Any three digits take up as much room as the right page number.
        numbers = _print(browser, source, headings, {heading.place: 100 for heading in headings})
        printed = _print(browser, source, headings, numbers)
        browser.close()
    assert printed == numbers, [place for place in printed if printed[place] != numbers[place]]
    print(f"{PDF.relative_to(ROOT)}: {len(PdfReader(PDF).pages)} pages")


if __name__ == "__main__":
    main()
