"""Fixtures that tests of several rooms share."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from grading.sandbox.launch import Zygote


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, which finds no host but this one."""
    chromium = shutil.which("chromium")
    assert chromium, "the tests of the site need chromium: apt-get install chromium"
    nobody_else = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[nobody_else])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One warm interpreter in the sandbox for the tests of a file."""
    with Zygote() as zygote:
        yield zygote
