"""A copy of the course, and JupyterLab in it as `make lab` opens it, for a student and for the instructor."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page

from grading.classroom import ROOT

COPIED = ("assignments", "course", "grading", "solutions", "nbgrader_config.py")
SECONDS_TO_START = 60
SECONDS_TO_ACT = 30


@dataclass(frozen=True)
class Lab:
    """JupyterLab in a browser.

    Attributes:
        page: of the browser, at JupyterLab.
        address: of the server, as "http://127.0.0.1:8888".
        token: that opens it.
    """

    page: Page
    address: str
    token: str


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course, with a class of its own."""
    folder = tmp_path_factory.mktemp("course")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def student(course: Path, browser: Browser) -> Iterator[Lab]:
    """A student's JupyterLab."""
    with _lab(course, "student", browser) as lab:
        yield lab


@pytest.fixture(scope="module")
def instructor(course: Path, student: Lab, browser: Browser) -> Iterator[Lab]:
    """The instructor's JupyterLab, opened when assignments are out."""
    with _lab(course, "instructor", browser) as lab:
        yield lab


def environment(course: Path) -> dict[str, str]:
    """Give the environment of somebody who has nothing but the course, activated as make does it."""
    home = course / "home"
    home.mkdir(exist_ok=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(course)}


@contextmanager
def _lab(course: Path, role: str, browser: Browser) -> Iterator[Lab]:
    with (course / f"{role}.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "grading", "lab", role, "--no-browser", "--port=0"],
            cwd=course,
            env=environment(course),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            notes = course / "_class" / "lab" / role / "data" / "runtime" / f"jpserver-{server.pid}.json"
            address, token = _wait_for(notes, server, Path(log.name))
            with browser.new_context(viewport={"width": 1400, "height": 900}) as context:
                context.set_default_timeout(SECONDS_TO_ACT * 1000)
                page = context.new_page()
                page.goto(f"{address}/lab?token={token}")
                yield Lab(page, address, token)
        finally:
            # The server ends its kernels on a signal, and kernels end when it is gone.
            server.terminate()
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(notes: Path, server: subprocess.Popen, log: Path) -> tuple[str, str]:
    """Wait until the server has written down where it is."""
    end = monotonic() + SECONDS_TO_START
    while server.poll() is None and monotonic() < end:
        try:
            found = json.loads(notes.read_text())
            return f"http://127.0.0.1:{found['port']}", found["token"]
        except (FileNotFoundError, json.JSONDecodeError):
            sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
