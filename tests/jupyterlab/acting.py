"""What people do in JupyterLab, by mouse and keyboard."""

import os
import re
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

# Executing a notebook, in a kernel that starts, on a busy machine.
MILLISECONDS_TO_EXECUTE = 60_000


def picture(page: Page, name: str) -> None:
    """Take a picture for somebody to look at, if the variable PICTURES names a folder for it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


class Student:
    """A student at JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.assignments = page.locator("#nbgrader-assignment-list")
        self.notebook = page.locator(".jp-NotebookPanel")
        self.dialog = page.locator(".jp-Dialog")

    def assignment(self, state: str, assignment: str) -> Locator:
        """Find an assignment in the list "released", "fetched" or "submitted"."""
        return self.assignments.locator(f"#{state}_assignments_list > .list_item", has_text=assignment)

    def fetch(self, assignment: str) -> None:
        """Fetch an assignment and open its notebook."""
        self.assignment("released", assignment).get_by_role("button", name="Fetch").click()
        fetched = self.assignment("fetched", assignment)
        fetched.locator(".assignment-notebooks-link").click()
        picture(self.page, "fetched")
        fetched.locator(".assignment-notebooks").get_by_text(assignment).click()
        self.wait_for_kernel()
        picture(self.page, "opened")

    def wait_for_kernel(self) -> None:
        """Wait until nothing runs."""
        indicator = self.notebook.locator(".jp-Notebook-ExecutionIndicator")
        expect(indicator).to_have_attribute("data-status", "idle", timeout=MILLISECONDS_TO_EXECUTE)

    def cell(self, text: str) -> Locator:
        """Find the first cell with this text."""
        return self.notebook.locator(".jp-Cell", has_text=text).first

    def write_line(self, cell: Locator, code: str) -> None:
        """Replace the last line of a cell, key by key."""
        cell.locator(".cm-content").click()
        for key in ("Control+End", "Shift+Home"):
            self.page.keyboard.press(key)
        self.page.keyboard.type(code)

    def write(self, cell: Locator, text: str) -> None:
        """Replace the text of a cell."""
        cell.dblclick()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def run_all(self) -> None:
        """Run all cells in a new kernel, up to the first that fails."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
        self.dialog.get_by_role("button", name="Confirm Kernel Restart").click()
        expect(self.cell("import matplotlib").locator(".jp-InputPrompt")).to_have_text("[1]:")
        self.wait_for_kernel()

    def validate(self) -> str:
        """Press Validate and return what it says."""
        self.notebook.get_by_role("button", name="Validate").click()
        self.dialog.wait_for(timeout=MILLISECONDS_TO_EXECUTE)
        said = self.dialog.inner_text()
        picture(self.page, f"validated-{'success' if 'Success' in said else 'failed'}")
        self.dialog.get_by_role("button", name="Ok").click()
        return said

    def go_to_assignments(self) -> None:
        """Turn to the Assignment List."""
        self.page.get_by_role("tab", name="Assignments").click()

    def submit(self, assignment: str) -> None:
        """Hand in what is saved."""
        self.go_to_assignments()
        self.assignment("fetched", assignment).get_by_role("button", name="Submit").click()
        self.assignment("submitted", assignment).wait_for()
        picture(self.page, "submitted")

    def fetch_feedback(self, assignment: str) -> FrameLocator:
        """Fetch feedback, open it, and return its page."""
        self.go_to_assignments()
        submitted = self.assignment("submitted", assignment)
        submitted.get_by_role("button", name="Fetch Feedback").click()
        submitted.get_by_text("view feedback").click()
        self.page.get_by_role("listitem", name=f"{assignment}.html").dblclick()
        page = self.page.frame_locator(".jp-HTMLViewer iframe")
        page.get_by_role("heading").first.wait_for()
        picture(self.page, "feedback")
        return page


class Instructor:
    """The instructor in formgrader, in a tab of JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.formgrader = page.frame_locator("iframe[src$=formgrader]")
        self.dialog = self.formgrader.locator(".modal-dialog:visible")

    def go_to(self, *links: str) -> None:
        """Follow links from page to page."""
        for link in links:
            # The next page may have a link of the same name.
            with self.page.expect_event("framenavigated"):
                self.formgrader.get_by_role("link", name=link, exact=True).click()

    def press(self, row: str, action: str) -> None:
        """Press a picture in a row, as "collect" or "autograde", and wait until formgrader says that it is done."""
        self.row(row).locator(f".{action} a").click()
        expect(self.dialog).to_contain_text("Success", timeout=MILLISECONDS_TO_EXECUTE)
        picture(self.page, action)
        self.dialog.get_by_role("button", name="Close").click()
        self.dialog.wait_for(state="hidden")

    def row(self, text: str) -> Locator:
        """Find the row of a table."""
        return self.formgrader.locator("tr", has_text=text)

    def give(self, cell: str, points: str, comment: str) -> None:
        """Award an answer points by hand and write a comment; formgrader saves both."""
        # Before formgrader has its own notes on a cell, it would not see what is written there.
        for field in (f"#{cell}_extra_credit", f"#{cell}-comment"):
            expect(self.formgrader.locator(field)).to_have_attribute("placeholder", re.compile("."))
        for field, text, saved in ((f"#{cell}", points, "grade"), (f"#{cell}-comment", comment, "comment")):
            self.formgrader.locator(field).fill(text)
            with self.page.expect_response(lambda reply, saved=saved: f"/api/{saved}/" in reply.url and reply.ok):
                self.formgrader.locator(field).press("Tab")
