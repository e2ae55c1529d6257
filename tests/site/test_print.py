"""Printed, a chapter is black on white: text, figures with their captions, answers; nothing to click."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from reading import open_page

CHAPTER = "chapters/exponentially-weighted-averages.html"


@pytest.fixture(scope="module")
def paper(browser: Browser, on_disk: str) -> Iterator[Page]:
    """The chapter of a reader who likes it dark, as it goes to the printer."""
    page = open_page(browser, f"{on_disk}/{CHAPTER}", theme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    yield page
    page.close()


def _visible(page: Page, selector: str) -> list[bool]:
    return page.locator(selector).evaluate_all("elements => elements.map(element => element.checkVisibility())")


def _styles(page: Page, selector: str, name: str) -> set[str]:
    return set(
        page.locator(selector).evaluate_all(f"elements => elements.map(element => getComputedStyle(element).{name})")
    )


def test_nothing_to_click_is_printed(paper: Page) -> None:
    for selector in ("#pst-primary-sidebar", "#pst-secondary-sidebar", "button", ".prev-next-footer", "a.headerlink"):
        seen = _visible(paper, selector)
        assert seen and not any(seen), selector


def test_folded_code_is_left_out_and_answers_are_printed(paper: Page) -> None:
    assert not any(_visible(paper, "details.hide"))
    answers = _visible(paper, ".sd-summary-content p")
    assert answers and all(answers)


def test_paper_is_white_and_text_is_black(paper: Page) -> None:
    assert _styles(paper, "body", "backgroundColor") == {"rgb(255, 255, 255)"}
    for text in ("section > p", "section > ul > li", "section > p a", ".sd-summary-content p"):
        assert _styles(paper, text, "color") == {"rgb(0, 0, 0)"}, text
    assert _styles(paper, ".cell_output img", "filter") == {"none"}
    assert "underline" in _styles(paper, "section > p a", "textDecorationLine")


def test_figures_stay_whole_and_with_their_captions(paper: Page) -> None:
    assert _styles(paper, ".cell_output img", "breakInside") == {"avoid"}
    assert _styles(paper, ".cell:has(.cell_output img)", "breakAfter") == {"avoid"}


def test_printing_leaves_the_screen_as_it_was(browser: Browser, on_disk: str) -> None:
    page = open_page(browser, f"{on_disk}/{CHAPTER}", theme="dark")
    page.evaluate("addEventListener('beforeprint', () => { window.printed = document.documentElement.dataset.theme; })")
    page.pdf()
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.close()
