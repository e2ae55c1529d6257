"""What the README shows, names and links to is there."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from grading.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PICTURES = BeautifulSoup(README, "html.parser").find_all("img")
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_each_picture_is_there_and_described() -> None:
    assert {picture["src"] for picture in PICTURES} == {f"screenshots/{path.name}" for path in _pictures()}
    for picture in PICTURES:
        assert len(picture["alt"]) > 60, picture


def test_the_pictures_are_light() -> None:
    assert sum(path.stat().st_size for path in _pictures()) < 600_000


def _pictures() -> list[Path]:
    return list((ROOT / "screenshots").glob("*.webp"))


@pytest.mark.parametrize("text", [README, CONTRIBUTING, SECURITY], ids=["README", "CONTRIBUTING", "SECURITY"])
def test_each_link_leads_somewhere(text: str) -> None:
    headings = {re.sub(r"\W+", "-", heading.lower()) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, heading = target.partition("#")
        assert (ROOT / file).is_file() if file else heading in headings, target


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_each_command_is_there(text: str) -> None:
    code = "\n".join(re.findall(r"^    .+$|`[^`\n]+`", text, re.MULTILINE))
    steps = set(re.findall(r"python -m grading ([a-z-]+)", code))
    assert steps <= set(main.commands)
    targets = set(re.findall(r"\bmake ([a-z]+)", code))
    assert targets
    assert targets <= TARGETS


def test_the_readme_begins_with_the_two_commands() -> None:
    first = README.split("## ")[0]
    assert len(first.splitlines()) < 30
    assert re.search(r"^    make  +#", first, re.MULTILINE)
    assert re.search(r"^    make test  +#", first, re.MULTILINE)


def test_each_folder_of_the_source_is_named() -> None:
    rooms = {path.parent.name for path in ROOT.glob("[a-z]*/*.py")} | {"chapters", "assignments", "tests"}
    named = set(re.findall(r"^    (\w+)/  ", README, re.MULTILINE))
    assert rooms == named


def test_make_help_tells_of_each_thing_to_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^## .+\n(?:#.*\n)*(\w+):", makefile, re.MULTILINE))
    assert {"all", "pdf", "serve", "lab", "test", "bench", "screenshots", "lock", "clean", "help"} <= explained
