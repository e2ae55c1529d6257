"""A reader finds the way: first page, search, colors, contents; with and without a server, by keyboard alone."""

import pytest
from built_site import BOOK
from playwright.sync_api import Browser, Page, expect
from reading import NARROW, WIDE, open_page

FIRST = BOOK[0]

# Gives the element that has the focus: its words, whether it lies in the window, and whether a frame shows it.
FOCUS = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const label = element.labels?.[0];
    return {
        words: [element.ariaLabel, element.title, label?.textContent, element.textContent].join("").trim(),
        inside: box.width > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight,
        framed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
}"""


def _tab_stops(page: Page) -> list[dict]:
    stops: list[dict] = []
    while len(stops) < 500:
        page.keyboard.press("Tab")
        # The skip link slides into view.
        page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")
        stop = page.evaluate(FOCUS)
        if stop is None:
            return stops
        stops.append(stop)
    raise AssertionError("the tab key finds no end")


def _theme(page: Page) -> str:
    return page.evaluate("document.documentElement.dataset.theme")


def test_the_address_of_the_site_leads_to_the_first_page(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/index.html")
    page.wait_for_url(f"{site}/{FIRST}.html")
    page.close()


def test_search_finds_a_word_of_a_chapter(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}/{FIRST}.html")
    page.keyboard.press("Control+K")
    page.keyboard.type("kelvin")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="Exponentially weighted averages").click()
    expect(page.locator("article")).to_contain_text("kelvin")
    assert "chapters/exponentially-weighted-averages.html" in page.url
    page.close()


def test_colors_change_by_keyboard_and_stay(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}/{FIRST}.html", theme="light")
    switch = page.locator(".theme-switch-button:visible")
    switch.focus()
    seen = []
    for _ in range(3):
        page.keyboard.press("Enter")
        seen.append(_theme(page))
        if seen[-1] == "dark":
            page.reload()
            assert _theme(page) == "dark"
            switch.focus()
    assert sorted(seen) == ["dark", "light", "light"]  # the third follows the reader's system
    page.close()


def test_the_first_tab_stop_skips_to_the_text(browser: Browser, on_disk: str) -> None:
    page = open_page(browser, f"{on_disk}/{FIRST}.html")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["words"] == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_each_tab_stop_is_seen_and_has_a_name(browser: Browser, on_disk: str, width: int) -> None:
    page = open_page(browser, f"{on_disk}/{FIRST}.html", width)
    stops = _tab_stops(page)
    assert len(stops) > 8
    assert [stop for stop in stops if not (stop["words"] and stop["inside"] and stop["framed"])] == []
    page.close()


@pytest.mark.parametrize(("button", "words"), [("primary", "Notation"), ("secondary", "Quiz")])
def test_a_phone_opens_and_closes_its_lists(browser: Browser, on_disk: str, button: str, words: str) -> None:
    page = open_page(browser, f"{on_disk}/chapters/exponentially-weighted-averages.html", NARROW)
    entry = page.locator(f"#pst-{button}-sidebar-modal a", has_text=words)
    page.locator(f".{button}-toggle").focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(entry).to_have_count(0)
    page.close()
