"""No line of a model answer or of a hidden test reaches a student: in notebooks, zip or book."""

import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from packaging.requirements import Requirement

from grading.assignments import ASSIGNMENTS, source_notebook
from grading.classroom import Classroom
from grading.release import release

ROOT = Path(__file__).resolve().parents[2]
SECRET = re.compile(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END (?:SOLUTION|HIDDEN TESTS)", re.DOTALL)


def _secret_lines() -> set[str]:
    """Return the lines of answers and hidden tests that the visible part of an assignment doesn't contain."""
    secret, visible = set(), set()
    for assignment in ASSIGNMENTS:
        notebook = nbformat.read(source_notebook(assignment), as_version=4)
        for cell in notebook.cells:
            for region in SECRET.findall(cell.source):
                secret |= {line.strip() for line in region.splitlines()}
            visible |= {line.strip() for line in SECRET.sub("", cell.source).splitlines()}
    # m = X.shape[1] is not a secret.
    return {line for line in secret - visible if len(line) > 14}


SECRETS = _secret_lines()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(release(Classroom(tmp_path_factory.mktemp("class"))))


def _text(content: str, suffix: str) -> str:
    """Return a file's text; for a notebook, that of its cells."""
    if suffix != ".ipynb":
        return content
    return "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def _told(text: str) -> set[str]:
    return SECRETS & {line.strip() for line in text.splitlines()}


def test_there_are_secrets_to_keep() -> None:
    assert len(SECRETS) > 60
    assert 'mark("update_with_adam", update_with_adam)' in SECRETS


def test_the_zip_holds_what_a_student_needs_and_nothing_else(archive: zipfile.ZipFile) -> None:
    names = {Path(name).relative_to("optimization-course") for name in archive.namelist()}
    assert {Path(assignment) / f"{assignment}.ipynb" for assignment in ASSIGNMENTS} <= names
    assert {Path("README.md"), Path("requirements.txt"), Path("course/__init__.py")} <= names
    assert not [name for name in names if {"solutions", "grading", "tests"} & set(name.parts)]
    requirements = archive.read("optimization-course/requirements.txt").decode()
    needed = {Requirement(line).name for line in requirements.splitlines() if line and not line.startswith("#")}
    assert {"jupyterlab", "nbgrader"} <= needed
    assert not needed & {"nbval", "distributed", "pytest"}


def test_the_zip_tells_nothing(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        text = archive.read(name).decode("utf-8")
        if name.endswith(".ipynb"):
            assert all(not cell.get("outputs") for cell in json.loads(text)["cells"])
            text = _text(text, ".ipynb")
            assert "import mark" not in text
        assert not _told(text), name
        assert "BEGIN SOLUTION" not in text
        assert "HIDDEN TESTS" not in text


def test_the_book_tells_nothing() -> None:
    pages = list((ROOT / "_build" / "html").rglob("*.html"))
    assert pages
    for page in pages:
        assert not _told(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text()), page
    for source in (ROOT / "_build" / "html").rglob("_sources/**/*"):
        if source.is_file():
            assert not _told(_text(source.read_text(encoding="utf-8"), source.suffix)), source
