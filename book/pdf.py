"""Print the book to `_build/pdf` with chromium.

python -m book.pdf
"""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from book.paper import ROOT, Heading, document

PDF = ROOT / "_build" / "pdf" / "optimization-algorithms.pdf"

#: Every formula is drawn; letters and pictures are there.
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
    """Give title and page number, from 1, of each bookmark of a PDF in reading order, at whatever depth."""
    reader = PdfReader(pdf)

    def flat(entries: list) -> list[tuple[str, int]]:
        found = []
        for entry in entries:
            if isinstance(entry, list):
                found += flat(entry)
            else:
                found.append((" ".join(entry.title.split()), reader.get_destination_page_number(entry) + 1))
        return found

    return flat(reader.outline)


def _print(browser: Browser, source: Path, headings: list[Heading], numbers: dict[str, int]) -> dict[str, int]:
    """Print with these numbers in the table of contents, and give those that are on the pages.

    Each time in a new window: a second print of the same window breaks the pages at other places.
    """
    page = browser.new_page()
    page.goto(source.as_uri())
    page.evaluate(READY)
    page.evaluate(NUMBER, numbers)
    page.pdf(path=PDF, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    page.close()
    _, *marks = bookmarks(PDF)  # the first is that of the table of contents
    return {heading.place: number for heading, (_, number) in zip(headings, marks, strict=True)}


def main() -> None:
    """Print the book twice: only a printed book shows where its chapters begin."""
    chromium = shutil.which("chromium")
    assert chromium, "the book is printed by chromium: apt-get install chromium"
    PDF.parent.mkdir(parents=True, exist_ok=True)
    source = PDF.with_suffix(".html")
    html, headings = document(PDF.parent)
    source.write_text(html, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        # Any number takes up as much room as the right one.
        numbers = _print(browser, source, headings, {heading.place: 100 for heading in headings})
        printed = _print(browser, source, headings, numbers)
        browser.close()
    assert printed == numbers, [place for place in printed if printed[place] != numbers[place]]
    print(f"{PDF.relative_to(ROOT)}: {len(PdfReader(PDF).pages)} pages")


if __name__ == "__main__":
    main()
