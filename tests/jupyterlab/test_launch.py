"""Chapters open on a server where `_config.yml` names one; today it names none."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from grading.virtual_environment import derive

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (ROOT / "_config.yml").read_text(encoding="utf-8")
#: What the comment in `_config.yml` says a public repository needs.
PUBLIC = re.search(r"git archive main (.*) \|", CONFIG)[1].split()
CHAPTER = "chapters/normalizing-inputs"

BUTTONS = {
    "https://mybinder.org/v2/gh/you/chapters-to-run/main?urlpath=lab/tree/chapters/normalizing-inputs.ipynb",
    "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A//github.com/you/chapters-to-run"
    "&urlpath=lab/tree/chapters-to-run/chapters/normalizing-inputs.ipynb&branch=main",
    "https://colab.research.google.com/github/you/chapters-to-run/blob/main/chapters/normalizing-inputs.ipynb",
}


def _build(folder: Path, config: str) -> BeautifulSoup:
    """Build a book of one chapter, without running it, and parse the chapter's page."""
    (folder / "chapters").mkdir(parents=True)
    for path in (f"{CHAPTER}.ipynb", "chapters/references.bib"):
        shutil.copy(ROOT / path, folder / path)
    shutil.copytree(ROOT / "_assets", folder / "_assets")
    config = config.replace("execute_notebooks: cache", 'execute_notebooks: "off"')
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {CHAPTER}\n", encoding="utf-8")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder, "--quiet"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return BeautifulSoup((folder / "_build" / "html" / f"{CHAPTER}.html").read_text(encoding="utf-8"), "html.parser")


def _buttons(page: BeautifulSoup) -> set[str]:
    return {link["href"] for link in page.select(".article-header-buttons a[href^=http]")}


def test_nothing_is_configured() -> None:
    assert not {"repository", "launch_buttons"} & set(yaml.safe_load(CONFIG))


def test_no_button_appears_then(tmp_path: Path) -> None:
    assert not _buttons(_build(tmp_path / "book", CONFIG))


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    """A page of a book whose `_config.yml` has the commented lines."""
    config = re.sub(r"^# (?=repository:|launch_buttons:|  \w+: *\S)", "", CONFIG, flags=re.MULTILINE)
    assert {"repository", "launch_buttons"} <= set(yaml.safe_load(config))
    return _build(tmp_path_factory.mktemp("configured") / "book", config)


def test_the_buttons_appear_with_their_links(configured: BeautifulSoup) -> None:
    assert _buttons(configured) == BUTTONS


def test_the_page_with_buttons_loads_nothing_from_elsewhere(configured: BeautifulSoup) -> None:
    loaded = [tag.get("src") or "" for tag in configured(["script", "img", "iframe"])]
    loaded += [tag["href"] for tag in configured("link", href=True) if "canonical" not in tag.get("rel", [])]
    assert not [address for address in loaded if re.match(r"(https?:)?//", address)]


def test_a_public_repository_needs_no_answers(tmp_path: Path) -> None:
    """As Binder starts it, each line with which a chapter imports something from `course` works there."""
    assert not {"solutions", "grading", "assignments", "tests"} & set(PUBLIC)
    for name in PUBLIC:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    lines = {
        line
        for path in (tmp_path / "chapters").glob("*.ipynb")
        for line in re.findall(r'"((?:from|import) course[^"\\(]*)(?:\\n)?"', path.read_text(encoding="utf-8"))
    }
    assert len(lines) > 10
    python = derive(tmp_path / "python")
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin"}
    subprocess.run([tmp_path / "binder" / "postBuild"], cwd=tmp_path, env=environment, check=True, timeout=60)
    started = subprocess.run(
        [python, "-c", "\n".join(sorted(lines))],
        cwd=tmp_path / "chapters",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode == 0, started.stderr


def test_binder_installs_the_locked_packages() -> None:
    (line,) = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert line == "-r ../requirements.txt"
    assert "requirements.txt" in PUBLIC
