"""The book on paper is whole: each chapter has its bookmark and its line in the table of contents, no page is empty."""

import re
import subprocess

import pytest
from built_site import BOOK, soup
from pypdf import PageObject, PdfReader

from book.paper import ROOT
from book.pdf import PDF, bookmarks

#: Titles of the book's pages. The first page of the site has the book's own title; on paper it is the welcome.
CHAPTERS = ["Welcome", *(" ".join(soup(name).select_one("article h1").get_text().split())[:-1] for name in BOOK[1:])]


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    # It takes minutes, beside the other tests.
    subprocess.run(["make", "pdf"], cwd=ROOT, check=True)
    return PdfReader(PDF)


def _words(page: PageObject) -> str:
    return " ".join(page.extract_text().split())


def test_each_chapter_has_a_bookmark_in_order(reader: PdfReader) -> None:
    marks = bookmarks(PDF)
    print(f"{len(reader.pages)} pages, {len(marks)} bookmarks, {PDF.stat().st_size / 1e6:.0f} MB")
    assert [title for title, _ in marks if title in CHAPTERS] == CHAPTERS
    pages = [page for _, page in marks]
    assert pages == sorted(pages)
    assert pages[-1] <= len(reader.pages)


def test_the_table_of_contents_has_the_right_pages(reader: PdfReader) -> None:
    start = {title: page for title, page in bookmarks(PDF) if title in CHAPTERS}
    contents = " ".join(_words(page) for page in reader.pages[1 : start["Welcome"] - 1])
    for chapter in CHAPTERS:
        assert re.search(rf"{re.escape(chapter)} {start[chapter]}\b", contents), chapter
        assert chapter in _words(reader.pages[start[chapter] - 1])


def test_no_page_is_empty(reader: PdfReader) -> None:
    # To read a page takes its time; an empty one has hardly anything to draw.
    sparse = {number: page for number, page in enumerate(reader.pages, 1) if len(page.get_contents().get_data()) < 3000}
    # Each page has its number, and that of a part the part's name.
    assert [number for number, page in sparse.items() if len(_words(page).split()) < 3] == []
