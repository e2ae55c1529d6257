"""pyproject.toml states the version; help, feedback and changelog agree with it."""

import re
import tomllib
from pathlib import Path

from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_notebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from grading.__main__ import main
from grading.classroom import Classroom
from grading.plugins.feedback import FeedbackExporter
from grading.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


def test_the_installed_version_is_the_project_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION


def test_help_states_the_version() -> None:
    assert VERSION in CliRunner().invoke(main, ["--help"]).output


def test_the_changelog_begins_with_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == VERSION


def test_a_feedback_page_states_the_version() -> None:
    config = Classroom().config()
    step = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    marks = {"notebook": "momentum", "score": 11, "max_score": 14, "late_penalty": 0}
    page, _ = FeedbackExporter(config=step.config).from_notebook_node(new_notebook(), {"nbgrader": marks})
    assert f"version {VERSION}" in BeautifulSoup(page, "html.parser").select_one("body footer").get_text()
