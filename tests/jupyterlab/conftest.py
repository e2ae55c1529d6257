"""A copy of the course with a class of its own, and JupyterLab in it, for a student and for the instructor."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from grading.classroom import ROOT
from screenshots.serving import SECONDS_TO_ACT, Lab, lab

COPIED = ("assignments", "course", "grading", "solutions", "nbgrader_config.py")


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Wait for what is expected as long as for what is pressed; Playwright's five seconds are few on a busy machine."""
    expect.set_options(timeout=SECONDS_TO_ACT * 1000)
    yield
    expect.set_options(timeout=None)


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
    with lab(course, "student", browser) as opened:
        opened.address("lab")
        yield opened


@pytest.fixture(scope="module")
def instructor(course: Path, student: Lab, browser: Browser) -> Iterator[Lab]:
    """The instructor's JupyterLab; it starts while the student works."""
    with lab(course, "instructor", browser) as opened:
        yield opened
