"""JupyterLab as `make lab` opens it, on a server that stops at the end of a `with` block."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, Page

SECONDS_TO_START = 120
SECONDS_TO_ACT = 30


@dataclass(frozen=True)
class Lab:
    """JupyterLab on a server that is starting.

    Attributes:
        server: the process.
        notes: file in which the server records its port and token.
        log: file with everything the server prints.
        browser: opens the pages.
    """

    server: subprocess.Popen[bytes]
    notes: Path
    log: Path
    browser: Browser

    def address(self, path: str) -> str:
        """Wait until the server is up, and return the address of a page on it, including the access token.

        Args:
            path: of the page, such as "lab".

        Raises:
            RuntimeError: the server stopped, or took longer than `SECONDS_TO_START`; the message shows its log.
        """
        end = monotonic() + SECONDS_TO_START
        while self.server.poll() is None and monotonic() < end:
            try:
                found = json.loads(self.notes.read_text())
                return f"http://127.0.0.1:{found['port']}/{path}?token={found['token']}"
            except (FileNotFoundError, json.JSONDecodeError):
                sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def open(self) -> Page:
        """Open JupyterLab in a window that shares nothing with other windows."""
        page = self.browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(SECONDS_TO_ACT * 1000)
        page.goto(self.address("lab"))
        return page


@contextmanager
def lab(course: Path, role: str, browser: Browser) -> Iterator[Lab]:
    """Start JupyterLab in a role.

    Args:
        course: folder of the course.
        role: "student" or "instructor".
        browser: opens the pages.

    Yields:
        A server that is starting; `Lab.address` waits for it.
    """
    log = course / f"{role}.log"
    # No personal settings, and the course activated as `make` does it.
    environment = {
        "HOME": str(course),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "grading", "lab", role, "--no-browser", "--port=0"],
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    try:
        notes = course / "_class" / "lab" / role / "data" / "runtime" / f"jpserver-{server.pid}.json"
        yield Lab(server, notes, log, browser)
    finally:
        # A server that terminates stops its kernels; one that has to be killed takes them down with it.
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
