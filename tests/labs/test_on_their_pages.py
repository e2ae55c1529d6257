"""Each page's lab: its challenge is open at first, and the moves that the text hints at meet it."""

from pathlib import Path

import pytest
from moving import choose
from playwright.sync_api import Browser, expect

HTML = Path(__file__).resolve().parents[2] / "_build" / "html" / "chapters"

#: What to move: (group, slider, value).
SOLUTIONS = {
    "welcome": [("momentum", "β", "0.5"), ("momentum", "learning rate α", "0.2")],
    "normalizing-inputs": [("Landscape", "condition number κ", "4"), ("gradient descent", "learning rate α", "0.4")],
    "mini-batch-gradient-descent": [("Mini-batches", "batch size", "4")],
    "batch-size": [("Mini-batches", "batch size", "32")],
    "exponentially-weighted-averages": [("Average", "β", "0.85")],
    "momentum": [("momentum", "β", "0.5"), ("momentum", "learning rate α", "0.2")],
    "rmsprop": [("RMSProp", "β₂", "0.99"), ("RMSProp", "learning rate α", "0.3")],
    "adam": [("Adam", "β₂", "0.95")],
    "learning-rate-decay": [("inverse time", "decay rate", "1")],
    "saddle-points": [("gradient descent", "learning rate α", "0.4")],
    "fair-race": [("Adam", "learning rate α", "1")],
    "tuning-hyperparameters": [("momentum", "β", "0.5"), ("momentum", "learning rate α", "0.2")],
}


def test_every_page_with_a_lab_is_listed() -> None:
    with_lab = {page.stem for page in HTML.glob("*.html") if "-lab data-options" in page.read_text(encoding="utf-8")}
    assert with_lab == set(SOLUTIONS)


@pytest.mark.parametrize("name", SOLUTIONS)
def test_the_challenge_of_a_page_is_open_and_can_be_met(browser: Browser, name: str) -> None:
    page = browser.new_page()
    page.goto((HTML / f"{name}.html").as_uri())
    lab = page.locator("path-lab, average-lab, schedule-lab, batch-lab")
    assert lab.count() == 1
    verdict = lab.get_by_role("status")
    expect(verdict).to_contain_text("Not yet")
    for group, label, value in SOLUTIONS[name]:
        expect(verdict).to_contain_text("Not yet")
        choose(page, group, label, value)
    expect(verdict).to_contain_text("Met")
    expect(verdict).to_have_class("lab-verdict met")
    page.close()
