"""How a test moves a lab."""

from playwright.sync_api import Page


def choose(page: Page, group: str, label: str, value: str) -> None:
    """Move a slider by the keyboard until it stands at a value, as its text for screen readers says it."""
    slider = page.get_by_role("group", name=group, exact=True).get_by_role("slider", name=label, exact=True)
    slider.press("Home")
    for _ in range(500):
        if slider.get_attribute("aria-valuetext") == value:
            return
        slider.press("ArrowRight")
    raise AssertionError(f"{label} has no value {value}")
