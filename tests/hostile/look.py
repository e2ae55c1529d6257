"""Looking at what graders look at, in a browser, and clicking on what there is: feedback, and formgrader's pages."""

import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from nbgrader.api import Gradebook
from playwright.sync_api import Error, Page, sync_playwright

from tests.hostile.scene import Scene
from tests.released import ASSIGNMENT

LINKS = 'a:not([href^="#"]):not([href^="http"]):not([href^="/"])'
CHROMIUM = Path("/usr/bin/chromium")
SECONDS_TO_START = 30
SECONDS_TO_ACT = 0.5
TABS = 12


def look_at_feedback(scene: Scene) -> None:
    """Open every feedback page."""
    visit(graded.feedback.as_uri() for graded in scene.graded.values() if graded.feedback)


def look_at_formgrader(scene: Scene) -> None:
    """Open every submission in formgrader, from which an instructor's server can be reached."""
    with Gradebook(scene.gradebook) as gradebook:
        submissions = [s.id for s in gradebook.notebook_submissions(ASSIGNMENT, ASSIGNMENT)]
    with _formgrader(scene) as address:
        visit(f"{address}/formgrader/submissions/{submission}/" for submission in submissions)


def look(scene: Scene) -> None:
    """Look at everything."""
    look_at_feedback(scene)
    look_at_formgrader(scene)


def visit(addresses: Iterable[str]) -> None:
    """Open each page, let it act, and click on every link that the page does not show to lead elsewhere.

    Raises:
        RuntimeError: none of the pages is there.
    """
    # In a thread of its own, for this one may drive a browser already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(_visit, list(addresses)).result()


def _visit(addresses: list[str]) -> None:
    opened = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for start in range(0, len(addresses), TABS):
            pages = [browser.new_page() for _ in addresses[start : start + TABS]]
            opened += sum(_opens(page, address) for page, address in zip(pages, addresses[start:], strict=False))
            sleep(SECONDS_TO_ACT)
            for page in pages:
                # A page may have gone elsewhere.
                with suppress(Error):
                    page.evaluate(f"for (const a of document.querySelectorAll('{LINKS}')) a.click()")
            sleep(SECONDS_TO_ACT)
            for page in pages:
                page.close()
        browser.close()
    if not opened:
        raise RuntimeError("no page could be opened")


def _opens(page: Page, address: str) -> bool:
    try:
        reply = page.goto(address, wait_until="domcontentloaded", timeout=10_000)
    except Error:
        return False
    # Stock nbgrader cannot show every notebook.
    return reply is not None and reply.ok


@contextmanager
def _formgrader(scene: Scene) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    options += ["--no-browser", "--allow-root", "--ServerApp.port_retries=0"]
    with (scene.folder / "formgrader.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "server", *options],
            cwd=scene.project,
            env=scene.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)


def _wait_for(address: str, server: subprocess.Popen) -> None:
    end = monotonic() + SECONDS_TO_START
    while server.poll() is None and monotonic() < end:
        try:
            with urlopen(address, timeout=1):
                return
        except (URLError, OSError):
            sleep(0.1)
    raise RuntimeError("formgrader's server did not start")
