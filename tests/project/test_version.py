"""pyproject.toml states the version; help and changelog agree with it."""

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

from grading.__main__ import main
from grading.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


def test_the_installed_version_is_the_project_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION


def test_help_states_the_version() -> None:
    assert VERSION in CliRunner().invoke(main, ["--help"]).output


def test_the_changelog_begins_with_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == VERSION
