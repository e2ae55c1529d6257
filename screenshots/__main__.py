"""Take the pictures of README.md into this folder, by `python -m screenshots`.

They show the built book and the graded sample class in the programs that people use. Everything happens in a copy of
the course, so nobody's work is touched.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from screenshots.serving import SECONDS_TO_START, lab

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
COPIED = ("_class", "assignments", "course", "grading", "solutions", "nbgrader_config.py")
RIGHT, STUDENT = "ada", "euler"
ASSIGNMENT = "mini-batch"
QUESTION = "updates_per_epoch"
MEETS_THE_CHALLENGE = {"β": "0.5", "learning rate α": "0.2"}
LOW = 660

# JupyterLab then draws the whole notebook at once, so that it can be scrolled to any cell.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        course = Path(scratch)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, course / name)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        _take_book(browser)
        _take_feedback(browser, course)
        _take_report(browser, course)
        _take_notebook(browser, course)
        _take_formgrader(browser, course)
        browser.close()


def _take_book(browser: Browser) -> None:
    page = _open(browser, (ROOT / "_build" / "html" / "chapters" / "welcome.html").as_uri())
    for name, value in MEETS_THE_CHALLENGE.items():
        slider = page.get_by_role("group", name="momentum").get_by_role("slider", name=name)
        slider.press("Home")
        while slider.get_attribute("aria-valuetext") != value:
            slider.press("ArrowRight")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    _save(page, "book")


def _take_feedback(browser: Browser, course: Path) -> None:
    page = _open(browser, (course / "_class" / "feedback" / STUDENT / ASSIGNMENT / f"{ASSIGNMENT}.html").as_uri())
    _scroll(page, page.get_by_text(f"{QUESTION}: 1 of 3 points"), "end")
    _save(page, "feedback")


def _take_report(browser: Browser, course: Path) -> None:
    page = _open(browser, (course / "_class" / "report.html").as_uri(), height=LOW)
    _scroll(page, page.get_by_role("heading", name="momentum", exact=True), "start")
    _save(page, "report")


def _take_notebook(browser: Browser, course: Path) -> None:
    """Take a student's notebook after *Run All Cells*, where a visible check says what is wrong."""
    path = Path(ASSIGNMENT, f"{ASSIGNMENT}.ipynb")
    # *Run All Cells* stops at the first cell that fails, so only this answer may be wrong.
    notebook, wrong = (nbformat.read(course / "_class" / "submitted" / who / path, 4) for who in (RIGHT, STUDENT))
    _answer(notebook).source = _answer(wrong).source
    _write(course / "_class" / "desk" / path, notebook)
    with _lab(course, "student", f"lab/tree/{path}", browser) as address:
        page = _open(browser, address)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=SECONDS_TO_START * 1000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        check = page.locator(".jp-Cell", has=page.get_by_text("✓ the steps for 5,000,000 examples in one batch"))
        check.wait_for(timeout=SECONDS_TO_START * 1000)
        _scroll(page, check, "end")
        _save(page, "notebook")


def _take_formgrader(browser: Browser, course: Path) -> None:
    """Take the page of formgrader where the instructor marks a reflection."""
    with Gradebook(f"sqlite:///{course}/_class/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook("decay", "decay", RIGHT).id
    with _lab(course, "instructor", f"formgrader/submissions/{submission}/", browser) as address:
        page = _open(browser, address, height=LOW)
        page.locator(".score").last.fill("2")
        page.locator(".comment").last.fill("Right in general. For 2: how small is the rate after five epochs?")
        _scroll(page, page.get_by_text("Student's answer").last, "center")
        _save(page, "formgrader")


@contextmanager
def _lab(course: Path, role: str, path: str, browser: Browser) -> Iterator[str]:
    """Start JupyterLab as `make lab` does, and yield the address of one of its pages."""
    for plugin, settings in SETTINGS.items():
        settings_of_role = course / "_class" / "lab" / role / "config" / "lab" / "user-settings"
        _write(settings_of_role / f"{plugin}.jupyterlab-settings", settings)
    with lab(course, role, browser) as server:
        yield server.address(path)


def _answer(notebook: NotebookNode) -> NotebookNode:
    """Find the cell with the student's answer to the question."""
    cells: list[NotebookNode] = notebook.cells
    return next(cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == QUESTION)


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def _open(browser: Browser, address: str, height: int = 840) -> Page:
    page = browser.new_page(viewport={"width": 1200, "height": height}, device_scale_factor=1.25)
    page.goto(address)
    return page


def _scroll(page: Page, place: Locator, to: str) -> None:
    """Scroll until a place is near the "start", the "center" or the "end" of the window."""
    place.evaluate("(place, to) => { place.style.scrollMargin = '24px'; place.scrollIntoView({block: to}); }", to)


def _save(page: Page, name: str) -> None:
    # Wait for animations to end.
    page.wait_for_timeout(1000)
    # Without a border, a white picture has no edge on a white page.
    picture = ImageOps.expand(Image.open(BytesIO(page.screenshot())).convert("RGB"), border=2, fill="#b0b8c0")
    picture.save(HERE / f"{name}.webp", quality=80, method=6)
    page.close()


if __name__ == "__main__":
    main()
